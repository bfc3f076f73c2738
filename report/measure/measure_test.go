package measure_test

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince/report/measure"
)

// number is one of the file's: null for NaN and "inf" for infinity.
type number float64

func (n *number) UnmarshalJSON(text []byte) error {
	switch string(text) {
	case "null":
		*n = number(math.NaN())
		return nil
	case `"inf"`:
		*n = number(math.Inf(1))
		return nil
	}
	var value float64
	err := json.Unmarshal(text, &value)
	*n = number(value)
	return err
}

type numbers []number

func (n numbers) floats() []float64 {
	values := make([]float64, len(n))
	for i, v := range n {
		values[i] = float64(v)
	}
	return values
}

type curveGolden struct {
	X, Y, Thresholds numbers
	Area             number
}

// goldens are what testdata/generate.py wrote.
type goldens struct {
	Curves []struct {
		Name            string
		Positive        []bool
		Scores          numbers
		ROC             curveGolden
		PrecisionRecall curveGolden `json:"precision_recall"`
	}
	Classes []struct {
		Name                  string
		Labels, Predicted     []int
		Classes               int
		Confusion             measure.Confusion
		Precision, Recall, F1 numbers
		Support               []int
		Accuracy              number
		Macro, Weighted       numbers
	}
	Losses []struct {
		Name          string
		Labels        []int
		Probabilities []numbers
		Loss          float64
	}
	Calibrations []struct {
		Name       string
		Right      []bool
		Confidence numbers
		Bins       int
		Counts     []int
		ECE, MCE   float64
	}
}

