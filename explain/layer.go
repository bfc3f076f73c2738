package explain

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/graph"
)

// find returns the result of a layer that has the given path, or the given name
// at the end of its path.
func find(t *lince.Trace, layer string) (lince.Result, error) {
	for _, matches := range []func(path string) bool{
		func(path string) bool { return path == layer },
		func(path string) bool { return strings.HasSuffix(path, "/"+layer) },
	} {
		if at := slices.IndexFunc(t.Results, func(r lince.Result) bool { return matches(r.Path) }); at >= 0 {
			return t.Results[at], nil
		}
	}
	return lince.Result{}, fmt.Errorf("the model has no layer %q; its layers are %s", layer, listed(t.Results))
}

// spatial returns the result of the named layer, or of the last one that still
// has height and width, and fails where it has none.
func spatial(t *lince.Trace, layer string) (lince.Result, error) {
	candidates := spatials(t)
	if len(candidates) == 0 {
		return lince.Result{}, errors.New("no layer of the model makes maps with height and width; Saliency and Occlusion do without")
	}
	if layer == "" {
		return candidates[len(candidates)-1], nil
	}
	found, err := find(t, layer)
	if err != nil {
		return found, fmt.Errorf("the model has no layer %q; those with height and width are %s", layer, listed(candidates))
	}
	if !hasArea(found.Node) {
		return found, fmt.Errorf("layer %q makes %v, which has no height and width; those that have are %s", found.Path, found.Node.Shape(), listed(candidates))
	}
	return found, nil
}

// spatials returns the results with height and width, each value once, by the
// name of the layer that made it first.
func spatials(t *lince.Trace) []lince.Result {
	var list []lince.Result
	seen := map[*graph.Node]bool{}
	for _, input := range t.Inputs {
		seen[input] = true
	}
	for _, result := range t.Results {
		if !seen[result.Node] && hasArea(result.Node) {
			list = append(list, result)
		}
		seen[result.Node] = true
	}
	return list
}

func hasArea(n *graph.Node) bool { return n.Rank() == 4 && n.Extent(1)*n.Extent(2) > 1 }

// listed returns the paths of the last results, the very last first.
func listed(results []lince.Result) string {
	const most = 12
	var names []string
	for _, result := range slices.Backward(results) {
		if len(names) == most {
			names = append(names, "...")
			break
		}
		if !slices.Contains(names, result.Path) {
			names = append(names, result.Path)
		}
	}
	return strings.Join(names, ", ")
}
