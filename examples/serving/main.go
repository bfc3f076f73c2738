// Command serving answers for a model within a program of one's own, beside
// whatever else it serves:
//
//	go run ./examples/serving -model pets.keras
//	curl --data-binary @cat.jpg localhost:8501/classify?top=1
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/lince-ml/lince/serve"
)

func main() {
	model := flag.String("model", "pets.keras", "file of the model")
	address := flag.String("addr", "127.0.0.1:8501", "address to listen at")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *model, *address, func(a net.Addr) { log.Print("listening at ", a) }); err != nil {
		log.Fatal(err)
	}
}

// greeting is what the server says where no protocol answers.
func greeting(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprintln(w, "POST a picture to /classify")
}

// run serves until ctx is done, and tells ready where once it listens.
func run(ctx context.Context, model, address string, ready func(net.Addr)) error {
	server, err := serve.New(ctx, serve.Options{
		Models: []serve.Model{{Name: "pets", Path: model}},
		Page:   http.HandlerFunc(greeting),
		Log:    slog.Default(),
		Poll:   time.Second, // a new file of the model is taken up
	})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return errors.Join(err, server.Close(context.Background()))
	}
	ready(listener.Addr())
	// What is at hand when ctx ends is still answered.
	err = server.Serve(ctx, listener)
	return errors.Join(err, server.Close(context.Background()))
}
