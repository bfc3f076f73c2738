package lince

import (
	"testing"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/internal/golden"
)

// TestSummaryMatchesKeras compares the example CNN's table, every frame line
// and blank of it, with what Keras prints.
func TestSummaryMatchesKeras(t *testing.T) {
	models, err := golden.Models()
	if err != nil {
		t.Fatal(err)
	}
	object, err := config.ParseObject(decoded(t, models[0].Config))
	if err != nil {
		t.Fatal(err)
	}
	m, err := decoder{}.model(object)
	if err != nil {
		t.Fatal(err)
	}
	want := models[0].Summaries[0]
	if got := m.SummaryWith(SummaryOptions{LineLength: want.Options.LineLength}); got+"\n" != want.Text && got != want.Text {
		t.Errorf("got\n%s\nKeras prints\n%s", got, want.Text)
	}
	if m.Parameters() != models[0].Parameters {
		t.Errorf("%d parameters, Keras counts %d", m.Parameters(), models[0].Parameters)
	}
}
