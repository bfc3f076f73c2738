package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lince-ml/lince/watch"
)

// watchSettings say whether and where the live page is served. They belong to
// one call.
type watchSettings struct {
	on      bool // for trainings
	address string
	open    bool
}

// anyPort is where the page is served unless told otherwise.
const anyPort = "127.0.0.1:0"

func (s *watchSettings) bind(flags *pflag.FlagSet) {
	flags.StringVar(&s.address, "watch-addr", anyPort, "`HOST:PORT` to serve the live page at; port 0 is any free one. Other machines reach it at 0.0.0.0:8500, with the token of the printed address only")
	flags.BoolVar(&s.open, "open", false, "open the live page in the browser of this machine")
}

// bindTraining adds the switch that a training has.
func (s *watchSettings) bindTraining(flags *pflag.FlagSet) {
	flags.BoolVar(&s.on, "watch", false, "serve a live page that shows the training and can stop it, and print its address; --watch-addr and --open do so, too, and lince watch shows it later")
	s.bind(flags)
}

func newWatch() *cobra.Command {
	var s watchSettings
	cmd := &cobra.Command{
		Use:   "watch RUN...",
		Short: "Show trainings in a browser, while they run and afterwards",
		Long: `Serve a page with the curves of one training or of several side by side: loss
and accuracy, in training and validation, learning rate, pictures per second and
time left. The curves of a training that runs grow; its button stops it with
everything saved, as Ctrl-C does. The page shows some of the pictures as the
network sees them.

RUN is a model file (pets.keras), its history (pets.history.json), what the files
of a run have in common (pets), or a folder that holds runs. A training does not
notice whether it is watched: it leaves NAME.events.jsonl, which the page reads.

The page answers this machine alone. With --watch-addr 0.0.0.0:8500 others reach
it, too, who are told the whole address with its token. Ctrl-C ends the page, not
the trainings.`,
		Example: `  lince watch pets
  lince watch plain.keras augmented.keras --open
  lince watch runs/ --watch-addr 0.0.0.0:8500`,
		Args: arguments("RUN..."),
		RunE: func(cmd *cobra.Command, args []string) error {
			runs, err := watch.Find(args...)
			if err != nil {
				return err
			}
			server, err := watch.Start(s.address, runs...)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s\nCtrl-C ends the page\n", server.URL())
			s.show(cmd.Context(), server)
			return errors.Join(server.Wait(cmd.Context()), server.Close())
		},
	}
	s.bind(cmd.Flags())
	return cmd
}

// recorder keeps what the live page shows. That it cannot is told at the end
// and hinders nothing.
func (t *training) recorder() watch.Recorder {
	return watch.Recorder{
		Path: t.settings.Out, Pictures: t.data.train,
		Warn: func(err error) { t.say("beware: the live page lacks a part of the training: %v", err) },
	}
}

// serveLive serves the live page of a training until end is called; nothing
// unless it was asked for.
func (t *training) serveLive(ctx context.Context) (end func() error, err error) {
	s := &t.settings.live
	if !s.on && !s.open && s.address == anyPort {
		return func() error { return nil }, nil
	}
	server, err := watch.Start(s.address, watch.NewRun(t.settings.Out))
	if err != nil {
		return nil, fmt.Errorf("--watch-addr %s: %w", s.address, err)
	}
	fmt.Fprintf(t.screen, "live page: %s\n", server.URL())
	s.show(ctx, server)
	return server.Close, nil
}

// show opens the page if that was asked for. Where it cannot, the address that
// was printed is enough.
func (s *watchSettings) show(ctx context.Context, server *watch.Server) {
	if !s.open {
		return
	}
	program, args := "xdg-open", []string{server.URL()}
	switch runtime.GOOS {
	case "darwin":
		program = "open"
	case "windows":
		program, args = "rundll32", []string{"url.dll,FileProtocolHandler", server.URL()}
	}
	opener := exec.CommandContext(ctx, program, args...)
	if opener.Start() == nil {
		go func() { _ = opener.Wait() }() // how it ends is the browser's affair
	}
}
