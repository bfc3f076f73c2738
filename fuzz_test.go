package lince

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/losses"
)

// FuzzModelOfConfig makes models of damaged configurations: there is a model,
// which can be described and shown again, or an error.
func FuzzModelOfConfig(f *testing.F) {
	for _, m := range []*Model{
		small(f), residual(f), chain(f), must[*Model](f)(Load("testdata/branches.keras")), must[*Model](f)(Load("testdata/twins.keras")),
	} {
		f.Add(string(must[[]byte](f)(m.MarshalJSON())))
	}
	for _, described := range []config.Map{
		sequentialOf("Flatten"), functionalOf([]any{"in", 0, 0}, []any{"in", 0, 0}),
		functionalOf([]any{"in", 0, 0}, []any{"a", 1, 0}, object("Flatten", config.Map{"name": "a"}, "inbound_nodes", []any{node("in")[0], node("a")[0]})),
	} {
		f.Add(string(must[[]byte](f)(json.Marshal(described))))
	}
	f.Fuzz(func(t *testing.T, text string) {
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		var described any
		if decoder.Decode(&described) != nil {
			return
		}
		m, err := modelOf(described)
		if err != nil {
			if m != nil {
				t.Errorf("a model beside the error %v", err)
			}
			return
		}
		m.SummaryWith(SummaryOptions{ExpandNested: true})
		if !m.Built() {
			return
		}
		if again, err := modelOf(decodedAgain(t, m)); err != nil || again.Parameters() != m.Parameters() {
			t.Errorf("described again: %v", err)
		}
	})
}

// FuzzTrainingOfConfig reads damaged settings of a training of two outputs:
// there is one that Compile takes or refuses, or an error.
func FuzzTrainingOfConfig(f *testing.F) {
	m := compiled(f, forked(f), Training{Losses: map[string]losses.Loss{"a": losses.MeanSquaredError{}}, LossWeights: map[string]float64{"a": 2}})
	f.Add(string(must[[]byte](f)(json.Marshal(m.training.config()))))
	for _, text := range []string{
		`{"optimizer": "adam", "loss": ["mse", null], "metrics": [["accuracy"], []]}`,
		`{"loss": {"a": "mse", "b": {"class_name": "Huber", "config": {"delta": 2}}}, "loss_weights": [1, null], "metrics": {"b": "mae"}}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		var described config.Map
		if decoder.Decode(&described) != nil {
			return
		}
		if training, err := decodeTraining(described, m.OutputNames()); err == nil {
			_, _ = m.heads(training)
		}
	})
}

func modelOf(described any) (*Model, error) {
	object, err := config.ParseObject(described)
	if err != nil {
		return nil, err
	}
	return decoder{}.model(object)
}

func decodedAgain(t *testing.T, m *Model) (described any) {
	decoder := json.NewDecoder(strings.NewReader(string(must[[]byte](t)(m.MarshalJSON()))))
	decoder.UseNumber()
	if err := decoder.Decode(&described); err != nil {
		t.Fatal(err)
	}
	return described
}
