package measure_test

import (
	"fmt"

	"github.com/lince-ml/lince/report/measure"
)

func ExampleConfusion() {
	cats, dogs := 0, 1
	counts, err := measure.NewConfusion([]int{cats, cats, cats, dogs}, []int{cats, cats, dogs, dogs}, 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(counts)
	fmt.Printf("%.2f\n", counts.Shares())
	// Output:
	// [[2 1] [0 1]]
	// [[0.67 0.33] [0.00 1.00]]
}

func ExampleScore() {
	counts := measure.Confusion{{8, 2}, {1, 9}}
	cats := counts.Scores().Classes[0]
	fmt.Printf("precision %.3f, recall %.3f, F1 %.3f of %d\n", cats.Precision, cats.Recall, cats.F1, cats.Support)
	// Output: precision 0.889, recall 0.800, F1 0.842 of 10
}

func ExampleScores() {
	scores := measure.Confusion{{8, 2}, {10, 80}}.Scores()
	fmt.Printf("accuracy %.2f, F1 %.2f (macro), %.2f (weighted)\n", scores.Accuracy, scores.Macro.F1, scores.Weighted.F1)
	// Output: accuracy 0.88, F1 0.75 (macro), 0.89 (weighted)
}

func ExamplePair() {
	for _, pair := range (measure.Confusion{{7, 1, 2}, {0, 9, 1}, {3, 0, 7}}).Pairs() {
		fmt.Printf("%d for %d: %d times, %.0f %%\n", pair.True, pair.Predicted, pair.Count, 100*pair.Share)
	}
	// Output:
	// 2 for 0: 3 times, 30 %
	// 0 for 2: 2 times, 20 %
	// 0 for 1: 1 times, 10 %
	// 1 for 2: 1 times, 10 %
}

func ExampleCurve() {
	roc, err := measure.ROC([]bool{false, false, true, true}, []float64{0.1, 0.4, 0.35, 0.8})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range roc.X {
		fmt.Printf("above %.2f: %.1f of the negative, %.1f of the positive\n", roc.Thresholds[i], roc.X[i], roc.Y[i])
	}
	fmt.Println("area", roc.Area)
	// Output:
	// above +Inf: 0.0 of the negative, 0.0 of the positive
	// above 0.80: 0.0 of the negative, 0.5 of the positive
	// above 0.40: 0.5 of the negative, 0.5 of the positive
	// above 0.35: 0.5 of the negative, 1.0 of the positive
	// above 0.10: 1.0 of the negative, 1.0 of the positive
	// area 0.75
}

func ExampleCalibration() {
	c, err := measure.Calibrate([]bool{true, true, false, true}, []float64{0.95, 0.85, 0.9, 0.6}, 5)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("ECE %.3f, MCE %.3f\n", c.ECE, c.MCE)
	// Output: ECE 0.275, MCE 0.400
}

func ExampleBin() {
	c, err := measure.Calibrate([]bool{true, true, false, true}, []float64{0.95, 0.85, 0.9, 0.6}, 5)
	if err != nil {
		fmt.Println(err)
		return
	}
	last := c.Bins[4]
	fmt.Printf("from %.1f to %.1f: %d pictures, %.2f sure, %.2f right\n", last.Low, last.High, last.Count, last.Confidence, last.Accuracy)
	// Output: from 0.8 to 1.0: 3 pictures, 0.90 sure, 0.67 right
}
