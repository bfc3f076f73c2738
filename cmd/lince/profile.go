package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/backend/cpu"
	"github.com/lince-ml/lince/random"
	"github.com/lince-ml/lince/tensor"
)

// profileSettings say what is profiled and how.
type profileSettings struct {
	benchSettings
	top   int
	trace string
}

// profileResult is what profile --json prints.
type profileResult struct {
	What      string        `json:"what"`
	Batch     int           `json:"batch"`
	Threads   int           `json:"threads"`
	Engine    string        `json:"engine"`
	Peak      float64       `json:"peak_gflops"`
	Bandwidth float64       `json:"bandwidth_gbps"`
	Runs      int           `json:"runs"`
	Seconds   float64       `json:"seconds_per_run"`
	Steps     []profileStep `json:"steps"`
}

// profileStep is one fused kernel of a compiled program: seconds of its
// fastest run, and how it stands to what the machine can do.
type profileStep struct {
	Layer     string  `json:"layer"`
	Operation string  `json:"operation"`
	Kind      string  `json:"kind"`
	Seconds   float64 `json:"seconds"`
	Share     float64 `json:"share"`
	GFLOPS    float64 `json:"gflops"`
	OfPeak    float64 `json:"of_peak"`
	GBPS      float64 `json:"gbps"`
}

