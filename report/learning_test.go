package report_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/report"
)

// history has epochs from 0 of two losses; nil is no series.
func history(training, validation []float64) *lince.History {
	h := lince.NewHistory()
	h.Names, h.Values["loss"] = []string{"loss"}, training
	if validation != nil {
		h.Names, h.Values["val_loss"] = append(h.Names, "val_loss"), validation
	}
	for epoch := range training {
		h.Epochs = append(h.Epochs, epoch)
	}
	return h
}

func TestJudge(t *testing.T) {
	nan := math.NaN()
	falling := []float64{1, 0.8, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1}
	for _, c := range []struct {
		name       string
		validation []float64
		course     report.Course
		epoch      int
		says       string
	}{
		{"rising", []float64{1, 0.9, 0.8, 0.9, 1, 1.1, 1.2, 1.3}, report.Overfitting, 3, "begins after epoch 3"},
		{"rising, with an epoch that was not validated", []float64{1, 0.9, 0.8, nan, 1, 1.1, 1.2, 1.3}, report.Overfitting, 3, "from 0.8 to 1.3"},
		{"resting far above", []float64{1, 0.9, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8}, report.Gap, 0, "0.8 over the last epochs"},
		{"resting beside", []float64{1, 0.8, 0.6, 0.4, 0.3, 0.3, 0.3, 0.3}, report.Level, 0, "come to rest"},
		{"falling", []float64{1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.35}, report.Unfinished, 0, "still falls"},
		{"none", nil, report.Unvalidated, 0, "no validation"},
		{"nothing finite", []float64{nan, nan, nan, nan, nan, nan, nan, nan}, report.Unvalidated, 0, "no validation"},
		{"two epochs", []float64{1, 0.9, nan, nan, nan, nan, nan, nan}, report.Short, 0, "too few"},
	} {
		v := report.Judge(history(falling, c.validation), report.Circumstances{})
		if v.Course != c.course || v.Epoch != c.epoch || !strings.Contains(v.Says, c.says) {
			t.Errorf("%s: %s at epoch %d, %q; expected %s, %d, %q", c.name, v.Course, v.Epoch, v.Says, c.course, c.epoch, c.says)
		}
		if len(v.Remedies) == 0 || v.Rule == "" {
			t.Errorf("%s: remedies %q, rule %q", c.name, v.Remedies, v.Rule)
		}
	}
}

// TestRemedies: what was done already is not advised as if it were new.
func TestRemedies(t *testing.T) {
	h := history([]float64{1, 0.8, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1}, []float64{1, 0.9, 0.8, 0.9, 1, 1.1, 1.2, 1.3})
	first := func(c report.Circumstances) []string {
		var words []string
		for _, remedy := range report.Judge(h, c).Remedies {
			word, _, _ := strings.Cut(remedy, " ")
			words = append(words, strings.TrimRight(word, ":"))
		}
		return words
	}
	for _, c := range []struct {
		circumstances report.Circumstances
		want          []string
	}{
		{report.Circumstances{}, []string{"Augmentation", "Dropout", "Fewer", "Early"}},
		{report.Circumstances{Augmented: true}, []string{"Dropout", "Fewer", "Early", "Augment"}},
		{report.Circumstances{Augmented: true, Dropout: true, StopsEarly: true}, []string{"Fewer", "Augment", "A"}},
	} {
		if got := first(c.circumstances); !slices.Equal(got, c.want) {
			t.Errorf("%+v: %q, expected %q", c.circumstances, got, c.want)
		}
	}
}
