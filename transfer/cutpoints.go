package transfer

import (
	"fmt"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/layers"
)

// CutPoints returns the names of the layers that everything passes through on
// its way from the model's input to its result, in that order, without either:
// where a network can be cut, or unfrozen from, so that a single value crosses.
// Layers of several uses and models within the model are left out.
func CutPoints(model *lince.Model) ([]string, error) {
	if !model.Built() || len(model.Inputs()) != 1 || len(model.Outputs()) != 1 {
		return nil, fmt.Errorf("transfer: a model of %d inputs and %d results has no cut points, expected one of each and known shapes", len(model.Inputs()), len(model.Outputs()))
	}
	var order []layers.Value
	waiting, seen := map[layers.Value]int{}, map[layers.Value]bool{} // uses that are still to come
	var visit func(v layers.Value)
	visit = func(v layers.Value) {
		if seen[v] {
			return
		}
		seen[v] = true
		for _, input := range v.Inputs() {
			waiting[input.Result(0)]++
			visit(input.Result(0))
		}
		order = append(order, v)
	}
	visit(model.Outputs()[0].Result(0))
	var names []string
	open := map[layers.Value]bool{}
	for _, v := range order[:len(order)-1] {
		for _, input := range v.Inputs() {
			input = input.Result(0)
			if waiting[input]--; waiting[input] == 0 {
				delete(open, input)
			}
		}
		open[v] = true
		if _, nested := v.Instance().Layer().(*lince.Model); len(open) == 1 && len(v.Inputs()) > 0 && !nested && v == v.Instance().Output() {
			names = append(names, v.Instance().Name())
		}
	}
	return names, nil
}
