package main

import "strings"

// A trace is what chrome://tracing and Perfetto read: the Trace Event
// Format's complete events, times in microseconds.
type trace struct {
	Events []traceEvent `json:"traceEvents"`
	Unit   string       `json:"displayTimeUnit"`
}

type traceEvent struct {
	Name      string         `json:"name"`
	Category  string         `json:"cat"`
	Phase     string         `json:"ph"`
	Start     float64        `json:"ts"`
	Duration  float64        `json:"dur"`
	Process   int            `json:"pid"`
	Thread    int            `json:"tid"`
	Arguments map[string]any `json:"args"`
}

// writeTrace writes the steps of a run.
func writeTrace(path string, run []record) error {
	t := trace{Unit: "ms", Events: []traceEvent{}}
	for _, one := range run {
		name := one.step.Operation
		if one.step.Scope != "" {
			name = one.step.Scope + " " + name
		}
		seconds := max(one.elapsed.Seconds(), 1e-9)
		t.Events = append(t.Events, traceEvent{
			Name: name, Category: one.step.Kind, Phase: "X", Process: 1, Thread: 1,
			Start: float64(one.begun.Sub(run[0].begun).Nanoseconds()) / 1e3, Duration: float64(one.elapsed.Nanoseconds()) / 1e3,
			Arguments: map[string]any{
				"fused": strings.Fields(one.step.Fused), "flops": one.step.FLOPs, "bytes": one.step.Bytes,
				"gflops": float64(one.step.FLOPs) / seconds / 1e9, "gbps": float64(one.step.Bytes) / seconds / 1e9,
			},
		})
	}
	return writeJSON(path, t)
}
