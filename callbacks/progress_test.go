package callbacks_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/callbacks"
)

func TestProgressLines(t *testing.T) {
	var text strings.Builder
	_, err := newModel(t, adam()).Fit(t.Context(), samples(t, 8, 1), lince.Fit{Epochs: 2, Callbacks: []lince.Callback{callbacks.Progress{Writer: &text}}})
	if err != nil {
		t.Fatal(err)
	}
	pattern := regexp.MustCompile(`^Epoch 1/2 - 2/2 0s \d+[mu]s/step - loss: \d\.\d{4} - sparse_categorical_accuracy: \d\.\d{4}
Epoch 2/2 - 2/2 0s \d+[mu]s/step - loss: \d\.\d{4} - sparse_categorical_accuracy: \d\.\d{4}
$`)
	if !pattern.MatchString(text.String()) {
		t.Errorf("it wrote\n%s", text.String())
	}
}

// TestLiveProgress rewrites its line, and ends it when the training fails.
func TestLiveProgress(t *testing.T) {
	var text strings.Builder
	failure := errors.New("failure")
	fail := callbacks.Func{BatchEnd: func(run *lince.Run, batch int) error {
		if run.Epoch() == 1 && batch == 0 {
			return failure
		}
		return nil
	}}
	_, err := newModel(t, adam()).Fit(t.Context(), samples(t, 8, 1), lince.Fit{
		Epochs: 2, Callbacks: []lince.Callback{callbacks.Progress{Writer: &text, Live: true, Interval: time.Nanosecond}, fail},
	})
	if !errors.Is(err, failure) {
		t.Fatal(err)
	}
	lines := strings.Split(text.String(), "\n")
	if len(lines) != 5 || lines[0] != "Epoch 1/2" || lines[2] != "Epoch 2/2" || lines[4] != "" {
		t.Fatalf("lines %q", lines)
	}
	for i, want := range []int{3, 1} { // two batches and the end; one batch
		if got := strings.Count(lines[2*i+1], "\r"); got != want {
			t.Errorf("the line of epoch %d was written %d times, expected %d: %q", i+1, got, want, lines[2*i+1])
		}
	}
	if !strings.HasPrefix(lines[3], "\r1/2 ━━━━━━━━━━────────── ") {
		t.Errorf("after one batch of two: %q", lines[3])
	}
}
