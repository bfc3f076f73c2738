package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/lince-ml/lince/optimizers"
)

func optimizerNames() []string {
	return []string{"sgd", "rmsprop", "adam", "adamw", "adagrad", "adadelta", "adamax", "nadam"}
}

// optimizer returns the optimiser that the settings name.
func (s *trainSettings) optimizer() (optimizers.Optimizer, error) {
	options := optimizers.Options{WeightDecay: s.WeightDecay}
	if s.WeightDecay != nil && !(*s.WeightDecay >= 0) {
		return nil, fmt.Errorf("--weight-decay %v, expected at least 0", *s.WeightDecay)
	}
	name, rate := strings.ToLower(s.Optimizer), s.LearningRate
	if s.Momentum != 0 && name != "sgd" && name != "rmsprop" {
		return nil, fmt.Errorf("--momentum is for sgd and rmsprop; %s has moments of its own", name)
	}
	switch name {
	case "sgd":
		return optimizers.SGD{LearningRate: rate, Momentum: s.Momentum, Options: options}, nil
	case "rmsprop":
		return optimizers.RMSprop{LearningRate: rate, Momentum: s.Momentum, Options: options}, nil
	case "adam":
		return optimizers.Adam{LearningRate: rate, Options: options}, nil
	case "adamw":
		return optimizers.AdamW{LearningRate: rate, Options: options}, nil
	case "adagrad":
		return optimizers.Adagrad{LearningRate: rate, Options: options}, nil
	case "adadelta":
		return optimizers.Adadelta{LearningRate: rate, Options: options}, nil
	case "adamax":
		return optimizers.Adamax{LearningRate: rate, Options: options}, nil
	case "nadam":
		return optimizers.Nadam{LearningRate: rate, Options: options}, nil
	}
	return nil, fmt.Errorf("--optimizer %q, expected %s", s.Optimizer, strings.Join(optimizerNames(), ", "))
}

// optional is a flag of a number that may be left to the library's default.
type optional struct{ number **float64 }

func (o optional) Type() string { return "float" }

func (o optional) String() string {
	if o.number == nil || *o.number == nil {
		return ""
	}
	return strconv.FormatFloat(**o.number, 'g', -1, 64)
}

func (o optional) Set(text string) error {
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return errors.New("expected a number, such as 0.004")
	}
	*o.number = &value
	return nil
}
