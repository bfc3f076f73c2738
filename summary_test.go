package lince

import (
	"strings"
	"testing"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/internal/golden"
)

// The tables of all models, to the last blank.
func TestSummariesOfKeras(t *testing.T) {
	for _, model := range must[[]golden.Model](t)(golden.Models()) {
		m := must[*Model](t)(decoder{}.model(must[config.Object](t)(config.ParseObject(decoded(t, model.Config)))))
		for _, want := range model.Summaries {
			got := m.SummaryWith(SummaryOptions{LineLength: want.Options.LineLength, ShowTrainable: want.Options.ShowTrainable, ExpandNested: want.Options.ExpandNested})
			got, text := strings.TrimRight(got, "\n"), strings.TrimRight(want.Text, "\n")
			if got == text {
				continue
			}
			g, k := strings.Split(got, "\n"), strings.Split(text, "\n")
			for i := range min(len(g), len(k)) {
				if g[i] != k[i] {
					t.Errorf("%s %v: line %d is\n%s\nKeras'\n%s", model.Name, want.Options, i+1, g[i], k[i])
					break
				}
			}
			if len(g) != len(k) {
				t.Errorf("%s %v: %d lines, Keras' %d", model.Name, want.Options, len(g), len(k))
			}
		}
	}
}
