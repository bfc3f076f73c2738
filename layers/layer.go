// Package layers is Keras' vocabulary as plain Go values: a layer is a struct
// whose fields are its settings and whose Call composes graph operations.
//
// The same value may be used in many models; weights belong to the [Instance]
// that applying it makes. Zero fields mean Keras' defaults.
package layers

import (
	"fmt"
	"math"
	"reflect"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/graph"
)

// Layer computes a value from others. A layer of one's own is a struct with
// this one method; gradients, backends and Summary follow from it. To be
// saved it implements Describer, and Load is told how to read it.
type Layer interface {
	// Call builds the layer's computation: weights from c, the result from
	// the inputs. It is called once for training and once for inference,
	// and again whenever a model is rebuilt, so it must not keep anything.
	Call(c *Context, inputs ...*graph.Node) (*graph.Node, error)
}

// Describer is a layer that says what it is called and how it is configured.
// All of this package's are.
type Describer interface {
	Layer
	Describe() Description
}

// Description tells a layer's class, its own name and its settings.
type Description struct {
	// Class is Keras' class name: "Conv2D".
	Class string
	// Module is where Keras has the class; keras.layers when empty.
	Module string
	// Name is the name given to the layer; empty to be numbered.
	Name string
	// InputShape is the shape of one sample; nil when not given.
	InputShape []int
	// Config holds the settings by Keras' names, without what all layers
	// have (name, trainable, dtype).
	Config config.Map
}

// describe returns the description of any layer; one that does not describe
// itself has its Go type as class.
func describe(layer Layer) Description {
	if d, ok := layer.(Describer); ok {
		return d.Describe()
	}
	t := reflect.TypeOf(layer)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return Description{Class: t.Name()}
}

// expectInputs returns an error unless there are count inputs of the given
// rank (0 for any).
func expectInputs(inputs []*graph.Node, count, rank int) error {
	if len(inputs) != count {
		return fmt.Errorf("%d inputs given, expected %d", len(inputs), count)
	}
	for _, input := range inputs {
		if rank > 0 && input.Rank() != rank {
			return fmt.Errorf("input of shape %v given, expected %d dimensions%s", input.Shape(), rank, rankHint(rank))
		}
	}
	return nil
}

// unfit says what a setting is and what it should be.
func unfit(field string, got any, expected string, arguments ...any) error {
	return fmt.Errorf("%s is %v, expected %s", field, got, fmt.Sprintf(expected, arguments...))
}

// within returns an error unless low ≤ number ≤ high.
func within(field string, number, low, high float64) error {
	switch {
	case number >= low && number <= high:
		return nil
	case math.IsInf(high, 1):
		return unfit(field, number, "a number not below %v", low)
	}
	return unfit(field, number, "a number from %v to %v", low, high)
}

func rankHint(rank int) string {
	switch rank {
	case 4:
		return " (batch, height, width, channels)"
	case 2:
		return " (batch, features): put layers.Flatten{} or a global pooling before it"
	}
	return ""
}
