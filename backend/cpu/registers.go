package cpu

// loadView returns what lays out a part of a view in a register.
func (w *writer) loadView(v *view, bytes bool) func(dst []float32, start int) {
	set := w.set
	return func(dst []float32, start int) {
		v.each(start, len(dst), func(at, from, step, length int) {
			switch {
			case bytes:
				for i := range length {
					dst[at+i] = float32(elementsOf[uint8](v.memory, from+i*step+1)[from+i*step])
				}
			case step == 1:
				copy(dst[at:at+length], v.memory.floats(from + length)[from:])
			case step == 0:
				set.Fill(dst[at:at+length], v.memory.floats(from + 1)[from])
			default:
				for i := range length {
					dst[at+i] = v.memory.floats(from + i*step + 1)[from+i*step]
				}
			}
		})
	}
}

func loadBytes(m *memory) func(dst []float32, start int) {
	return func(dst []float32, start int) {
		for i, b := range elementsOf[uint8](m, start+len(dst))[start:] {
			dst[i] = float32(b)
		}
	}
}

func storeBools(m *memory) func(x []float32, start int) {
	return func(x []float32, start int) {
		dst := elementsOf[bool](m, start+len(x))[start:]
		for i, v := range x {
			dst[i] = v != 0
		}
	}
}

// allocate gives registers numbers that are free again after their last use;
// those filled once keep theirs.
func (w *writer) allocate() {
	last := make([]int, w.next)
	for i, in := range w.cluster.code {
		for _, source := range in.sources {
			if source.register >= 0 {
				last[source.register] = i
			}
		}
	}
	real := make([]int, w.next)
	count := 0
	for i := range w.cluster.once {
		dst := &w.cluster.once[i].dst
		last[dst.register] = len(w.cluster.code)
		real[dst.register], dst.register = count, count
		count++
	}
	var free []int
	for i := range w.cluster.code {
		in := &w.cluster.code[i]
		released := map[int]bool{}
		for s := range in.sources {
			if r := in.sources[s].register; r >= 0 {
				in.sources[s].register = real[r]
				if last[r] == i && !released[r] {
					released[r] = true
					free = append(free, real[r])
				}
			}
		}
		if r := in.dst.register; r >= 0 {
			if len(free) == 0 {
				free = append(free, count)
				count++
			}
			real[r] = free[len(free)-1]
			free = free[:len(free)-1]
			in.dst.register = real[r]
			if last[r] == 0 && i > 0 || last[r] < i {
				free = append(free, real[r]) // nobody reads it
			}
		}
	}
	w.cluster.registers = count
}
