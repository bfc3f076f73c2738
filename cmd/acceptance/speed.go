package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// race is one workload at one batch size that Lince and its peers run in
// turns. Ratios are those of Lince to the best peer of the same turn.
type race struct {
	workload string
	batch    int
	peers    []string
	must     float64
	aim      float64
	// data names a folder of photos among the test data, empty for none.
	data string
	// precision is that of Lince's numbers, empty for float32.
	precision string
	// environment is set for Lince and peers alike.
	environment []string
}

// turn is what one turn of a race came to, in pictures per second.
type turn struct {
	Lince float64            `json:"lince"`
	Peers map[string]float64 `json:"peers"`
	// Memory is the largest resident memory of each, in MB.
	Memory map[string]float64 `json:"memory"`
}

const (
	tensorFlow  = "tensorflow"
	onnxRuntime = "onnxruntime"
	openVINO    = "openvino"
	openVINObf  = "openvino-bf16"
)

// speedRows are the rows of the speed of Lince and its peers.
func speedRows() []row {
	inference := []string{onnxRuntime, openVINO}
	brain := []string{openVINObf}
	training := []string{tensorFlow}
	photos := "cats-dogs/train"
	return []row{
		speedRow("seed-train", race{workload: "seed-train", batch: 32, peers: training, must: 2.5, aim: 3.5}),
		speedRow("seed-infer",
			race{workload: "seed-infer", batch: 16, peers: inference, must: 2.2, aim: 3},
			race{workload: "seed-infer", batch: 1, peers: inference, must: 1.8, aim: 2.6}),
		speedRow("inception-infer",
			race{workload: "inception-infer", batch: 16, peers: inference, must: 1.1, aim: 1.4},
			race{workload: "inception-infer", batch: 1, peers: inference, must: 1.1, aim: 1.4}),
		speedRow("resnet50-infer",
			race{workload: "resnet50-infer", batch: 16, peers: inference, must: 1.1, aim: 1.35},
			race{workload: "resnet50-infer", batch: 1, peers: inference, must: 1.1, aim: 1.35}),
		speedRow("mobilenetv2-infer",
			race{workload: "mobilenetv2-infer", batch: 16, peers: inference, must: 1, aim: 1.3},
			race{workload: "mobilenetv2-infer", batch: 1, peers: inference, must: 1, aim: 1.3}),
		speedRow("bf16",
			race{workload: "inception-infer", batch: 16, peers: brain, must: 1, aim: 1.05, precision: "bf16"},
			race{workload: "resnet50-infer", batch: 16, peers: brain, must: 1, aim: 1.05, precision: "bf16"}),
		speedRow("transfer-train", race{workload: "transfer-train", batch: 20, peers: training, must: 1.5, aim: 1.9}),
		speedRow("finetune-train", race{workload: "finetune-train", batch: 20, peers: training, must: 1.7, aim: 2.5}),
		speedRow("augment", race{workload: "augment", batch: 20, peers: training, must: 3, aim: 6, data: photos}),
		speedRow("decode", race{workload: "decode", batch: 20, peers: training, must: 1.5, aim: 2.5, data: photos}),
		speedRow("seed-fit-dir", race{workload: "seed-fit-dir", batch: 20, peers: training, must: 2.3, aim: 3.3, data: photos}),
		speedRow("avx2",
			race{workload: "seed-train", batch: 32, peers: training, must: 2, aim: 2.8, environment: onlyAVX2},
			race{workload: "seed-infer", batch: 16, peers: training, must: 2, aim: 2.8, environment: onlyAVX2}),
		{name: "scaling", what: "seed-train on one thread and on two, in turns", bar: "two are at least 1.85× as fast",
			timed: true, sources: speedSources, measure: measureScaling},
		{name: "machine", what: "What the machine can do at most, by the engine's own matrix kernel and by reading memory", bar: "none; speeds are compared with it",
			timed: true, sources: []string{"speed_page.go"}, measure: measureMachine},
	}
}

// onlyAVX2 keeps Lince and TensorFlow from AVX-512.
var onlyAVX2 = []string{"LINCE_CPU=avx2", "ONEDNN_MAX_CPU_ISA=AVX2"}

// speedSources are files that every row of speed depends on.
var speedSources = []string{"speed.go", "turns.go"}

// speedRow makes a row of races.
func speedRow(name string, races ...race) row {
	var what, bars []string
	for _, r := range races {
		what = append(what, fmt.Sprintf("%s, batch %d, beside %s", r.workload, r.batch, strings.Join(r.peers, " and ")))
		bars = append(bars, fmt.Sprintf("%g× (aim %g×)", r.must, r.aim))
	}
	return row{
		name: name, what: strings.Join(what, "; "), bar: "pictures per second, to the best peer: at least " + strings.Join(bars, "; "),
		needs: needsPeers, timed: true, sources: speedSources,
		measure: func(ctx context.Context, s *session) (*result, error) { return measureRaces(ctx, s, races) },
	}
}

