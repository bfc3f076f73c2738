package keras

import (
	"strconv"

	"github.com/lince-ml/lince/config"
)

// GroupNames returns the names that Keras gives the elements of a list of
// objects in an Archive or Weights file: the class in snake case, and from the
// second of a class on a number. Conv2D, Conv2D, Dense give conv2d, conv2d_1,
// dense. A model's layers lie at layers/ and these names, those of a model
// within it below its own group.
//
// It is keras.src.saving.saving_lib._save_container_state with
// keras.src.utils.naming.to_snake_case.
func GroupNames(classes []string) []string {
	names := make([]string, len(classes))
	used := make(map[string]int)
	for i, class := range classes {
		name := config.SnakeCase(class)
		names[i] = name
		if n := used[name]; n > 0 {
			names[i] += "_" + strconv.Itoa(n)
		}
		used[name]++
	}
	return names
}
