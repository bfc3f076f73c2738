package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/serve"
	"github.com/lince-ml/lince/serve/page"
)

// tokenVariable holds the token where a flag would show it to everybody on the
// machine.
const tokenVariable = "LINCE_TOKEN"

func newServe() *cobra.Command {
	var s serving
	cmd := &cobra.Command{
		Use:   "serve MODEL.keras [NAME=MODEL.keras ...]",
		Short: "Answer predictions over HTTP",
		Long: `Answer predictions over HTTP: a page for people, and for programs the REST of
TensorFlow Serving, the Open Inference Protocol (V2), and plain pictures. A model
is named as its file is, pets for pets.keras, unless NAME= says otherwise.

    curl --data-binary @cat.jpg localhost:8501/v1/models/pets/classify
    curl -F a=@cat.jpg -F b=@dog.jpg localhost:8501/classify?top=1
    curl localhost:8501/v1/models/pets:predict \
         -d '{"instances": [{"b64": "'$(base64 -w0 cat.jpg)'"}]}'
    curl localhost:8501/v2/models/pets

Pictures are decoded, resized and scaled as the model was trained; no client
needs to know how. Requests that come together run together (--batch-size); what
there is no room for is refused with 503 and Retry-After. A model's file that has
changed is loaded beside the old one, which answers until the new one is ready;
a damaged one changes nothing. SIGHUP loads all again. Ctrl-C and SIGTERM finish
the requests at hand. docs/serving.md tells every address and limit.

The server fetches nothing that a request names and loads no model by request.
It listens to this machine alone unless --addr says otherwise; then give it
--tls-cert, --tls-key and a token, best in the environment as LINCE_TOKEN.`,
		Example: `  lince serve pets.keras
  lince serve pets.keras flowers=runs/7/model.keras --addr 127.0.0.1:9000
  LINCE_TOKEN=... lince serve pets.keras --addr :8501 --tls-cert cert.pem --tls-key key.pem
  lince serve resnet.h5 --preprocess caffe --labels imagenet_class_index.json`,
		Args: arguments("MODEL..."),
		RunE: func(cmd *cobra.Command, args []string) error { return s.run(cmd, args) },
	}
	cmd.Flags().SortFlags = false
	s.bind(cmd.Flags())
	offer(cmd, map[string][]string{"log": {"text", "json"}, "log-level": {"debug", "info", "warn", "error"}})
	return cmd
}

// serving is what the flags of lince serve say.
type serving struct {
	models                 modelSettings
	options                serve.Options
	addr, certificate, key string
	token, tokenFile       string
	log, level             string
	maxBody, maxBodies     string
}

func (s *serving) bind(flags *pflag.FlagSet) {
	flags.StringVar(&s.addr, "addr", "127.0.0.1:8501", "`ADDRESS` to listen at; :8501 for all of the machine's, port 0 for a free one")
	flags.StringSliceVar(&s.options.Hosts, "host", nil, "a `NAME` that clients may call this server by, beside localhost and numbers, where it has no token or listens to this machine alone; * for any")
	flags.DurationVar(&s.options.Poll, "poll", time.Second, "how often the models' files are looked at for changes, as `TIME`; 0 for never")
	flags.StringVar(&s.log, "log", "text", "`FORM` of the log on standard error: text or json")
	flags.StringVar(&s.level, "log-level", "info", "least `LEVEL` that is logged: debug (every request), info, warn or error")
	section(flags, "Who may call", func(flags *pflag.FlagSet) {
		flags.StringVar(&s.certificate, "tls-cert", "", "`FILE` of the certificate, PEM; with --tls-key for HTTPS")
		flags.StringVar(&s.key, "tls-key", "", "`FILE` of its key, PEM")
		flags.StringVar(&s.token, "token", "", "`TOKEN` that clients must bear; others on the machine can see it here, so prefer "+tokenVariable+" or --token-file")
		flags.StringVar(&s.tokenFile, "token-file", "", "`FILE` that holds the token")
	})
	section(flags, "Batching", func(flags *pflag.FlagSet) {
		flags.IntVar(&s.options.BatchSize, "batch-size", 32, "most pictures that run together, `N`")
		flags.DurationVar(&s.options.BatchDelay, "batch-delay", 2*time.Millisecond, "longest `TIME` that a run waits for pictures which are still being decoded; less than 0 for none")
		flags.IntVar(&s.options.Limits.Queue, "queue", 128, "most pictures that wait for a model, `N`; more are refused with 503")
		flags.IntVar(&s.options.Limits.Decoders, "decoders", 0, "pictures decoded at the same time, `N`; 0 for as many as there are processors")
	})
	section(flags, "Limits", func(flags *pflag.FlagSet) {
		l := &s.options.Limits
		flags.StringVar(&s.maxBody, "max-body", "32MB", "largest body of a request, as `SIZE`")
		flags.StringVar(&s.maxBodies, "max-bodies", "256MB", "memory for all bodies at the same time, as `SIZE`")
		flags.IntVar(&l.Pixels, "max-pixels", 32<<20, "most height × width of a picture, `N`")
		flags.IntVar(&l.Connections, "max-connections", 4096, "most open connections, `N`")
		flags.DurationVar(&l.Header, "header-timeout", 10*time.Second, "`TIME` for the header of a request to arrive")
		flags.DurationVar(&l.Upload, "upload-timeout", 30*time.Second, "`TIME` for its body to arrive")
		flags.DurationVar(&l.Answer, "answer-timeout", 30*time.Second, "`TIME` for the answer")
		flags.DurationVar(&l.Idle, "idle-timeout", 2*time.Minute, "`TIME` that a connection may rest between requests")
		flags.DurationVar(&l.Notice, "notice", 500*time.Millisecond, "`TIME` between being told to stop, when health checks begin to fail, and taking no more requests")
		flags.DurationVar(&l.Drain, "drain", 30*time.Second, "`TIME` that requests at hand have after that")
	})
	s.models.bind(flags)
}

