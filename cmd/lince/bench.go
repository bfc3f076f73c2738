package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lince-ml/lince/applications"
	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/backend/cpu"
)

// benchSettings say what is measured and how.
type benchSettings struct {
	batch, threads, rounds int
	data                   string
	asJSON                 bool
	precision              precision
	// observe is told of the engine's steps; nil for nobody.
	observe func(cpu.Step, time.Duration)
	// steps is how many steps of training one call takes.
	steps int
}

// engine returns what computes the workload.
func (s *benchSettings) engine() (backend.Backend, error) {
	return cpu.New(cpu.Options{Threads: s.threads, Observe: s.observe, BFloat16: s.precision == mixedBFloat16})
}

// benchResult is the line that bench --json prints.
type benchResult struct {
	Workload string  `json:"workload"`
	Batch    int     `json:"batch"`
	Threads  int     `json:"threads"`
	Rate     float64 `json:"images_per_s"`
}

// workload is something to measure. prepare returns what one call does and
// how many pictures it takes; seconds is the least time of a round.
type workload struct {
	name, what string
	batch      int
	needsData  bool
	seconds    float64
	rounds     int // 0 for as many as asked
	prepare    func(ctx context.Context, s benchSettings) (call func() error, pictures int, err error)
}

func workloads() []workload {
	return []workload{
		{name: "seed-train", what: "the example CNN, a training step with RMSprop, 150x150x3", batch: 32, seconds: 2, prepare: benchSeedTrain},
		{name: "seed-infer", what: "the example CNN, forward", batch: 16, seconds: 2, prepare: benchSeedInfer},
		inferring("inception-infer", "InceptionV3 without top, global average pooling, 150x150x3", applications.InceptionV3, 150),
		inferring("resnet50-infer", "ResNet50 without top, global average pooling, 224x224x3", applications.ResNet50, 224),
		inferring("mobilenetv2-infer", "MobileNetV2 without top, global average pooling, 224x224x3", applications.MobileNetV2, 224),
		transferring("transfer-train", "InceptionV3 frozen up to mixed7, 1024 units on it, 150x150x3", ""),
		transferring("finetune-train", "the same, unfrozen from mixed6 on", "mixed6"),
		{name: "augment", what: "pictures of --data, decoded and augmented by the eight options", batch: 20, needsData: true, prepare: benchAugment},
		{name: "augment-cached", what: "the same, with the decoded pictures kept in memory", batch: 20, needsData: true, prepare: benchAugmentCached},
		{name: "decode", what: "pictures of --data, decoded, resized and rescaled", batch: 20, needsData: true, prepare: benchDecode},
		{name: "seed-fit-dir", what: "the example CNN, an epoch of --data with the eight options", batch: 20, needsData: true, rounds: 1, prepare: benchFitDirectory},
	}
}

func newBench() *cobra.Command {
	s := benchSettings{steps: 4}
	cmd := &cobra.Command{
		Use:   "bench WORKLOAD",
		Short: "Measure pictures per second on a fixed workload",
		Long:  "Measure how many pictures per second this machine manages: the best of a few\nrounds after a warm-up. Workloads:\n\n" + describeWorkloads(),
		Example: `  lince bench seed-train
  lince bench augment --data photos/train --threads 2 --json`,
		Args:      arguments("WORKLOAD"),
		ValidArgs: workloadNames(),
		RunE: func(cmd *cobra.Command, args []string) error {
			all := workloads()
			at := slices.IndexFunc(all, func(w workload) bool { return w.name == args[0] })
			if at < 0 {
				return usageError{fmt.Errorf("there is no workload %q; there are %s", args[0], strings.Join(workloadNames(), ", "))}
			}
			return s.run(cmd, all[at])
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.IntVar(&s.batch, "batch", 0, "`PICTURES` per step; 0 for the workload's own")
	flags.IntVar(&s.threads, "threads", 0, "threads to compute with, `N`; 0 takes all that the machine or its container grants")
	flags.IntVar(&s.rounds, "rounds", 3, "`ROUNDS` of which the best counts, from 1; more where other programs run")
	flags.StringVar(&s.data, "data", "", "`FOLDER` of pictures, one folder per class, for the workloads that read pictures")
	bindPrecision(flags, &s.precision, "mixed_bfloat16 multiplies numbers of 8 bits precision, for processors with AVX512_BF16")
	flags.BoolVar(&s.asJSON, "json", false, `print {"workload", "batch", "threads", "images_per_s"}`)
	offer(cmd, map[string][]string{"precision": precisions()})
	return cmd
}

func workloadNames() []string {
	var names []string
	for _, w := range workloads() {
		names = append(names, w.name)
	}
	return names
}

func describeWorkloads() string {
	var b strings.Builder
	for _, w := range workloads() {
		fmt.Fprintf(&b, "    %-18s batch %2d  %s\n", w.name, w.batch, w.what)
	}
	return b.String()
}

func (s benchSettings) run(cmd *cobra.Command, w workload) error {
	if s.batch == 0 {
		s.batch = w.batch
	}
	switch {
	case s.batch < 1 || s.rounds < 1 || s.threads < 0:
		return usageError{fmt.Errorf("--batch %d, --rounds %d and --threads %d must be positive", s.batch, s.rounds, s.threads)}
	case w.needsData && s.data == "":
		return usageError{fmt.Errorf("%s needs --data FOLDER, one folder of pictures per class", w.name)}
	}
	if s.threads > 0 {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(s.threads)) // the pictures' workers too
	}
	call, pictures, err := w.prepare(cmd.Context(), s)
	if err != nil {
		return err
	}
	rounds := s.rounds
	if w.rounds > 0 {
		rounds = w.rounds
	}
	rate, err := best(cmd.Context(), call, pictures, rounds, w.seconds)
	if err != nil {
		return err
	}
	if s.asJSON {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(benchResult{w.name, s.batch, runtime.GOMAXPROCS(0), math.Round(rate*100) / 100})
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s, batch %d, %d threads: %.1f pictures/s\n", w.name, s.batch, runtime.GOMAXPROCS(0), rate)
	return nil
}

// best returns the pictures per second of the best round after a warm-up.
func best(ctx context.Context, call func() error, pictures, rounds int, seconds float64) (float64, error) {
	if err := call(); err != nil {
		return 0, err
	}
	begun := time.Now()
	if err := call(); err != nil {
		return 0, err
	}
	calls := max(1, int(seconds/max(time.Since(begun).Seconds(), 1e-6)))
	var top float64
	for range rounds {
		begun := time.Now()
		for range calls {
			if err := ctx.Err(); err != nil {
				return 0, err
			}
			if err := call(); err != nil {
				return 0, err
			}
		}
		top = max(top, float64(pictures*calls)/time.Since(begun).Seconds())
	}
	return top, nil
}
