package golden

// Loss is one evaluation of a loss, with its reduction in the config.
type Loss struct {
	Name         string `json:"name"`
	Class        string `json:"class_name"`
	Config       Config `json:"config"`
	Targets      Array  `json:"targets"`
	Predictions  Array  `json:"predictions"`
	SampleWeight *Array `json:"sample_weight"` // nil: every sample counts 1
	Value        Array  `json:"value"`         // a scalar, or one per sample without reduction
	Gradient     Array  `json:"gradient"`      // of sum(Value) with respect to Predictions
}

// Losses returns the cases of every loss under every reduction.
func Losses() ([]Loss, error) { return load[[]Loss]("losses") }

// Metric is a metric fed three batches of different sizes.
type Metric struct {
	Name    string        `json:"name"`
	Class   string        `json:"class_name"`
	Config  Config        `json:"config"`
	Batches []MetricBatch `json:"batches"`
	State   []Slot        `json:"state"` // after the last batch
}

// MetricBatch is one update of a metric and its result afterwards.
type MetricBatch struct {
	Targets      Array  `json:"targets"`
	Predictions  Array  `json:"predictions"`
	SampleWeight *Array `json:"sample_weight"`
	Result       Array  `json:"result"`
}

// Slot is a named variable that is no weight of a model: a metric's
// accumulator or an optimizer's state.
type Slot struct {
	Name  string `json:"name"`
	Path  string `json:"path"`
	Value Array  `json:"value"`
}

// Metrics returns the cases of every metric, with and without sample weights.
func Metrics() ([]Metric, error) { return load[[]Metric]("metrics") }

// Optimizer is six updates of three variables: kernel (3,4), bias (4) and
// gamma (1).
type Optimizer struct {
	Name      string          `json:"name"`
	Class     string          `json:"class_name"`
	Config    Config          `json:"config"`
	NoDecay   []string        `json:"no_decay"` // names excluded from weight decay
	Variables []Slot          `json:"variables"`
	Steps     []OptimizerStep `json:"steps"`
	State     []Slot          `json:"state"` // optimizer.variables in their order, after the last step
	// Finalized are the weights after finalize_variable_values, which
	// replaces them by their moving averages; only with use_ema.
	Finalized []Array `json:"finalized"`
}

// OptimizerStep is one update: the gradients given and the weights after it,
// in the order of the optimizer's variables.
type OptimizerStep struct {
	Gradients []Array `json:"gradients"`
	Weights   []Array `json:"weights"`
}

// Optimizers returns the cases of every optimizer.
func Optimizers() ([]Optimizer, error) { return load[[]Optimizer]("optimizers") }

// Schedule is a learning rate schedule: Rates.Values[i] is the rate at Steps[i].
type Schedule struct {
	Name   string `json:"name"`
	Class  string `json:"class_name"`
	Config Config `json:"config"`
	Steps  []int  `json:"steps"`
	Rates  Array  `json:"rates"`
}

// Schedules returns the cases of every learning rate schedule.
func Schedules() ([]Schedule, error) { return load[[]Schedule]("schedules") }

// Training is a set of whole trainings, each of ten steps.
type Training struct {
	// Batches by architecture: small_cnn, small_classes. The last is smaller.
	Batches map[string][]Batch `json:"batches"`
	Runs    []Run              `json:"runs"`
}

// Batch is what one step trains on.
type Batch struct {
	Inputs  Array `json:"inputs"`
	Targets Array `json:"targets"`
}

// Run is one training of an architecture with an optimizer.
type Run struct {
	Name         string    `json:"name"`
	Architecture string    `json:"architecture"` // a key of Training.Batches
	Model        Config    `json:"model"`        // model.to_json()
	Loss         string    `json:"loss"`         // Keras' name of it
	Optimizer    Object    `json:"optimizer"`
	Initial      []Weight  `json:"initial"` // all weights in the order of model.weights
	First        []Weight  `json:"first"`   // after the first step
	Final        []Weight  `json:"final"`   // after the last
	Losses       []float64 `json:"losses"`  // of each step's batch, before its update
}

// Object is a serialised object of Keras.
type Object struct {
	Class  string `json:"class_name"`
	Config Config `json:"config"`
}

// Trainings returns the trainings.
func Trainings() (Training, error) { return load[Training]("training") }
