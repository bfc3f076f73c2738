// Command acceptance measures what Lince promises, row by row, and writes
// docs/acceptance.md:
//
//	go run ./cmd/acceptance                    every row not yet measured for this code
//	go run ./cmd/acceptance --list             the rows and what they came to
//	go run ./cmd/acceptance --row start,memory some of them
//	go run ./cmd/acceptance --quick            a rehearsal in minutes, left out of the page
//
// It may be stopped at any time: what is done is kept, and the next call goes
// on from there. All rows together take hours, most of them Keras' trainings;
// nothing else should run meanwhile, since some rows are timings. Rows that
// compare with Keras need a Python that has it (--python); without one they
// stay unmeasured.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/spf13/pflag"
)

// options are what the command was told.
type options struct {
	root, results, data, python, peers string
	rows                               []string
	list, again, quick                 bool
	kills                              int
	// aside is whether results lie elsewhere than those that the pages tell.
	aside bool
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	err := run(ctx)
	stop()
	if errors.Is(err, context.Canceled) {
		err = errors.New("stopped; what is done is kept, call again to go on")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "acceptance:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	if len(os.Args) > 1 && os.Args[1] == damaging {
		return damage(ctx, os.Stdout, os.Args[2:])
	}
	o, err := parse(os.Args[1:])
	if err != nil {
		return err
	}
	office, err := newOffice(ctx, o)
	if err != nil {
		return err
	}
	if o.list {
		return office.list(os.Stdout)
	}
	return office.run(ctx)
}

func parse(arguments []string) (options, error) {
	var o options
	flags := pflag.NewFlagSet("acceptance", pflag.ContinueOnError)
	flags.StringSliceVar(&o.rows, "row", nil, "rows to measure, by name; all when not given")
	flags.BoolVar(&o.list, "list", false, "list the rows and what they came to, and measure nothing")
	flags.BoolVar(&o.again, "again", false, "measure rows again that are measured, all their parts included")
	flags.BoolVar(&o.quick, "quick", false, "rehearse with less of everything; kept apart and never written to the page")
	flags.IntVar(&o.kills, "kills", 50, "how often row resume kills a training")
	flags.StringVar(&o.results, "results", "", "folder of results, which the pages then leave out; .acceptance in the project's folder, which they tell, when empty")
	flags.StringVar(&o.data, "data", "", "folder of the test data; ../shared/data beside the project when empty")
	flags.StringVar(&o.python, "python", "", "Python with Keras 3.15 and Pillow; $PEERS_PYTHON, or ~/.cache/peers-venv/bin/python, when empty")
	flags.StringVar(&o.peers, "peers", "", "script that times TensorFlow, ONNX Runtime and OpenVINO; ../shared/peers/peers.py when empty")
	if err := flags.Parse(arguments); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("unexpected %q; rows are given with --row", flags.Arg(0))
	}
	if o.kills < 1 {
		return o, fmt.Errorf("--kills %d, expected at least 1", o.kills)
	}
	return o, o.complete()
}

// complete fills in the defaults that depend on where the command runs.
func (o *options) complete() (err error) {
	if o.root, err = moduleFolder(); err != nil {
		return err
	}
	o.aside = o.results != ""
	if !o.aside {
		o.results = filepath.Join(o.root, ".acceptance")
	}
	if o.data == "" {
		o.data = filepath.Join(o.root, "..", "shared", "data")
	}
	if o.python == "" {
		o.python = findPython()
	}
	if o.peers == "" {
		o.peers = findPeers(o.root)
	}
	if o.quick {
		o.results = filepath.Join(o.results, "quick")
	}
	if o.results, err = filepath.Abs(o.results); err != nil {
		return err
	}
	o.data, err = filepath.Abs(o.data)
	return err
}

// moduleFolder walks up to the folder that holds go.mod.
func moduleFolder() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder, nil
		}
		if filepath.Dir(folder) == folder {
			return "", fmt.Errorf("no go.mod here or above: run it in the project's folder")
		}
		folder = filepath.Dir(folder)
	}
}