// turnsPerRace is how often each side runs.
const turnsPerRace = 5

func measureRaces(ctx context.Context, s *session, races []race) (*result, error) {
	r := &result{}
	for _, race := range races {
		turns, err := s.race(ctx, race)
		if err != nil {
			return nil, err
		}
		r.tellRace(race, turns)
		if race.workload == "seed-train" && race.environment == nil {
			r.compareMemory(race, turns)
		}
	}
	r.note("Two threads each, in turns: every peer, then Lince, %d times. The ratio is the median of the turns' ratios.", turnsPerRace)
	return r, nil
}

// race runs the turns that were not run before.
func (s *session) race(ctx context.Context, race race) ([]turn, error) {
	if s.python == "" || s.peers == "" {
		return nil, missing{needsPeers}
	}
	folder := ""
	if race.data != "" {
		var err error
		if folder, err = s.dataPath(race.data); err != nil {
			return nil, err
		}
	}
	var turns []turn
	for i := range s.fewer(turnsPerRace, 1) {
		name := fmt.Sprintf("%s-%d%s, turn %d", race.workload, race.batch, race.precision, i+1)
		one, err := part(ctx, s, name, s.state, func() (turn, error) { return s.turn(ctx, race, folder) })
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		turns = append(turns, one)
	}
	return turns, nil
}

// tellRace adds the figures of a race.
func (r *result) tellRace(race race, turns []turn) {
	what := fmt.Sprintf("%s, batch %d", race.workload, race.batch)
	if race.precision != "" {
		what += ", " + race.precision
	}
	var ours, ratios []float64
	theirs := map[string][]float64{}
	for _, t := range turns {
		best := 0.0
		for peer, rate := range t.Peers {
			best = max(best, rate)
			theirs[peer] = append(theirs[peer], rate)
		}
		ours, ratios = append(ours, t.Lince), append(ratios, t.Lince/best)
	}
	r.atLeast(what+": ratio", median(ratios), race.must, "×")
	r.tell(what+": ratios from", slices.Min(ratios), "×")
	r.tell(what+": ratios to", slices.Max(ratios), "×")
	r.tell(what+": Lince", median(ours), "pictures/s")
	for _, peer := range race.peers {
		r.tell(what+": "+peer, median(theirs[peer]), "pictures/s")
	}
}

// compareMemory adds the largest resident memory of the whole processes.
func (r *result) compareMemory(race race, turns []turn) {
	var ours, theirs []float64
	for _, t := range turns {
		ours, theirs = append(ours, t.Memory["lince"]), append(theirs, t.Memory[race.peers[0]])
	}
	r.tell("largest resident memory: Lince", median(ours), "MB")
	r.tell("largest resident memory: "+race.peers[0], median(theirs), "MB")
	r.atMost("largest resident memory: ratio (aim 0.2)", median(ours)/median(theirs), 0.4, "×")
}

// turnsOfThreads is how often one thread and two take turns: more often than in
// races, since whatever holds one processor up counts against two threads alone.
const turnsOfThreads = 9

// scalingTurn is pictures per second: of one thread, of two, and of two
// processes of one thread each at once, together, which share nothing but the machine.
type scalingTurn struct{ One, Two, Apart float64 }

func measureScaling(ctx context.Context, s *session) (*result, error) {
	var one, two, ratios, apart []float64
	for i := range s.fewer(turnsOfThreads, 1) {
		t, err := part(ctx, s, fmt.Sprintf("turn %d", i+1), s.state, func() (scalingTurn, error) { return s.scalingTurn(ctx) })
		if err != nil {
			return nil, err
		}
		one, two, ratios, apart = append(one, t.One), append(two, t.Two), append(ratios, t.Two/t.One), append(apart, t.Apart/t.One)
	}
	r := &result{}
	r.atLeast("two threads to one (aim 1.95)", median(ratios), 1.85, "×")
	r.tell("lowest of the turns", slices.Min(ratios), "×")
	r.tell("highest of the turns", slices.Max(ratios), "×")
	r.tell("two processes of one thread each, to one", median(apart), "×")
	r.tell("one thread", median(one), "pictures/s")
	r.tell("two threads", median(two), "pictures/s")
	return r, nil
}

func (s *session) scalingTurn(ctx context.Context) (t scalingTurn, err error) {
	race := race{workload: "seed-train", batch: 32}
	if t.One, _, err = s.lince(ctx, race, "", 1); err != nil {
		return t, err
	}
	if t.Two, _, err = s.lince(ctx, race, "", 2); err != nil {
		return t, err
	}
	var rates [2]float64
	var errs [2]error
	var both sync.WaitGroup
	for i := range rates {
		both.Go(func() { rates[i], _, errs[i] = s.lince(ctx, race, "", 1) })
	}
	both.Wait()
	t.Apart = rates[0] + rates[1]
	return t, errors.Join(errs[:]...)
}
