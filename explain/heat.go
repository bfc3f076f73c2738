package explain

// Heat says how much each place of a picture speaks for a class.
type Heat struct {
	// File is the picture's path as it was given or found; empty for pictures
	// in memory.
	File string `json:"file,omitempty"`
	// Class is the class that is explained, Index its number and Probability
	// what the model gives it.
	Class       string  `json:"class"`
	Index       int     `json:"index"`
	Probability float64 `json:"probability"`
	// Layer is the layer that was looked at; empty for methods of the pixels.
	Layer string `json:"layer,omitempty"`
	// Height and Width are those of Values, which hold the rows from the top.
	// The map covers the picture as the model sees it, whatever its own size.
	Height int       `json:"height"`
	Width  int       `json:"width"`
	Values []float32 `json:"values"`
}

// Normalized returns the values divided by the largest, those below 0 as 0: a
// map from 0 to 1, or zeros where nothing speaks for the class.
func (h Heat) Normalized() []float32 {
	var largest float32
	for _, v := range h.Values {
		largest = max(largest, v)
	}
	normalized := make([]float32, len(h.Values))
	if !(largest > 0) {
		return normalized
	}
	for i, v := range h.Values {
		normalized[i] = max(v, 0) / largest
	}
	return normalized
}

// at returns the value at a place given in units of the map's own places, the
// middle of the first one being 0.5, between places by bilinear interpolation.
func at(values []float32, height, width int, y, x float64) float32 {
	y, x = min(max(y-0.5, 0), float64(height-1)), min(max(x-0.5, 0), float64(width-1))
	top, left := int(y), int(x)
	bottom, right := min(top+1, height-1), min(left+1, width-1)
	down, across := float32(y-float64(top)), float32(x-float64(left))
	above := values[top*width+left]*(1-across) + values[top*width+right]*across
	below := values[bottom*width+left]*(1-across) + values[bottom*width+right]*across
	return above*(1-down) + below*down
}
