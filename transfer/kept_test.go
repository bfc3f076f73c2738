package transfer_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/lince-ml/lince/transfer"
)

// A folder that cannot be written costs the keeping, not the training.
func TestUnkept(t *testing.T) {
	base, head, err := transfer.Split(network(t, 0))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var all [][]float32
	for _, memory := range []int64{0, -1} {
		for _, dir := range []string{t.TempDir(), filepath.Join(file, "features")} {
			features, err := transfer.Features{Dir: dir, Key: "k", Memory: memory}.Compute(t.Context(), base, pictures(t, true))
			if err != nil {
				t.Fatalf("in %s: %v", dir, err)
			}
			defer features.Close()
			if _, err := os.Stat(dir); (features.Unkept() == nil) != (err == nil) {
				t.Errorf("in %s: unkept because %v", dir, features.Unkept())
			}
			all = append(all, predictions(t, head, features))
		}
	}
	for _, other := range all[1:] {
		if !slices.Equal(other, all[0]) {
			t.Errorf("the predictions are %v, of kept features %v", other, all[0])
		}
	}
}
