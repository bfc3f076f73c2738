package golden

// Model is a model as Keras describes and saves it, without its weights'
// values.
type Model struct {
	Name       string        `json:"name"`
	Config     Config        `json:"config"` // config.json of the .keras file
	JSON       Config        `json:"json"`   // model.to_json()
	Layers     []ModelLayer  `json:"layers"`
	Weights    []ModelWeight `json:"weights"` // in the order of model.weights
	Parameters int           `json:"parameters"`
	Summaries  []Summary     `json:"summaries"`
}

// ModelLayer is a layer within a model; a negative extent of its output shape
// is the unknown batch size.
type ModelLayer struct {
	Name        string `json:"name"`
	Class       string `json:"class_name"`
	OutputShape []int  `json:"output_shape"`
	Parameters  int    `json:"parameters"`
}

// ModelWeight is the place and shape of a weight.
type ModelWeight struct {
	Path      string `json:"path"`
	Shape     []int  `json:"shape"`
	Trainable bool   `json:"trainable"`
}

// Summary is the text of model.summary with the given options.
type Summary struct {
	Options SummaryOptions `json:"options"`
	Text    string         `json:"text"`
}

// SummaryOptions are the arguments of model.summary.
type SummaryOptions struct {
	LineLength    int  `json:"line_length"`
	ShowTrainable bool `json:"show_trainable"`
	ExpandNested  bool `json:"expand_nested"`
}

// Models returns the models: the example CNN of the courses, one with every
// layer, one with a frozen base, one with arithmetic between its values.
func Models() ([]Model, error) { return load[[]Model]("models") }
