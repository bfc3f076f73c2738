package callbacks_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/callbacks"
)

// Variables of the environment: the folder that makes the test's own binary
// train in it, and how many times TestKilledTraining kills it (20 unless set).
const (
	childFolder = "LINCE_TEST_TRAIN_IN"
	killCount   = "LINCE_TEST_KILLS"
)

// TestTrainInFolder is the process that TestKilledTraining kills: it trains
// slowly, backs up every batch, and leaves the weights.
func TestTrainInFolder(t *testing.T) {
	folder := os.Getenv(childFolder)
	if folder == "" {
		t.Skip("the body of TestKilledTraining's processes")
	}
	model := newModel(t, adam())
	history, err := model.Fit(t.Context(), samples(t, 18, 1), lince.Fit{
		Epochs: 12, Validation: samples(t, 7, 2),
		Callbacks: []lince.Callback{
			callbacks.CSVLogger{Path: filepath.Join(folder, "training.csv")},
			callbacks.ReduceLROnPlateau{Factor: 0.7, Patience: 2, MinDelta: new(0.1)},
			callbacks.Func{BatchEnd: func(*lince.Run, int) error { time.Sleep(2 * time.Millisecond); return nil }},
			callbacks.BackupAndRestore{Path: filepath.Join(folder, "backup.keras"), Every: 1},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	content, err := json.Marshal(map[string]any{"weights": weightBits(t, model), "history": history})
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, "result.json"), content, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestKilledTraining kills a training process at random moments, as a loss of
// power or a lack of memory would, and starts it again until it is done. What
// it leaves must be what an undisturbed one leaves, and nothing else.
func TestKilledTraining(t *testing.T) {
	kills := 20
	if text := os.Getenv(killCount); text != "" {
		var err error
		if kills, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	undisturbed, disturbed := t.TempDir(), t.TempDir()
	begun := time.Now()
	child(t, undisturbed, time.Minute)
	whole := time.Since(begun)
	random := rand.New(rand.NewPCG(1, 2))
	done := 0
	for range kills {
		if child(t, disturbed, time.Duration(random.Int64N(int64(whole)/2))) {
			done++
			removeResults(t, disturbed)
		}
	}
	for !child(t, disturbed, time.Minute) {
	}
	for _, name := range []string{"result.json", "training.csv"} {
		want, err := os.ReadFile(filepath.Join(undisturbed, name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(disturbed, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s after %d kills:\n%s\nundisturbed:\n%s", name, kills, got, want)
		}
	}
	entries, err := os.ReadDir(disturbed)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 2 {
		t.Errorf("files left over: %v", entries)
	}
	t.Logf("%d starts that were killed or done in %v each; %d trainings came to their end among them", kills, whole/2, done)
}

// child trains in a process of its own, killed after a while, and reports
// whether the training came to its end.
func child(t *testing.T, folder string, after time.Duration) bool {
	t.Helper()
	command := exec.Command(os.Args[0], "-test.run=^TestTrainInFolder$")
	command.Env = append(os.Environ(), childFolder+"="+folder)
	var messages bytes.Buffer
	command.Stdout = &messages
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(after, func() { command.Process.Kill() })
	defer timer.Stop()
	if err := command.Wait(); err == nil {
		return true
	}
	if command.ProcessState.Exited() { // of its own will, with an error
		t.Fatalf("training in the child: %s", messages.String())
	}
	return false
}

func removeResults(t *testing.T, folder string) {
	t.Helper()
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
}
