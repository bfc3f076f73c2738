package report

import (
	"fmt"
	"math"
	"slices"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/plot"
)

// Course is how a training went.
type Course string

// The courses that Judge tells apart.
const (
	Overfitting Course = "overfitting" // the validation loss rises while the training loss falls
	Gap         Course = "gap"         // the training loss falls far below the validation loss, which rests
	Unfinished  Course = "unfinished"  // the validation loss still falls
	Level       Course = "level"       // the validation loss neither falls nor rises
	Unvalidated Course = "unvalidated" // there is no validation loss
	Short       Course = "short"       // too few epochs to tell
)

// Circumstances of a training decide what is left to do about it.
type Circumstances struct {
	// Augmented says that pictures were changed at random, Dropout that the
	// network drops some values, StopsEarly that the training would have
	// ended by itself.
	Augmented, Dropout, StopsEarly bool
	// Parameters are the weights that learn, Pictures those they learn from;
	// 0 where they are not known.
	Parameters, Pictures int
}

// Verdict is what the curves of a training show, in words.
type Verdict struct {
	Course Course `json:"course"`
	// Epoch is where overfitting begins, the one with the lowest validation
	// loss, counted from 1; 0 where it does not.
	Epoch int `json:"epoch,omitempty"`
	// Says is the finding, Rule how it is found.
	Says string `json:"says"`
	Rule string `json:"rule"`
	// Remedies are what to try, the most promising first.
	Remedies []string `json:"remedies,omitempty"`
}

const overfittingRule = "Overfitting begins at the epoch with the lowest validation loss if at least two epochs follow, " +
	"if the mean of the last three validation losses and two thirds of all losses after it lie more than 1 % above the lowest mean of three neighbouring ones, " +
	"that mean by more than three standard deviations of the curve's own noise, and if the training loss goes on falling. " +
	"Where the validation loss rests instead, a training loss of less than half of it, by the means of the last three, shows the same."

// Judge says what a history shows: whether, and from which epoch on, the
// network learns its pictures by heart ([plot.Overfitting]), and what helps
// under the circumstances.
func Judge(h *lince.History, c Circumstances) Verdict {
	v := Verdict{Rule: overfittingRule}
	curves := plot.Curves{Epochs: h.Epochs, Series: h.Values}
	validation := finite(h.Values["val_loss"])
	epoch, overfits := plot.Overfitting(curves)
	switch {
	case overfits:
		at := slices.Index(h.Epochs, epoch)
		v.Course, v.Epoch = Overfitting, epoch+1
		v.Says = fmt.Sprintf("Overfitting begins after epoch %d: from there to epoch %d the loss on the training pictures falls from %.3g to %.3g, "+
			"but that on the validation pictures rises from %.3g to %.3g. The network learns its pictures by heart instead of what they have in common.",
			epoch+1, h.Epochs[len(h.Epochs)-1]+1, h.Values["loss"][at], h.Last("loss"), h.Values["val_loss"][at], h.Last("val_loss"))
		v.Remedies = c.remedies(epoch + 1)
	case len(validation) == 0:
		v.Course = Unvalidated
		v.Says = "The training had no validation pictures, so nothing tells whether it learnt its pictures by heart."
		v.Remedies = []string{"Hold pictures back: --validation FOLDER, or a --validation-split above 0."}
	case len(validation) < 3:
		v.Course = Short
		v.Says = fmt.Sprintf("%d validated epochs are too few to tell overfitting from chance.", len(validation))
		v.Remedies = []string{"Train for more epochs."}
	case falls(validation):
		v.Course = Unfinished
		v.Says = "No overfitting: the validation loss still falls at the end."
		v.Remedies = []string{"Train for more epochs, or with a larger learning rate."}
	case last(h.Values["loss"]) < last(validation)/2:
		v.Course = Gap
		v.Says = fmt.Sprintf("The validation loss no longer falls, at %.3g over the last epochs, and does not rise by more than its noise; but the loss on the training pictures is %.3g, less than half of that. "+
			"What the network still learns, it learns by heart.", last(validation), last(h.Values["loss"]))
		best, _ := h.Best("val_loss", true)
		v.Remedies = c.remedies(best + 1)
	default:
		v.Course = Level
		v.Says = "No overfitting: the validation loss has come to rest, not far from that of the training, and does not rise."
		v.Remedies = []string{"If it should be better: a larger network, a pretrained base, more pictures, or a smaller learning rate for the last epochs."}
	}
	return v
}

// remedies against overfitting: what is not done yet comes first.
func (c Circumstances) remedies(best int) []string {
	var todo, more []string
	if c.Augmented {
		more = append(more, "Augment more strongly, or collect more pictures.")
	} else {
		todo = append(todo, "Augmentation: --augment default shows every picture turned, shifted, zoomed and mirrored at random, so that none is seen twice. It helps most where pictures are few.")
	}
	if c.Dropout {
		more = append(more, "A higher rate of dropout.")
	} else {
		todo = append(todo, "Dropout: a layer of rate 0.2 to 0.5 before the last one (--dropout with --base), so that no unit relies on a single other.")
	}
	fewer := "Fewer parameters: fewer filters or a smaller dense layer; or a pretrained base, of which only the head learns."
	if c.Parameters > 0 && c.Pictures > 0 {
		fewer = fmt.Sprintf("Fewer parameters: %d learn from %d pictures. Fewer filters or a smaller dense layer; or a pretrained base, of which only the head learns.", c.Parameters, c.Pictures)
	}
	todo = append(todo, fewer)
	if !c.StopsEarly {
		todo = append(todo, fmt.Sprintf("Early stopping: --patience 5 ends the training and keeps the weights of the best epoch, here %d.", best))
	}
	return append(todo, more...)
}

func finite(values []float64) []float64 {
	return slices.DeleteFunc(slices.Clone(values), func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
}

// falls reports whether the last three values lie on average more than 1 %
// below the three before them (or what there is of them), and the lowest of
// all is among them.
func falls(values []float64) bool {
	tail := len(values) - min(3, len(values)/2)
	before := mean(values[max(0, tail-3):tail])
	lowest := slices.Index(values, slices.Min(values))
	return lowest >= tail && mean(values[tail:]) < before-0.01*math.Abs(before)
}

// last returns the mean of the last three values that are finite.
func last(values []float64) float64 {
	values = finite(values)
	return mean(values[max(0, len(values)-3):])
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}