func readGoldens(t *testing.T) goldens {
	t.Helper()
	content, err := os.ReadFile("testdata/measures.json")
	if err != nil {
		t.Fatal(err)
	}
	var g goldens
	if err := json.Unmarshal(content, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

// near compares sums of up to 80 numbers of about 1, added in another order.
func near(got, want float64) bool {
	return got == want || math.IsNaN(got) && math.IsNaN(want) || math.Abs(got-want) <= 1e-14*math.Max(1, math.Abs(want))
}

func TestCurves(t *testing.T) {
	for _, c := range readGoldens(t).Curves {
		roc, err := measure.ROC(c.Positive, c.Scores.floats())
		if err != nil {
			t.Fatal(err)
		}
		compareCurve(t, c.Name+": ROC", roc, c.ROC)
		precision, err := measure.PrecisionRecall(c.Positive, c.Scores.floats())
		if err != nil {
			t.Fatal(err)
		}
		compareCurve(t, c.Name+": precision-recall", precision, c.PrecisionRecall)
	}
}

func compareCurve(t *testing.T, name string, got measure.Curve, want curveGolden) {
	t.Helper()
	for _, series := range []struct {
		of        string
		got, want []float64
	}{{"x", got.X, want.X.floats()}, {"y", got.Y, want.Y.floats()}, {"thresholds", got.Thresholds, want.Thresholds.floats()}} {
		if !slices.EqualFunc(series.got, series.want, near) {
			t.Errorf("%s: %s is %v, expected %v", name, series.of, series.got, series.want)
		}
	}
	if !near(got.Area, float64(want.Area)) {
		t.Errorf("%s: the area is %v, expected %v", name, got.Area, want.Area)
	}
}

func TestCurvesWithoutBothKinds(t *testing.T) {
	for _, positive := range [][]bool{{}, {true, true}, {false, false}} {
		scores := make([]float64, len(positive))
		roc, err := measure.ROC(positive, scores)
		if err != nil || !math.IsNaN(roc.Area) || len(roc.X) > 0 {
			t.Errorf("%v: %v, %v, expected no curve", positive, roc, err)
		}
		precision, err := measure.PrecisionRecall(positive, scores)
		if none := !slices.Contains(positive, true); err != nil || math.IsNaN(precision.Area) != none {
			t.Errorf("%v: %v, %v", positive, precision, err)
		}
	}
}

func TestScores(t *testing.T) {
	for _, c := range readGoldens(t).Classes {
		counts, err := measure.NewConfusion(c.Labels, c.Predicted, c.Classes)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.EqualFunc(counts, c.Confusion, slices.Equal) {
			t.Errorf("%s: counts %v, expected %v", c.Name, counts, c.Confusion)
		}
		scores := counts.Scores()
		for i, s := range scores.Classes {
			if !near(s.Precision, float64(c.Precision[i])) || !near(s.Recall, float64(c.Recall[i])) || !near(s.F1, float64(c.F1[i])) || s.Support != c.Support[i] {
				t.Errorf("%s: class %d has %+v, expected %v, %v, %v, %v", c.Name, i, s, c.Precision[i], c.Recall[i], c.F1[i], c.Support[i])
			}
		}
		if !near(scores.Accuracy, float64(c.Accuracy)) {
			t.Errorf("%s: accuracy %v, expected %v", c.Name, scores.Accuracy, c.Accuracy)
		}
		for name, mean := range map[string]struct {
			got  measure.Score
			want numbers
		}{"macro": {scores.Macro, c.Macro}, "weighted": {scores.Weighted, c.Weighted}} {
			got := []float64{mean.got.Precision, mean.got.Recall, mean.got.F1}
			if !slices.EqualFunc(got, mean.want.floats(), near) {
				t.Errorf("%s: %s %v, expected %v", c.Name, name, got, mean.want)
			}
		}
	}
}

func TestShares(t *testing.T) {
	shares := measure.Confusion{{3, 1}, {0, 0}}.Shares()
	if shares[0][0] != 0.75 || shares[0][1] != 0.25 || !math.IsNaN(shares[1][0]) {
		t.Errorf("shares are %v", shares)
	}
}

func TestPairs(t *testing.T) {
	pairs := measure.Confusion{{5, 2, 0}, {1, 0, 2}, {2, 0, 90}}.Pairs()
	want := []measure.Pair{{1, 2, 2, 2. / 3}, {0, 1, 2, 2. / 7}, {2, 0, 2, 2. / 92}, {1, 0, 1, 1. / 3}}
	if !slices.Equal(pairs, want) {
		t.Errorf("pairs are %v, expected %v", pairs, want)
	}
}

func TestCalibration(t *testing.T) {
	for _, c := range readGoldens(t).Calibrations {
		got, err := measure.Calibrate(c.Right, c.Confidence.floats(), c.Bins)
		if err != nil {
			t.Fatal(err)
		}
		var counts []int
		for _, bin := range got.Bins {
			counts = append(counts, bin.Count)
		}
		if !slices.Equal(counts, c.Counts) || !near(got.ECE, c.ECE) || !near(got.MCE, c.MCE) {
			t.Errorf("%s: %v, %v, %v, expected %v, %v, %v", c.Name, counts, got.ECE, got.MCE, c.Counts, c.ECE, c.MCE)
		}
	}
	none, err := measure.Calibrate(nil, nil, 15)
	if err != nil || !math.IsNaN(none.ECE) || !math.IsNaN(none.Bins[0].Accuracy) {
		t.Errorf("without samples: %v, %v", none, err)
	}
}

func TestLogLoss(t *testing.T) {
	for _, c := range readGoldens(t).Losses {
		rows := make([][]float64, len(c.Probabilities))
		for i, row := range c.Probabilities {
			rows[i] = row.floats()
		}
		if got, err := measure.LogLoss(c.Labels, rows); err != nil || !near(got, c.Loss) {
			t.Errorf("%s: %v, %v, expected %v", c.Name, got, err, c.Loss)
		}
	}
}

func TestRefusals(t *testing.T) {
	nan := math.NaN()
	for says, call := range map[string]func() error{
		"1 labels and 2 predictions":        func() error { _, err := measure.NewConfusion([]int{0}, []int{0, 1}, 2); return err },
		"0 classes":                         func() error { _, err := measure.NewConfusion(nil, nil, 0); return err },
		"sample 1 is of class 2":            func() error { _, err := measure.NewConfusion([]int{0, 2}, []int{0, 1}, 2); return err },
		"score of sample 1 is not a number": func() error { _, err := measure.ROC([]bool{true, false}, []float64{1, nan}); return err },
		"2 labels and 1 scores":             func() error { _, err := measure.PrecisionRecall([]bool{true, false}, []float64{1}); return err },
		"confidence of sample 0 is NaN":     func() error { _, err := measure.Calibrate([]bool{true}, []float64{nan}, 15); return err },
		"confidence of sample 0 is 1.5":     func() error { _, err := measure.Calibrate([]bool{true}, []float64{1.5}, 15); return err },
		"0 bins":                            func() error { _, err := measure.Calibrate(nil, nil, 0); return err },
		"1 outcomes and 0 confidences":      func() error { _, err := measure.Calibrate([]bool{true}, nil, 15); return err },
		"sample 0 is of class 2":            func() error { _, err := measure.LogLoss([]int{2}, [][]float64{{0.5, 0.5}}); return err },
		"probability of sample 0 is NaN":    func() error { _, err := measure.LogLoss([]int{0}, [][]float64{{nan, 0.5}}); return err },
		"0 labels and 1 rows":               func() error { _, err := measure.LogLoss(nil, [][]float64{{1}}); return err },
	} {
		if err := call(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("the error is %v, expected it to say %q", err, says)
		}
	}
}
