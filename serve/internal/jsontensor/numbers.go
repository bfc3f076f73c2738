package jsontensor

import (
	"math"
	"strconv"
)

// powers are the powers of ten that a float64 holds exactly.
var powers = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// Number reads a number as JSON writes it, or NaN, Infinity and -Infinity, as
// TensorFlow Serving does.
func (s *Scanner) Number() (float64, error) {
	s.space()
	text, begin := s.text, s.at
	at := begin
	negative := at < len(text) && text[at] == '-'
	if negative {
		at++
	}
	first := at
	var mantissa uint64
	for at < len(text) && text[at]-'0' < 10 {
		mantissa = mantissa*10 + uint64(text[at]-'0')
		at++
	}
	digits, exponent := at-first, 0
	if digits == 0 {
		return s.special(negative)
	}
	if digits > 1 && text[first] == '0' {
		return 0, s.Errorf("a number that begins with 0")
	}
	if at < len(text) && text[at] == '.' {
		at++
		point := at
		for at < len(text) && text[at]-'0' < 10 {
			mantissa = mantissa*10 + uint64(text[at]-'0')
			at++
		}
		if exponent = point - at; exponent == 0 {
			return 0, s.Errorf("a number without digits after its point")
		}
		digits -= exponent
	}
	if at < len(text) && text[at]|0x20 == 'e' {
		return s.slow(at + 1)
	}
	// Up to 15 digits and a power of ten that are both exact give the nearest
	// float64 by one division.
	if digits > 15 || exponent < -22 {
		return s.slow(at)
	}
	s.at = at
	value := float64(mantissa) / powers[-exponent]
	if negative {
		value = -value
	}
	return value, nil
}

// slow reads the number at hand, which reaches to at or, behind an e, further.
func (s *Scanner) slow(at int) (float64, error) {
	for at < len(s.text) && (s.text[at]-'0' < 10 || s.text[at] == '-' || s.text[at] == '+') {
		at++
	}
	value, err := strconv.ParseFloat(string(s.text[s.at:at]), 64)
	if err != nil {
		return 0, s.Errorf("%.40q is no number that a float64 can hold", s.text[s.at:at])
	}
	s.at = at
	return value, nil
}

func (s *Scanner) special(negative bool) (float64, error) {
	switch {
	case s.word("NaN"):
		return math.NaN(), nil
	case s.word("Infinity"):
		return math.Inf(1), nil
	case s.word("-Infinity"):
		return math.Inf(-1), nil
	}
	if negative {
		return 0, s.Errorf("a minus without a number")
	}
	return 0, s.Errorf("a number expected, %s found", s.found())
}

// Tensor reads numbers in nested lists, appends them to values, row by row, and
// returns the lists' shape, empty for a bare number. Lists of different lengths
// side by side, more than limit numbers, and numbers beyond float32 are errors.
// true and false count as 1 and 0.
func (s *Scanner) Tensor(values []float32, limit int) ([]float32, []int, error) {
	t := tensor{scanner: s, values: values, limit: limit}
	if err := t.read(0); err != nil {
		return values, nil, err
	}
	return t.values, t.shape, nil
}

// tensor is one that is being read.
type tensor struct {
	scanner *Scanner
	values  []float32
	limit   int   // numbers that may still come
	shape   []int // -1 for lists whose first one has not ended
	leaf    int   // the depth at which numbers stand, plus 1; 0 before the first
}

// read reads a value at a depth within the tensor.
func (t *tensor) read(depth int) error {
	s := t.scanner
	if s.next() != '[' {
		return t.number(depth)
	}
	if t.leaf > 0 && depth+1 >= t.leaf {
		return s.Errorf("a list where others have a number")
	}
	if err := s.enter('[', "a list"); err != nil {
		return err
	}
	if depth == len(t.shape) {
		t.shape = append(t.shape, -1)
	}
	length := 0
	for again := s.next() != ']'; again; length++ {
		if err := t.read(depth + 1); err != nil {
			return err
		}
		var err error
		if again, err = s.more(']'); err != nil {
			return err
		}
	}
	if length == 0 {
		s.at++
		s.depth--
		if t.leaf == 0 {
			t.leaf = depth + 2
		}
	}
	if t.shape[depth] < 0 {
		t.shape[depth] = length
	}
	if t.shape[depth] != length {
		return s.Errorf("a list of %d elements beside one of %d", length, t.shape[depth])
	}
	return nil
}

func (t *tensor) number(depth int) error {
	s := t.scanner
	if t.leaf == 0 {
		t.leaf = depth + 1
	}
	if t.leaf != depth+1 {
		return s.Errorf("a number where others have a list")
	}
	if t.limit--; t.limit < 0 {
		return s.Errorf("more numbers than the model takes")
	}
	var value float64
	var err error
	if s.Kind() == Bool {
		var set bool
		if set, err = s.Bool(); set {
			value = 1
		}
	} else {
		value, err = s.Number()
	}
	single := float32(value)
	if math.IsInf(float64(single), 0) && !math.IsInf(value, 0) {
		return s.Errorf("%v is beyond what a float32 can hold", value)
	}
	t.values = append(t.values, single)
	return err
}
