package serve

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/tensor"
)

// TestSmallRequestsTakeLittle: a shape that is announced takes no memory before
// its numbers are there.
func TestSmallRequestsTakeLittle(t *testing.T) {
	const size = 1000
	e := &edition{
		name: "large", number: 1, preprocessing: &images.Preprocessing{TargetSize: images.Square(size)},
		inputs:  []port{{"input", tensor.Shape{size, size, 3}, size * size * 3}},
		outputs: []port{{"output", tensor.Shape{2}, 2}},
	}
	for what, parse := range map[string]func() error{
		"V2": func() error {
			body := fmt.Appendf(nil, `{"inputs": [{"name": "input", "datatype": "FP32", "shape": [128, %d, %d, 3], "data": [1]}]}`, size, size)
			_, err := parseV2(body, "", e, 128)
			return err
		},
		"TensorFlow": func() error {
			_, err := parseV1([]byte(`{"instances": [[1]]}`), e, 128)
			return err
		},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := parse()
		runtime.ReadMemStats(&after)
		if err == nil {
			t.Errorf("%s: a request without its numbers is taken", what)
		}
		if taken := after.TotalAlloc - before.TotalAlloc; taken > 1<<20 {
			t.Errorf("%s: a request of few bytes takes %d", what, taken)
		}
	}
}
