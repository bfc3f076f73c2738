package conv

import "github.com/lince-ml/lince/backend/cpu/internal/kernel"

// turned is kernels as the factor that leads from the result's gradient back
// to the pictures': lanes are channels, the depth is the taps' filters.
type turned struct {
	set      *kernel.Set
	data     []float32
	channels int // lanes
	across   int // elements from one channel to the next: all filters
	filters  int // of the group, from data[0] on
	taps     []tap
}

// Pack implements gemm.Operand.
func (t *turned) Pack(dst []float32, width, lane, from, depth int, rows []*float32) {
	used := min(width, t.channels-lane)
	for end := from + depth; from < end; {
		at, filter := from/t.filters, from%t.filters
		count := min(t.filters-filter, end-from)
		base := (t.taps[at].kernel*t.channels+lane)*t.across + filter
		for i := range used {
			rows[i] = &t.data[base+i*t.across]
		}
		for i := used; i < width+t.set.Lanes; i++ {
			rows[i] = rows[0]
		}
		t.set.Transpose(dst, width, rows, count)
		for k := range count {
			clear(dst[k*width+used : (k+1)*width])
		}
		dst = dst[width*count:]
		from += count
	}
}
