package keras

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// The bounds of a configuration: bytes, and values within it. Keras' largest
// applications need a twentieth.
const (
	maxConfigBytes  = 32 << 20
	maxConfigValues = 1 << 19
)

// decodeConfig decodes a JSON object, with its numbers as they are written.
func decodeConfig(text []byte) (map[string]any, error) {
	if len(text) > maxConfigBytes {
		return nil, fmt.Errorf("a configuration of %d bytes, at most %d are read", len(text), maxConfigBytes)
	}
	values := bytes.Count(text, []byte(",")) + bytes.Count(text, []byte("[")) + bytes.Count(text, []byte("{"))
	if values > maxConfigValues {
		return nil, fmt.Errorf("a configuration of about %d values, at most %d are read", values, maxConfigValues)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var config map[string]any
	if err := decoder.Decode(&config); err != nil {
		return nil, fmt.Errorf("not a JSON object: %w", err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errors.New("more than one JSON value")
	}
	if config == nil {
		return nil, errors.New("null where a JSON object is expected")
	}
	return config, nil
}

// encodeJSON encodes without a line's end, and < and > as they are.
func encodeJSON(value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimRight(out.Bytes(), "\n"), nil
}