func newProfile() *cobra.Command {
	var s profileSettings
	cmd := &cobra.Command{
		Use:   "profile WORKLOAD|MODEL",
		Short: "Tell where the time of a model or of a workload of bench goes",
		Long: `Run a saved model on random pictures, or a workload of lince bench, and tell for
every fused kernel its time, its share of the whole, its arithmetic beside what
this machine can do at most, and the memory it moves.

Arithmetic is counted as the operations define it, so a kernel that saves some,
as Winograd's convolutions do, can pass 100 % of the peak. Peak and bandwidth are
measured by the same command; nothing else should run.`,
		Example: `  lince profile seed-train
  lince profile pets.keras --batch 1
  lince profile seed-infer --trace trace.json      open it in chrome://tracing or Perfetto`,
		Args: arguments("WORKLOAD|MODEL"),
		RunE: func(cmd *cobra.Command, args []string) error { return s.run(cmd, args[0]) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.IntVar(&s.batch, "batch", 0, "`PICTURES` per step; 0 for the workload's own, 16 for a model")
	flags.IntVar(&s.threads, "threads", 0, "threads to compute with, `N`; 0 takes all that the machine or its container grants")
	flags.IntVar(&s.rounds, "rounds", 5, "`RUNS` after the first, of which every kernel's fastest counts, from 1")
	flags.IntVar(&s.top, "top", 30, "`KERNELS` to list, the slowest first; 0 for all")
	flags.StringVar(&s.trace, "trace", "", "also write the last run to `FILE` as a trace that Chrome and Perfetto show")
	bindPrecision(flags, &s.precision, "mixed_bfloat16 multiplies numbers of 8 bits precision; the peak stays float32's")
	flags.BoolVar(&s.asJSON, "json", false, "print everything as JSON")
	return cmd
}

func (s profileSettings) run(cmd *cobra.Command, what string) error {
	if s.batch < 0 || s.rounds < 1 || s.threads < 0 || s.top < 0 {
		return usageError{fmt.Errorf("--batch %d, --threads %d and --top %d must not be negative, --rounds %d must be positive", s.batch, s.threads, s.top, s.rounds)}
	}
	recorder := &recorder{}
	s.observe = recorder.observe
	call, err := s.prepare(cmd.Context(), &what)
	if err != nil {
		return err
	}
	result := profileResult{What: what, Batch: s.batch, Runs: s.rounds}
	if err := result.measureMachine(cmd.Context(), s.threads); err != nil {
		return err
	}
	for range s.rounds + 1 { // the first prepares
		recorder.begin()
		if err := call(); err != nil {
			return err
		}
	}
	result.judge(recorder.fastest())
	if s.trace != "" {
		if err := writeTrace(s.trace, recorder.last()); err != nil {
			return err
		}
	}
	if s.asJSON {
		return printJSON(cmd.OutOrStdout(), result)
	}
	return result.write(cmd.OutOrStdout(), s.top)
}

// prepare returns one run of the workload or model.
func (s *profileSettings) prepare(ctx context.Context, what *string) (func() error, error) {
	all := workloads()
	if at := slices.IndexFunc(all, func(w workload) bool { return w.name == *what }); at >= 0 {
		if s.batch == 0 {
			s.batch = all[at].batch
		}
		if all[at].needsData {
			return nil, usageError{fmt.Errorf("%s is about files, not kernels; profile one of the other workloads or a model", *what)}
		}
		s.steps = 1
		call, _, err := all[at].prepare(ctx, s.benchSettings)
		return call, err
	}
	if s.batch == 0 {
		s.batch = 16
	}
	return s.prepareModel(ctx, *what)
}

// prepareModel returns the forward pass of a saved model on random pictures.
func (s *profileSettings) prepareModel(ctx context.Context, path string) (func() error, error) {
	model, err := lince.LoadWith(path, lince.LoadOptions{NoCompile: true})
	if err != nil {
		return nil, fmt.Errorf("%w (workloads are %s)", err, strings.Join(workloadNames(), ", "))
	}
	engine, err := s.engine()
	if err != nil {
		return nil, err
	}
	if err := model.Use(engine); err != nil {
		return nil, err
	}
	shape := slices.Clone(model.Inputs()[0].Shape())
	shape[0] = s.batch
	for axis, extent := range shape {
		if extent < 1 {
			return nil, fmt.Errorf("%s takes pictures of any size, so there is none to profile it with (axis %d)", path, axis)
		}
	}
	count, err := shape.Elements()
	if err != nil {
		return nil, err
	}
	pixels := make([]float32, count)
	r := random.NewStream(0)
	for i := range pixels {
		pixels[i] = float32(r.Float64())
	}
	x, err := tensor.Of(pixels, shape...)
	if err != nil {
		return nil, err
	}
	return func() error {
		_, err := model.PredictOnBatch(ctx, x)
		return err
	}, nil
}

func (r *profileResult) measureMachine(ctx context.Context, threads int) error {
	engine, err := cpu.New(cpu.Options{Threads: threads})
	if err != nil {
		return err
	}
	defer engine.Close()
	peak, err := engine.Peak(ctx)
	if err != nil {
		return err
	}
	runtime.GC() // Peak's memory is large
	r.Engine, r.Threads, r.Peak, r.Bandwidth = engine.Name(), engine.Threads(), peak.FLOPS/1e9, peak.Bandwidth/1e9
	return nil
}

// judge sets the steps, slowest first, beside the machine.
func (r *profileResult) judge(records []record) {
	for _, one := range records {
		r.Seconds += one.elapsed.Seconds()
	}
	for _, one := range records {
		seconds := max(one.elapsed.Seconds(), 1e-9)
		step := profileStep{
			Layer: one.step.Scope, Operation: strings.Join(append([]string{one.step.Operation}, strings.Fields(one.step.Fused)...), "+"), Kind: one.step.Kind,
			Seconds: seconds, Share: seconds / r.Seconds, GFLOPS: float64(one.step.FLOPs) / seconds / 1e9, GBPS: float64(one.step.Bytes) / seconds / 1e9,
		}
		step.OfPeak = step.GFLOPS / r.Peak
		r.Steps = append(r.Steps, step)
	}
	slices.SortStableFunc(r.Steps, func(a, b profileStep) int { return cmp.Compare(b.Seconds, a.Seconds) })
}

func (r *profileResult) write(out io.Writer, top int) error {
	fmt.Fprintf(out, "%s, batch %d: %.2f ms, %.1f pictures/s\n", r.What, r.Batch, 1e3*r.Seconds, float64(r.Batch)/r.Seconds)
	fmt.Fprintf(out, "%s, %d threads: at most %.0f GFLOP/s and %.0f GB/s\n\n", r.Engine, r.Threads, r.Peak, r.Bandwidth)
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "share\tms\tGFLOP/s\tof peak\tGB/s\tkernel\tlayer")
	listed := r.Steps
	if top > 0 {
		listed = listed[:min(top, len(listed))]
	}
	rest := r.Seconds
	for _, s := range listed {
		rest -= s.Seconds
		fmt.Fprintf(w, "%.1f %%\t%.3f\t%.1f\t%.0f %%\t%.1f\t%s\t%s\n", 100*s.Share, 1e3*s.Seconds, s.GFLOPS, 100*s.OfPeak, s.GBPS, s.Operation, s.Layer)
	}
	if left := len(r.Steps) - len(listed); left > 0 {
		fmt.Fprintf(w, "%.1f %%\t%.3f\t\t\t\t%d more\t\n", 100*rest/r.Seconds, 1e3*rest, left)
	}
	return w.Flush()
}

// record is one step of a run.
type record struct {
	step    cpu.Step
	begun   time.Time
	elapsed time.Duration
}

// recorder keeps the steps of runs.
type recorder struct {
	mutex sync.Mutex
	runs  [][]record
}

// begin starts a run.
func (r *recorder) begin() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.runs = append(r.runs, nil)
}

func (r *recorder) observe(step cpu.Step, elapsed time.Duration) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if current := len(r.runs) - 1; current >= 0 {
		r.runs[current] = append(r.runs[current], record{step, time.Now().Add(-elapsed), elapsed})
	}
}

func (r *recorder) last() []record { return r.runs[len(r.runs)-1] }

// fastest returns the steps of a run, each with the shortest time that it
// took in any run after the first.
func (r *recorder) fastest() []record {
	fastest := slices.Clone(r.last())
	for _, run := range r.runs[1:] {
		if len(run) != len(fastest) {
			continue // another program ran along
		}
		for i := range fastest {
			fastest[i].elapsed = min(fastest[i].elapsed, run[i].elapsed)
		}
	}
	return fastest
}
