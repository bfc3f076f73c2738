package applications_test

import (
	"fmt"
	"testing"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/applications"
	"github.com/lince-ml/lince/layers"
	"github.com/lince-ml/lince/losses"
)

// The numbers of parameters, counted by hand.
func TestParameters(t *testing.T) {
	for name, c := range map[string]struct {
		stack              []layers.Layer
		count, layers, out int
	}{
		"courses":       {applications.ExampleCNN(150, 150, 3, 2), 3453121, 12, 1},
		"three classes": {applications.ExampleCNN(150, 150, 3, 3), 3454147, 12, 3},
		"digits":        {applications.ExampleCNN(28, 28, 1, 10), 163850, 10, 10},
		"low":           {applications.ExampleCNN(4, 100, 1, 2), 804161, 6, 1},
		"tiny":          {applications.ExampleCNN(3, 3, 1, 2), 5633, 4, 1},
		"LeNet-5":       {applications.LeNet5(28, 28, 1, 10), 61706, 9, 10},
	} {
		m, err := lince.Sequential(c.stack...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := len(m.Layers()); m.Parameters() != c.count || got != c.layers || m.OutputShape()[1] != c.out {
			t.Errorf("%s: %d parameters in %d layers for %d units, want %d, %d and %d", name, m.Parameters(), got, m.OutputShape()[1], c.count, c.layers, c.out)
		}
	}
}

// The ends go with the losses of their number of classes.
func TestEndsSuitLosses(t *testing.T) {
	for classes, loss := range map[int]losses.Loss{2: losses.BinaryCrossentropy{}, 3: losses.CategoricalCrossentropy{}} {
		m, err := lince.Sequential(applications.ExampleCNN(20, 20, 3, classes)...)
		if err == nil {
			err = m.Compile(lince.Training{Loss: loss})
		}
		if err != nil {
			t.Errorf("%d classes: %v", classes, err)
		}
	}
}

func ExampleExampleCNN() {
	m, err := lince.Sequential(applications.ExampleCNN(150, 150, 3, 2)...)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.Parameters(), m.OutputShape())
	// Output: 3453121 (None, 1)
}

func ExampleLeNet5() {
	m, err := lince.Sequential(applications.LeNet5(28, 28, 1, 10)...)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.Parameters(), m.OutputShape())
	// Output: 61706 (None, 10)
}
