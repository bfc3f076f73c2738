package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// readLabels reads class names: a line each, a JSON list, Keras' class_indices
// {"cats": 0, ...} or its ImageNet index {"0": ["n01440764", "tench"], ...}.
func readLabels(path string) ([]string, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	text := strings.TrimSpace(strings.TrimPrefix(string(content), "\ufeff"))
	var names []string
	switch {
	case text == "":
		err = fmt.Errorf("the file is empty, expected a class name per line")
	case text[0] == '[':
		err = json.Unmarshal([]byte(text), &names)
	case text[0] == '{':
		names, err = labelsByNumber(text)
	default:
		for line := range strings.Lines(text) {
			names = append(names, strings.TrimSpace(line))
		}
	}
	if err != nil {
		return nil, fmt.Errorf("--labels %s: %w", path, err)
	}
	return names, nil
}

// labelsByNumber reads an object of numbers and names, either way round.
func labelsByNumber(text string) ([]string, error) {
	var entries map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &entries); err != nil {
		return nil, err
	}
	names := make([]string, len(entries))
	for key, entry := range entries {
		number, name, err := label(key, entry)
		if err != nil {
			return nil, err
		}
		if number < 0 || number >= len(names) || names[number] != "" {
			return nil, fmt.Errorf("class %q has the number %d; expected 0 to %d, each once", name, number, len(names)-1)
		}
		names[number] = name
	}
	return names, nil
}

// label reads "cats": 0, "0": "cats" or "0": ["n02123045", "tabby"].
func label(key string, entry json.RawMessage) (number int, name string, err error) {
	if json.Unmarshal(entry, &number) == nil {
		return number, key, nil
	}
	if number, err = strconv.Atoi(key); err != nil {
		return 0, "", fmt.Errorf("class %q: expected a number and a name", key)
	}
	if json.Unmarshal(entry, &name) == nil {
		return number, name, nil
	}
	var several []string
	if json.Unmarshal(entry, &several) == nil && len(several) > 0 {
		return number, several[len(several)-1], nil
	}
	return 0, "", fmt.Errorf("class %d: expected its name", number)
}
