package lince

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/optimizers"
)

// FineTune trains a new head on a pretrained base in two phases. First the
// head learns alone, with the base frozen: its first gradients are large and
// would wreck the filters that the base has learnt. Then the upper part of the
// base is unfrozen and learns on with the head, with a learning rate 10 to 100
// times smaller, which changes the filters but keeps what they know.
type FineTune struct {
	// Base is the pretrained model whose layers, or which itself, the trained
	// model contains. Without it Head names the head's first layer, and the
	// base is all before it.
	Base *Model
	Head string
	// From names the base's layer from which on it is unfrozen in the second
	// phase; all of it when empty.
	From string
	// Training says how the head learns, and the second phase in all but the
	// learning rate and the layers' factors.
	Training Training
	// HeadEpochs and Epochs are how long the phases are; 5 each when zero.
	// Negative leaves the phase out.
	HeadEpochs, Epochs int
	// RateDivisor is how many times smaller the second phase's learning rate
	// is; 100 when zero, as the lessons' 1e-5 after 1e-3.
	RateDivisor float64
	// Discriminative, between 0 and 1, lets lower layers learn slower in the
	// second phase (Howard and Ruder, 2018): it is the part of the rate that
	// the lowest unfrozen layer of the base has; those between have parts
	// between, in equal ratios. 1, and 0, give all the same rate.
	Discriminative float64
	// TrainBatchNorm unfreezes the base's batch normalisation too. Left out,
	// it keeps the averages that it brought, as Keras' guide advises: those of
	// a few small batches are worse.
	TrainBatchNorm bool
	// KeepLast keeps the second phase's weights in any case. Left out, and with
	// Fit.Validation, the weights of before are put back where its loss is not
	// lower after the second phase: on few pictures fine-tuning is as likely to
	// lose something as to gain it.
	KeepLast bool
	// Fit holds what is left to say of both phases: validation, callbacks,
	// class weights. Its Epochs and InitialEpoch count both and stay zero.
	Fit Fit
	// Tell, if given, is called with a sentence for each thing that is done.
	Tell func(message string)
}

// FineTune trains the model on a base in two phases, see the type of that
// name. The history counts the epochs of both. A cancelled training returns
// what there is of it together with ctx's error. Afterwards the model is
// compiled as for the second phase.
func (m *Model) FineTune(ctx context.Context, source data.Source, f FineTune) (*History, error) {
	base, err := f.base(m)
	if err != nil {
		return nil, named(err)
	}
	if f, err = f.withDefaults(); err != nil {
		return nil, named(err)
	}
	history := NewHistory()
	if f.HeadEpochs > 0 {
		if err := f.trainHead(ctx, m, source, base, history); err != nil {
			return history, err
		}
	}
	if f.Epochs > 0 {
		if err := f.trainAll(ctx, m, source, base, history); err != nil {
			return history, err
		}
	}
	return history, nil
}

// fitBetter trains as fit does and goes back to the weights of before where
// they had no higher validation loss.
func (f FineTune) fitBetter(ctx context.Context, m *Model, source data.Source, history *History) error {
	if f.KeepLast || f.Fit.Validation == nil {
		return f.fit(ctx, m, source, f.Epochs, history)
	}
	before, err := m.Evaluate(ctx, f.Fit.Validation)
	if err != nil {
		return err
	}
	weights, err := m.Snapshot()
	if err != nil {
		return err
	}
	if err := f.fit(ctx, m, source, f.Epochs, history); err != nil {
		return err
	}
	after, err := m.Evaluate(ctx, f.Fit.Validation)
	if err != nil {
		return err
	}
	was, _ := before.Get("loss")
	is, _ := after.Get("loss")
	if is < was {
		return nil
	}
	f.Tell(fmt.Sprintf("The validation loss did not fall, it was %.4f and is %.4f: the weights of before are kept.", was, is))
	return m.Restore(weights)
}

func (f FineTune) withDefaults() (FineTune, error) {
	if f.Fit.Epochs != 0 || f.Fit.InitialEpoch != 0 {
		return f, errors.New("FineTune: Fit's Epochs and InitialEpoch must be 0; say HeadEpochs and Epochs")
	}
	for _, epochs := range []*int{&f.HeadEpochs, &f.Epochs} {
		if *epochs == 0 {
			*epochs = 5
		}
	}
	if f.RateDivisor == 0 {
		f.RateDivisor = 100
	}
	if !(f.RateDivisor >= 1) || math.IsInf(f.RateDivisor, 1) {
		return f, fmt.Errorf("FineTune: RateDivisor is %v, expected from 1 on, 10 to 100 as a rule", f.RateDivisor)
	}
	if f.Discriminative == 0 {
		f.Discriminative = 1
	}
	if !(f.Discriminative > 0 && f.Discriminative <= 1) {
		return f, fmt.Errorf("FineTune: Discriminative is %v, expected above 0 and up to 1", f.Discriminative)
	}
	if f.Training.Optimizer == nil {
		f.Training.Optimizer = optimizers.RMSprop{}
	}
	if f.Epochs > 0 && !constant(f.Training.Optimizer.Rate()) {
		return f, errors.New("FineTune: the optimiser follows a schedule, which cannot be divided for the second phase; give it a LearningRate, or compile and fit the phases one by one")
	}
	if f.Tell == nil {
		f.Tell = func(string) {}
	}
	return f, nil
}

