package config_test

import (
	"encoding/json"
	"fmt"

	"github.com/lince-ml/lince/config"
)

// What a layer has to save, under Keras' names, and how a file holds it.
func ExampleMap() {
	dense := config.Map{"units": 10, "activation": "softmax"}
	text, err := json.Marshal(config.Object{Class: "Dense", Config: dense}.Serialized("keras.layers"))
	fmt.Println(string(text), err)
	// Output:
	// {"class_name":"Dense","config":{"activation":"softmax","units":10},"module":"keras.layers","registered_name":null} <nil>
}
