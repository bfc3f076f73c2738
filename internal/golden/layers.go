package golden

// Layer is one call of a layer and its gradients.
type Layer struct {
	Name     string  `json:"name"`
	Class    string  `json:"class_name"`
	Config   Config  `json:"config"`
	Training bool    `json:"training"`
	Inputs   []Array `json:"inputs"`
	// Weights in the order of Keras' layer.weights. For Normalization
	// without a given mean they are what adapt learns from Inputs[0].
	Weights []Weight `json:"weights"`
	Output  Array    `json:"output"`
	// Upstream is the gradient that arrives at Output: the gradients here
	// are those of sum(Output·Upstream).
	Upstream       Array   `json:"upstream"`
	InputGradients []Array `json:"input_gradients"`
}

// Weight is a variable of a layer or model.
type Weight struct {
	Name      string `json:"name"`
	Path      string `json:"path"` // layer and name: conv2d/kernel
	Trainable bool   `json:"trainable"`
	Value     Array  `json:"value"` // before the call
	// Gradient is set for trainable weights of a Layer, After (the value
	// when the call is over) for all others of it.
	Gradient *Array `json:"gradient"`
	After    *Array `json:"after"`
}

// Layers returns the cases of every layer that is not random.
func Layers() ([]Layer, error) { return load[[]Layer]("layers") }

// Augmentation is one call of a random image layer in training, with what it drew.
type Augmentation struct {
	Name   string `json:"name"`
	Class  string `json:"class_name"`
	Config Config `json:"config"`
	// Drawn holds Keras' transformation by its own names, the first
	// dimension being the sample: flips (n,1,1,1), angle (n) in degrees,
	// translations (n,2) as pixels of x and y, height_zoom and width_zoom
	// (n,1), contrast_factor and rgb_delta (n,1,1,1).
	Drawn  map[string]Array `json:"drawn"`
	Input  Array            `json:"input"`
	Output Array            `json:"output"`
}

// Augmentations returns the cases of the random image layers.
func Augmentations() ([]Augmentation, error) { return load[[]Augmentation]("augmentation") }

// Activation is one activation function over a vector of points, or row-wise
// over a matrix for those that mix values.
type Activation struct {
	Name      string             `json:"name"`      // as in keras.activations
	Arguments map[string]float64 `json:"arguments"` // those that differ from Keras' defaults; a boolean is 0 or 1
	Input     Array              `json:"input"`
	Output    Array              `json:"output"`
	Upstream  Array              `json:"upstream"` // ones for a vector
	Gradient  Array              `json:"gradient"` // of sum(Output·Upstream) with respect to Input
}

// Activations returns every activation function of Keras.
func Activations() ([]Activation, error) { return load[[]Activation]("activations") }

// Initializer is what an initializer makes: Values if it is deterministic,
// Distributions if it draws.
type Initializer struct {
	Name          string         `json:"name"`
	Class         string         `json:"class_name"`
	Config        Config         `json:"config"`
	Values        []Array        `json:"values"`
	Distributions []Distribution `json:"distributions"`
}

// Distribution is what an initializer draws from for one shape.
type Distribution struct {
	Shape []int `json:"shape"`
	// Kind is uniform on [A, B); normal with mean A and standard deviation
	// B; truncated_normal, the same drawn again beyond A ± 2B; or
	// orthogonal, whose rows or columns have length B.
	Kind string  `json:"kind"`
	A    float64 `json:"a"`
	B    float64 `json:"b"`
	// Mean and Deviation were measured on one draw of Keras.
	Mean      float64 `json:"mean"`
	Deviation float64 `json:"deviation"`
}

// Initializers returns the cases of every initializer.
func Initializers() ([]Initializer, error) { return load[[]Initializer]("initializers") }

// Regularizer is the penalty on one matrix of weights.
type Regularizer struct {
	Name     string `json:"name"`
	Class    string `json:"class_name"`
	Config   Config `json:"config"`
	Weights  Array  `json:"weights"`
	Value    Array  `json:"value"`
	Gradient Array  `json:"gradient"`
}

// Regularizers returns the cases of every regularizer.
func Regularizers() ([]Regularizer, error) { return load[[]Regularizer]("regularizers") }
