package callbacks

import (
	"strconv"
	"strings"
)

// number is a float64 that JSON carries exactly, infinities and NaN too.
type number float64

func (n number) MarshalJSON() ([]byte, error) {
	return []byte(strconv.Quote(strconv.FormatFloat(float64(n), 'g', -1, 64))), nil
}

func (n *number) UnmarshalJSON(content []byte) error {
	value, err := strconv.ParseFloat(strings.Trim(string(content), `"`), 64)
	*n = number(value)
	return err
}
