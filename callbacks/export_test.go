package callbacks

import (
	"encoding/json"
	"testing"
)

// Remembered returns the value after its way through a checkpoint.
func Remembered(t *testing.T, value float64) float64 {
	content, err := json.Marshal(patience{Best: number(value)})
	if err != nil {
		t.Fatal(err)
	}
	var memory patience
	if err := json.Unmarshal(content, &memory); err != nil {
		t.Fatal(err)
	}
	return float64(memory.Best)
}
