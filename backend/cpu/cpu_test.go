package cpu

import (
	"strings"
	"testing"
	"time"
)

func TestNewRefusesWhatItCannotDo(t *testing.T) {
	if _, err := New(Options{Threads: -1}); err == nil || !strings.Contains(err.Error(), "-1 threads") {
		t.Errorf("-1 threads: %v", err)
	}
	if _, err := New(Options{Instructions: "mmx"}); err == nil || !strings.Contains(err.Error(), `"mmx"`) {
		t.Errorf("unknown instructions: %v", err)
	}
	t.Setenv("LINCE_CPU", "sse")
	if _, err := New(Options{}); err == nil || !strings.Contains(err.Error(), "LINCE_CPU") {
		t.Errorf("unknown instructions in the environment: %v", err)
	}
}

func TestEnvironmentChoosesInstructions(t *testing.T) {
	t.Setenv("LINCE_CPU", "generic")
	e, err := New(Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	if e.Name() != "cpu generic" {
		t.Errorf("the engine is %q", e.Name())
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
}

func TestObserveNamesEveryStep(t *testing.T) {
	var steps []Step
	o := Options{Threads: 1, Observe: func(step Step, elapsed time.Duration) {
		if elapsed < 0 {
			t.Errorf("%v took %v", step, elapsed)
		}
		steps = append(steps, step)
	}}
	s := open(t, o, newNetwork(20, 4).training(t), 2)
	s.run(t)
	if want := len(s.executable.(*executable).steps); len(steps) != want {
		t.Errorf("%d steps observed of %d", len(steps), want)
	}
	// Two pictures of 20×20×3 and 4 filters of 3×3: windows of 18×18, pooled to 9×9.
	want := Step{
		Scope: "conv2d_0", Operation: "convolution", Fused: "add relu reduce_window first_maximum", Kind: "convolution",
		FLOPs: 2*18*18*4*(2*27+1+1) + 2*9*9*4*(4+4),
		Bytes: 4*(2*20*20*3+27*4+4+2*9*9*4) + 2*9*9*4,
	}
	if steps[0] != want {
		t.Errorf("the first step is %+v, want %+v", steps[0], want)
	}
}
