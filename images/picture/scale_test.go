package picture

import "testing"

func TestScale(t *testing.T) {
	for _, c := range []struct {
		height, width, orientation int
		turn                       bool
		least                      [2]int
		want                       int
	}{
		{400, 300, 1, false, [2]int{}, 1},
		{400, 300, 1, false, [2]int{100, 0}, 1},
		{400, 300, 1, false, [2]int{201, 1}, 1},
		{400, 300, 1, false, [2]int{200, 150}, 2},
		{400, 300, 1, false, [2]int{100, 76}, 2},
		{400, 300, 1, false, [2]int{100, 75}, 4},
		{400, 300, 1, false, [2]int{50, 30}, 8},
		{400, 300, 1, false, [2]int{1, 1}, 8},
		{400, 300, 6, true, [2]int{100, 75}, 2}, // upright it is 300×400
		{400, 300, 6, true, [2]int{75, 100}, 4},
		{400, 300, 6, false, [2]int{100, 75}, 4},
		{400, 300, 3, true, [2]int{100, 75}, 4},
	} {
		info := Info{Height: c.height, Width: c.width, Orientation: c.orientation}
		if got := (Options{AtLeast: c.least}).scale(info, c.turn); got != c.want {
			t.Errorf("%+v, turned %v, at least %v: 1/%d, expected 1/%d", info, c.turn, c.least, got, c.want)
		}
	}
}
