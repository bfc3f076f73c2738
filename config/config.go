// Package config reads and writes the configurations in which Keras' files
// describe layers, losses and optimisers: JSON objects with a class name.
package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
)

// Map is a configuration: Keras' names to JSON values.
type Map = map[string]any

// Object is a class with its configuration.
type Object struct {
	Class  string
	Config Map
}

// Serialized returns the object as Keras 3 writes it. module is Keras' own
// ("keras.layers").
func (o Object) Serialized(module string) Map {
	if o.Config == nil {
		o.Config = Map{}
	}
	return Map{"module": module, "class_name": o.Class, "config": o.Config, "registered_name": nil}
}

// ParseObject reads an object as any Keras wrote it: {"class_name", "config"},
// or a bare name, or nil for the zero Object.
func ParseObject(value any) (Object, error) {
	switch v := value.(type) {
	case nil:
		return Object{}, nil
	case string:
		return Object{Class: v, Config: Map{}}, nil
	case Map:
		class, ok := v["class_name"].(string)
		if !ok {
			break
		}
		configuration, ok := v["config"].(Map)
		if !ok {
			if name, isName := v["config"].(string); isName { // {"class_name": "function", "config": "relu"}
				return Object{Class: name, Config: Map{}}, nil
			}
			configuration = Map{}
		}
		return Object{Class: class, Config: configuration}, nil
	}
	return Object{}, fmt.Errorf("config: %s is no object with a class_name and a config", brief(value))
}

// Reader reads a configuration key by key and gathers what is wrong with it.
// A missing key or null gives the default.
type Reader struct {
	object Object
	errs   []error
}

// NewReader returns a reader of an object's configuration.
func NewReader(object Object) *Reader { return &Reader{object: object} }

// Class returns the class name of what is read.
func (r *Reader) Class() string { return r.object.Class }

// Err returns everything that was wrong so far, nil if nothing.
func (r *Reader) Err() error { return errors.Join(r.errs...) }

// Fail records an error about a key.
func (r *Reader) Fail(key string, err error) {
	r.errs = append(r.errs, fmt.Errorf("config: %s of %s: %w", key, r.object.Class, err))
}

func (r *Reader) expected(key, what string, got any) {
	r.Fail(key, fmt.Errorf("got %s, expected %s", brief(got), what))
}

// brief writes a value for an error; a file's may be of any size.
func brief(value any) string {
	const elements, characters = 8, 80
	switch v := value.(type) {
	case Map:
		return fmt.Sprintf("an object of %d members", len(v))
	case []any:
		if len(v) > elements || slices.ContainsFunc(v, func(element any) bool { return !scalar(element) }) {
			return fmt.Sprintf("a list of %d values", len(v))
		}
	}
	if text := []rune(fmt.Sprint(value)); len(text) > characters {
		return string(text[:characters]) + "…"
	}
	return fmt.Sprint(value)
}

func scalar(value any) bool {
	switch value.(type) {
	case Map, []any:
		return false
	}
	return true
}

// Keys returns the keys that are there, sorted.
func (r *Reader) Keys() []string { return slices.Sorted(maps.Keys(r.object.Config)) }

// Has reports whether the key is there and not null.
func (r *Reader) Has(key string) bool { return r.object.Config[key] != nil }

// Value returns the key's JSON value, nil if it is missing.
func (r *Reader) Value(key string) any { return r.object.Config[key] }

// Bool returns a truth value.
func (r *Reader) Bool(key string, missing bool) bool {
	return read(r, key, missing, "true or false", boolean)
}

// String returns a text.
func (r *Reader) String(key, missing string) string { return read(r, key, missing, "a text", text) }

// Int returns a whole number.
func (r *Reader) Int(key string, missing int) int {
	return read(r, key, missing, "a whole number", whole)
}

// Float returns a number.
func (r *Reader) Float(key string, missing float64) float64 {
	return read(r, key, missing, "a number", number)
}

// Ints returns a list of whole numbers; a single number is a list of one.
func (r *Reader) Ints(key string, missing []int) []int {
	return read(r, key, missing, "a list of whole numbers", listOf(whole))
}

// Floats returns a list of numbers; a single number is a list of one.
func (r *Reader) Floats(key string, missing []float64) []float64 {
	return read(r, key, missing, "a list of numbers", listOf(number))
}

// Pair returns two whole numbers; a single one stands for both.
func (r *Reader) Pair(key string, missing [2]int) [2]int {
	return read(r, key, missing, "one or two whole numbers", func(value any) ([2]int, bool) {
		numbers, ok := listOf(whole)(value)
		switch {
		case ok && len(numbers) == 1:
			return [2]int{numbers[0], numbers[0]}, true
		case ok && len(numbers) == 2:
			return [2]int(numbers), true
		}
		return missing, false
	})
}

// Object returns a nested object, the zero Object if the key is missing.
func (r *Reader) Object(key string) Object {
	object, err := ParseObject(r.Value(key))
	if err != nil {
		r.Fail(key, err)
	}
	return object
}

func read[T any](r *Reader, key string, missing T, what string, convert func(any) (T, bool)) T {
	value := r.Value(key)
	if value == nil {
		return missing
	}
	converted, ok := convert(value)
	if !ok {
		r.expected(key, what, value)
		return missing
	}
	return converted
}

func boolean(value any) (bool, bool) {
	b, ok := value.(bool)
	return b, ok
}

func text(value any) (string, bool) {
	s, ok := value.(string)
	return s, ok
}

// Number returns a JSON value as a number, in whichever Go type it came, and
// whether it is one.
func Number(value any) (float64, bool) { return number(value) }

func number(value any) (float64, bool) {
	switch v := value.(type) {
	case json.Number:
		f, err := v.Float64()
		return f, err == nil
	case float64:
		return v, true
	case int:
		return float64(v), true
	}
	return 0, false
}

func whole(value any) (int, bool) {
	f, ok := number(value)
	if !ok || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, false
	}
	return int(f), true
}

func listOf[T any](element func(any) (T, bool)) func(any) ([]T, bool) {
	return func(value any) ([]T, bool) {
		if one, ok := element(value); ok {
			return []T{one}, true
		}
		if list, ok := value.([]T); ok {
			return slices.Clone(list), true
		}
		values, ok := value.([]any)
		if !ok {
			return nil, false
		}
		list := make([]T, len(values))
		for i, v := range values {
			if list[i], ok = element(v); !ok {
				return nil, false
			}
		}
		return list, true
	}
}
