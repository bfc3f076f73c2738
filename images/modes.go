package images

import (
	"fmt"
	"slices"
	"strings"
)

// ClassMode says which targets go with the pictures.
type ClassMode uint8

const (
	// ByFolders, the zero value, lets the classes decide: Binary for two,
	// Categorical for any other number.
	ByFolders ClassMode = iota
	// Binary gives the index of the class, 0 or 1, as float32 of shape (n).
	// It needs exactly two classes.
	Binary
	// Categorical gives one-hot rows, float32 of shape (n, classes).
	Categorical
	// Sparse gives the index of the class as float32 of shape (n).
	Sparse
	// Input gives the augmented pictures themselves, for autoencoders.
	Input
	// NoTargets gives pictures alone: Keras' class_mode None.
	NoTargets
	// MultiOutput gives one target of shape (n) per column of a table; only FlowFromTable.
	MultiOutput
	// Raw gives the numbers of the target columns as they are, (n) for one
	// column and (n, columns) for several; only FlowFromTable.
	Raw
)

var classModes = []string{"default", "binary", "categorical", "sparse", "input", "none", "multi_output", "raw"}

// String returns Keras' name of the mode, "default" for ByFolders.
func (m ClassMode) String() string { return name(m, classModes) }

// ParseClassMode returns the mode of Keras' name ("binary", "categorical" ...).
func ParseClassMode(text string) (ClassMode, error) {
	return parse[ClassMode]("class mode", text, classModes)
}

// Subset picks a part of the pictures that Generator.ValidationSplit divides.
type Subset uint8

const (
	Everything Subset = iota // all pictures; the zero value, Keras' None
	Training                 // the part to learn from, augmented
	Validation               // the part held back, never augmented (but under KerasCompat)
)

var subsets = []string{"all", "training", "validation"}

// String returns "all", "training" or "validation".
func (s Subset) String() string { return name(s, subsets) }

// Mode names the arithmetic that a pretrained model's pictures go through
// before it sees them, as keras.applications does.
type Mode uint8

const (
	NoMode Mode = iota // nothing; the zero value
	// Caffe reverses RGB to BGR and takes off ImageNet's mean of each
	// channel, (103.939, 116.779, 123.68), without scaling: VGG, ResNet.
	Caffe
	// TF maps 0..255 to -1..1 as x/127.5 - 1: Inception, MobileNet, ResNetV2.
	TF
	// Torch divides by 255, takes off ImageNet's means (0.485, 0.456, 0.406)
	// and divides by its deviations (0.229, 0.224, 0.225): DenseNet.
	Torch
)

var preprocessModes = []string{"none", "caffe", "tf", "torch"}

// String returns the mode's name: none, caffe, tf or torch.
func (m Mode) String() string { return name(m, preprocessModes) }

// ParseMode returns the mode of the name none, caffe, tf or torch.
func ParseMode(text string) (Mode, error) {
	return parse[Mode]("preprocessing mode", text, preprocessModes)
}

// name returns names[value], and its number where there is none.
func name[T ~uint8](value T, names []string) string {
	if int(value) < len(names) {
		return names[value]
	}
	return fmt.Sprintf("unknown(%d)", uint8(value))
}

func parse[T ~uint8](what, text string, names []string) (T, error) {
	if i := slices.Index(names, strings.ToLower(strings.TrimSpace(text))); i >= 0 {
		return T(i), nil
	}
	return 0, fmt.Errorf("images: unknown %s %q, expected one of %s", what, text, strings.Join(names, ", "))
}
