package measure

import "math"

// Score is how well a class, or an average over classes, is found.
type Score struct {
	// Precision is the share of right ones among the samples that were taken
	// for the class, TP / (TP + FP).
	Precision float64
	// Recall is the share of the class's samples that were found,
	// TP / (TP + FN).
	Recall float64
	// F1 is the harmonic mean of both, 2 TP / (2 TP + FP + FN).
	F1 float64
	// Support is the number of samples of the class.
	Support int
}

// Scores are those of all classes and what follows from them
// (sklearn.metrics.classification_report).
type Scores struct {
	// Classes are in the order of their numbers.
	Classes []Score
	// Accuracy is the share of samples whose class was predicted.
	Accuracy float64
	// Macro is the mean over classes, each counting the same; Weighted counts
	// each by its samples. Values that are NaN are left out of the means.
	Macro, Weighted Score
}

// Scores measures every class against all others.
func (c Confusion) Scores() Scores {
	scores := Scores{Classes: make([]Score, len(c))}
	taken := make([]int, len(c))
	right, total := 0, 0
	for i, row := range c {
		for j, count := range row {
			taken[j] += count
		}
		right += row[i]
		total += sum(row)
	}
	for i, row := range c {
		support := sum(row)
		scores.Classes[i] = Score{
			Precision: ratio(row[i], taken[i]), Recall: ratio(row[i], support),
			F1: ratio(2*row[i], taken[i]+support), Support: support,
		}
	}
	scores.Accuracy = ratio(right, total)
	scores.Macro = average(scores.Classes, func(Score) float64 { return 1 })
	scores.Weighted = average(scores.Classes, func(s Score) float64 { return float64(s.Support) })
	return scores
}

// average returns the mean of the scores, each counting by its weight.
func average(scores []Score, weight func(Score) float64) Score {
	mean := func(value func(Score) float64) float64 {
		total, weights := 0.0, 0.0
		for _, s := range scores {
			if v := value(s); !math.IsNaN(v) {
				total, weights = total+weight(s)*v, weights+weight(s)
			}
		}
		return total / weights // NaN where nothing counts
	}
	result := Score{
		Precision: mean(func(s Score) float64 { return s.Precision }),
		Recall:    mean(func(s Score) float64 { return s.Recall }),
		F1:        mean(func(s Score) float64 { return s.F1 }),
	}
	for _, s := range scores {
		result.Support += s.Support
	}
	return result
}
