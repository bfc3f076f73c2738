package lince

import (
	"fmt"
	"strings"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/layers"
)

// isOperation reports whether an instance is arithmetic, which Keras does not
// count among a model's layers.
func isOperation(instance *layers.Instance) bool {
	_, ok := instance.Layer().(layers.Operation)
	return ok
}

// isOperationOf reports whether a file's entry among the layers is one.
func isOperationOf(entry config.Map) bool {
	module, _ := entry["module"].(string)
	return strings.HasPrefix(module, layers.OperationModule)
}

// decodeOperation reads arithmetic, whose number stands where it is applied.
func decodeOperation(object config.Object, entry config.Map) (layers.Layer, error) {
	nodes, _ := entry["inbound_nodes"].([]any)
	if len(nodes) != 1 {
		return nil, fmt.Errorf("the file's operation %q is applied %d times, expected once", object.Class, len(nodes))
	}
	node, _ := nodes[0].(config.Map)
	arguments, _ := node["args"].([]any)
	return layers.DecodeOperation(object, arguments)
}
