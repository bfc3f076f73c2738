package cpu

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"unsafe"
)

// arena is the one piece of memory in which values lie, planned once: those
// that are never needed at the same time share places.
type arena struct {
	residents []*resident
	size      int
	whole     []float32
}

type resident struct {
	memory *memory
	offset int
}

// line is the size of a cache line; values begin at one, and two lines past
// their end are left free for kernels that read whole registers.
const line = 64

func (a *arena) add(m *memory) { a.residents = append(a.residents, &resident{memory: m}) }

// plan gives the largest values the lowest places that are free all the time
// they are needed.
func (a *arena) plan() error {
	slices.SortStableFunc(a.residents, func(x, y *resident) int { return cmp.Compare(y.memory.bytes, x.memory.bytes) })
	var placed []*resident // by offset
	for _, r := range a.residents {
		end := 0
		for _, other := range placed {
			if other.memory.last < r.memory.first || r.memory.last < other.memory.first {
				continue
			}
			if other.offset-end >= r.memory.bytes {
				break
			}
			end = max(end, other.offset+other.memory.bytes)
		}
		r.offset = end
		if r.memory.bytes > math.MaxInt-end {
			return fmt.Errorf("cpu: the program needs more memory than there are addresses")
		}
		a.size = max(a.size, end+r.memory.bytes)
		at, _ := slices.BinarySearchFunc(placed, r, func(x, y *resident) int { return cmp.Compare(x.offset, y.offset) })
		placed = slices.Insert(placed, at, r)
	}
	return nil
}

// allocate takes the memory and tells every value its place.
func (a *arena) allocate(aligned func(int) []float32) {
	a.whole = aligned(a.size / 4)
	for _, r := range a.residents {
		r.memory.base = unsafe.Add(unsafe.Pointer(unsafe.SliceData(a.whole)), r.offset)
	}
}
