package lince

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func TestHistoryJSON(t *testing.T) {
	h := NewHistory()
	h.append(2, Logs{{"loss", 0.5}})
	h.append(3, Logs{{"loss", math.Inf(1)}, {"val_loss", 0.25}})
	h.append(4, Logs{{"val_loss", math.NaN()}, {"loss", 0.125}})
	content := must[[]byte](t)(json.Marshal(h))
	if want := `{"epochs":[2,3,4],"names":["loss","val_loss"],"history":{"loss":[0.5,null,0.125],"val_loss":[null,0.25,null]}}`; string(content) != want {
		t.Errorf("written as %s, want %s", content, want)
	}
	read := must[*History](t)(ReadHistory(strings.NewReader(string(content))))
	if !slices.Equal(read.Epochs, h.Epochs) || !slices.Equal(read.Names, h.Names) {
		t.Errorf("read %v %v", read.Epochs, read.Names)
	}
	if again := must[[]byte](t)(json.Marshal(read)); string(again) != string(content) {
		t.Errorf("written again as %s", again)
	}
	if !math.IsNaN(read.Values["loss"][1]) || read.Last("loss") != 0.125 || !math.IsNaN(read.Last("val_loss")) || !math.IsNaN(read.Last("accuracy")) {
		t.Errorf("read %v", read.Values)
	}
	empty := must[*History](t)(ReadHistory(strings.NewReader(string(must[[]byte](t)(json.Marshal(NewHistory()))))))
	if len(empty.Epochs) != 0 || len(empty.Names) != 0 {
		t.Errorf("an empty history was read as %v", empty)
	}
}

func TestHistoryBest(t *testing.T) {
	h := NewHistory()
	for i, value := range []float64{math.NaN(), 0.5, 0.75, 0.5, 0.75} {
		h.append(10+i, Logs{{"x", value}})
	}
	for _, c := range []struct {
		name     string
		minimize bool
		epoch    int
		value    float64
	}{{"x", false, 12, 0.75}, {"x", true, 11, 0.5}, {"y", true, -1, math.NaN()}} {
		epoch, value := h.Best(c.name, c.minimize)
		if epoch != c.epoch || value != c.value && !(math.IsNaN(value) && math.IsNaN(c.value)) {
			t.Errorf("best of %s is %v in epoch %d, want %v in %d", c.name, value, epoch, c.value, c.epoch)
		}
	}
}

func TestReadHistoryRefuses(t *testing.T) {
	for _, text := range []string{
		"", "garbage", "[]", "null", "3", "{}", `{"epochs":[0]}`,
		`{"epochs":[0],"names":["loss"],"history":{"loss":[1]}} more`,
		`{"epochs":[0],"names":["loss"],"history":{"loss":[1,2]}}`,
		`{"epochs":[0],"names":["loss","accuracy"],"history":{"loss":[1]}}`,
		`{"epochs":[0],"names":["loss","loss"],"history":{"loss":[1]}}`,
		`{"epochs":[0],"names":[],"history":{"loss":[1]}}`,
		`{"epochs":[0],"names":["loss"],"history":{"loss":["high"]}}`,
	} {
		_, err := ReadHistory(strings.NewReader(text))
		errorHas(t, err, "history")
	}
	if _, err := ReadHistory(iotest.ErrReader(errors.ErrUnsupported)); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("a reader that fails: %v", err)
	}
}