// run serves until the command is stopped.
func (s *serving) run(cmd *cobra.Command, args []string) error {
	if err := s.complete(cmd, args); err != nil {
		return err
	}
	ctx := cmd.Context()
	hangups := catchHangups() // one that comes while models load must not end the server
	defer hangups.release()
	server, err := serve.New(ctx, s.options)
	if err != nil {
		return err
	}
	defer server.Close(context.WithoutCancel(ctx)) // at the end of the program
	listener, err := net.Listen("tcp", s.addr)
	if err != nil {
		return err
	}
	s.announce(cmd, listener.Addr())
	stop := hangups.each(func() { _ = server.Reload(ctx) }) // the log tells
	defer stop()
	return server.Serve(ctx, listener)
}

// complete makes options of the flags.
func (s *serving) complete(cmd *cobra.Command, args []string) (err error) {
	for _, argument := range args {
		name, path, found := strings.Cut(argument, "=")
		if !found {
			path = argument
			name = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
		}
		s.options.Models = append(s.options.Models, serve.Model{Name: name, Path: path})
	}
	if s.options.Load, err = s.loader(cmd.Flags()); err != nil {
		return err
	}
	if s.options.Log, err = s.logger(cmd); err != nil {
		return err
	}
	if s.options.Limits.Body, err = parseBytes(s.maxBody); err != nil {
		return usageError{fmt.Errorf("--max-body: %w", err)}
	}
	if s.options.Limits.Bodies, err = parseBytes(s.maxBodies); err != nil {
		return usageError{fmt.Errorf("--max-bodies: %w", err)}
	}
	if s.options.TLS, err = s.encryption(); err != nil {
		return err
	}
	s.options.Explain, s.options.Page = openOverlays, page.Handler()
	s.options.Token, err = s.readToken(cmd.Flags())
	return err
}

// loader returns what reads models' files: all of them share one engine, so
// that they take turns on the processors.
func (s *serving) loader(flags *pflag.FlagSet) (func(path string) (*lince.Model, error), error) {
	engine, err := newEngine(s.models.threads, s.models.precision)
	if err != nil {
		return nil, err
	}
	return func(path string) (*lince.Model, error) {
		return s.models.equip(path, flags, engine, func() (*lince.Model, error) {
			return lince.LoadWith(path, lince.LoadOptions{NoCompile: true})
		})
	}, nil
}

func (s *serving) logger(cmd *cobra.Command) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(s.level)); err != nil {
		return nil, usageError{fmt.Errorf("--log-level %q, expected debug, info, warn or error", s.level)}
	}
	options := &slog.HandlerOptions{Level: level}
	switch s.log {
	case "text":
		return slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), options)), nil
	}
	return nil, usageError{fmt.Errorf("--log %q, expected text or json", s.log)}
}

// encryption returns nil without a certificate.
func (s *serving) encryption() (*tls.Config, error) {
	if s.certificate == "" && s.key == "" {
		return nil, nil
	}
	if s.certificate == "" || s.key == "" {
		return nil, usageError{errors.New("--tls-cert and --tls-key belong together; give both")}
	}
	pair, err := tls.LoadX509KeyPair(s.certificate, s.key)
	if err != nil {
		return nil, fmt.Errorf("%s and %s: %w", s.certificate, s.key, err)
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, nil
}

// readToken takes the token from where it is given: the flag, the file, or the
// environment; without white space around it, which no header can bring. A blank
// one is refused: it would open the server to everybody.
func (s *serving) readToken(flags *pflag.FlagSet) (string, error) {
	byVariable, inEnvironment := os.LookupEnv(tokenVariable)
	token, from := byVariable, tokenVariable
	switch {
	case flags.Changed("token") && flags.Changed("token-file"):
		return "", usageError{errors.New("--token and --token-file say the same; give one")}
	case flags.Changed("token"):
		token, from = s.token, "--token"
	case flags.Changed("token-file"):
		content, err := os.ReadFile(s.tokenFile)
		if err != nil {
			return "", err
		}
		token, from = string(content), s.tokenFile
	case !inEnvironment:
		return "", nil
	}
	token = strings.TrimSpace(token)
	if token == "" {
		return "", fmt.Errorf("%s: the token is empty; leave it out to serve without one", from)
	}
	return token, nil
}

// announce says where the server is to be found, and warns if it is open to
// everybody.
func (s *serving) announce(cmd *cobra.Command, address net.Addr) {
	scheme := "http"
	if s.options.TLS != nil {
		scheme = "https"
	}
	if tcp, ok := address.(*net.TCPAddr); ok && !tcp.IP.IsLoopback() && s.options.Token == "" {
		fmt.Fprintf(cmd.ErrOrStderr(), "lince: everybody who can reach %s can use this server; give it a token in %s, or --addr 127.0.0.1:%d\n", address, tokenVariable, tcp.Port)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "serving at %s://%s/\n", scheme, address)
}
