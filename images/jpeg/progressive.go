package jpeg

import "github.com/lince-ml/lince/images/internal/kernel"

// firstDC decodes the upper bits of a block's DC level (T.81, G.1.2.1).
func (r *bitReader) firstDC(s *scan, c *component, b *kernel.Block) error {
	change, err := r.difference(c.dc)
	c.predicted += change
	b[0] = int16(c.predicted << s.bit)
	return err
}

// refineDC decodes one more bit of it.
func (r *bitReader) refineDC(s *scan, b *kernel.Block) {
	if r.bit() {
		b[0] |= 1 << s.bit
	}
}

// firstBand decodes the upper bits of a band of a block (T.81, G.1.2.2).
func (r *bitReader) firstBand(s *scan, c *component, b *kernel.Block) error {
	if s.zeros > 0 {
		s.zeros--
		return nil
	}
	for k := s.first; k <= s.last; k++ {
		symbol, err := r.symbol(c.ac)
		if err != nil {
			return err
		}
		run, size := int(symbol>>4), uint(symbol&15)
		switch {
		case size > 0:
			k += run
			b[zigzag[k]] = int16(r.signed(size) << s.bit)
		case run == 15:
			k += run
		default:
			s.zeros = r.run(run) - 1
			return nil
		}
	}
	return nil
}

// run returns how many blocks have nothing more in the band, this one
// included.
func (r *bitReader) run(size int) int { return 1<<size + r.take(uint(size)) }

// refineBand decodes one more bit of a band (T.81, G.1.2.3): one of each level
// that is not zero yet, among the codes of the levels that cease to be.
func (r *bitReader) refineBand(s *scan, c *component, b *kernel.Block) error {
	k := s.first
	for ; s.zeros == 0 && k <= s.last; k++ {
		symbol, err := r.symbol(c.ac)
		if err != nil {
			return err
		}
		run, size := int(symbol>>4), symbol&15
		value := int16(0)
		switch {
		case size > 1:
			return FormatError("a level of more than one bit in a scan that refines")
		case size == 1:
			value = -1 << s.bit
			if r.bit() {
				value = 1 << s.bit
			}
		case run < 15:
			s.zeros = r.run(run)
		}
		if s.zeros > 0 {
			break
		}
		if k = r.refine(b, k, s, run); value != 0 {
			b[zigzag[k]] = value
		}
	}
	if s.zeros > 0 {
		r.refine(b, k, s, blockSize)
		s.zeros--
	}
	return nil
}

// refine reads a bit for each level from k on that is not zero, passes by as
// many zeros and returns where the next one is.
func (r *bitReader) refine(b *kernel.Block, k int, s *scan, zeros int) int {
	bit := int16(1) << s.bit
	for ; k <= s.last; k++ {
		place := zigzag[k&63]
		level := b[place]
		if level == 0 {
			if zeros == 0 {
				return k
			}
			zeros--
			continue
		}
		more := int16(0)
		if r.bit() {
			more = bit
		}
		sign := level >> 15 // -1 or 0: the bit moves a level away from zero
		b[place] = level + (more ^ sign - sign)
	}
	return k
}

// transformAll turns the levels of a progressive frame into pixels.
func (d *Decoder) transformAll() {
	for i := range d.frame.components {
		c := &d.frame.components[i]
		for y := range c.down {
			for x := range c.across {
				c.inverse(&c.levels[y*c.stride+x], x, y, false)
			}
		}
	}
}