// base returns the layers of the base, in the model's order.
func (f FineTune) base(m *Model) ([]*layers.Instance, error) {
	var within func(*layers.Instance) bool
	switch {
	case f.Base != nil && f.Head != "":
		return nil, errors.New("FineTune: both Base and Head given; choose one")
	case f.Base != nil:
		own := map[*layers.Instance]bool{}
		for instance := range f.Base.network.deep() {
			own[instance] = true
		}
		within = func(i *layers.Instance) bool { return own[i] }
	default:
		head := m.Layer(f.Head)
		if head == nil {
			return nil, fmt.Errorf("FineTune: the model has no layer %q where the Head begins; Summary lists their names", f.Head)
		}
		reached := false
		within = func(i *layers.Instance) bool {
			reached = reached || i == head
			return !reached
		}
	}
	var base []*layers.Instance
	weights, others := 0, 0
	for instance := range m.network.deep() {
		if within(instance) {
			base = append(base, instance)
			weights += len(instance.Weights())
		} else {
			others += len(instance.Weights())
		}
	}
	if weights == 0 || others == 0 {
		return nil, errors.New("FineTune: the model needs weights both in the base and in a head of its own")
	}
	return base, nil
}

func (f FineTune) trainHead(ctx context.Context, m *Model, source data.Source, base []*layers.Instance, history *History) error {
	m.Unfreeze()
	for _, instance := range base {
		instance.SetTrainable(false)
	}
	if err := m.Compile(f.Training); err != nil {
		return err
	}
	f.Tell(fmt.Sprintf("The head learns for %d epochs with the learning rate %.3g while the base is frozen: %s.", f.HeadEpochs, m.LearningRate(), m.trainedPart()))
	return f.fit(ctx, m, source, f.HeadEpochs, history)
}

func (f FineTune) trainAll(ctx context.Context, m *Model, source data.Source, base []*layers.Instance, history *History) error {
	unfrozen, err := f.unfreeze(m, base)
	if err != nil {
		return err
	}
	training := f.Training
	training.RateFactors = f.factors(m, unfrozen)
	if err := m.Compile(training); err != nil {
		return err
	}
	rate := f.Training.Optimizer.Rate().At(0) / f.RateDivisor
	if err := m.SetLearningRate(rate); err != nil {
		return err
	}
	from := "the whole base"
	if f.From != "" {
		from = fmt.Sprintf("the base from %q on", f.From)
	}
	message := fmt.Sprintf("Now %s learns too, for %d epochs with the learning rate %.3g, %.3g times smaller: %s.", from, f.Epochs, rate, f.RateDivisor, m.trainedPart())
	if f.Discriminative < 1 {
		message += fmt.Sprintf(" The lowest of its layers learns at %.3g of that rate.", f.Discriminative)
	}
	if !f.TrainBatchNorm && slices.ContainsFunc(base, normalises) {
		message += " Its batch normalisation keeps its averages."
	}
	f.Tell(message)
	return f.fitBetter(ctx, m, source, history)
}

// unfreeze makes the head and the upper part of the base trainable, and
// returns the base's layers that are.
func (f FineTune) unfreeze(m *Model, base []*layers.Instance) ([]*layers.Instance, error) {
	m.Unfreeze()
	from := base[0]
	if f.From != "" {
		if from = m.Layer(f.From); from == nil {
			return nil, fmt.Errorf("lince: FineTune: the model has no layer %q to unfreeze the base from; Summary lists their names", f.From)
		}
	}
	var unfrozen []*layers.Instance
	reached := false
	for _, instance := range base {
		reached = reached || instance == from
		trainable := reached && (f.TrainBatchNorm || !normalises(instance))
		instance.SetTrainable(trainable)
		if trainable && len(instance.Weights()) > 0 {
			unfrozen = append(unfrozen, instance)
		}
	}
	if !reached {
		return nil, fmt.Errorf("lince: FineTune: the layer %q is none of the base", f.From)
	}
	return unfrozen, nil
}

// factors gives lower layers smaller parts of the learning rate.
func (f FineTune) factors(m *Model, unfrozen []*layers.Instance) map[string]float64 {
	factors := maps.Clone(f.Training.RateFactors)
	if f.Discriminative == 1 {
		return factors
	}
	if factors == nil {
		factors = map[string]float64{}
	}
	place := map[*layers.Instance]int{}
	for i, instance := range unfrozen {
		place[instance] = i
	}
	for instance, path := range walk(m.network.instances, "", map[*layers.Instance]bool{}) {
		if i, ok := place[instance]; ok {
			factors[path] = math.Pow(f.Discriminative, 1-float64(i)/float64(len(unfrozen)))
		}
	}
	return factors
}

// fit trains for some epochs more and adds what they measured.
func (f FineTune) fit(ctx context.Context, m *Model, source data.Source, epochs int, history *History) error {
	settings := f.Fit
	settings.InitialEpoch = len(history.Epochs)
	settings.Epochs = settings.InitialEpoch + epochs
	more, err := m.Fit(ctx, source, settings)
	if more != nil {
		history.join(more)
	}
	return err
}

// trainedPart says how much of the model learns.
func (m *Model) trainedPart() string {
	count, trained := 0, 0
	for instance := range m.network.deep() {
		if len(instance.Weights()) == 0 {
			continue
		}
		count++
		if instance.Trainable() {
			trained++
		}
	}
	trainable, fixed := m.countParameters()
	return fmt.Sprintf("%d of %d layers with weights, %s of %s parameters", trained, count, thousands(trainable), thousands(trainable+fixed))
}
