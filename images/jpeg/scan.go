package jpeg

import "fmt"

// maxScans limits the work that a small file can ask for. A progressive file
// has about ten.
const maxScans = 500

// scan is what the header of a scan says.
type scan struct {
	components []*component // in order
	order      [maxComponents]*component
	coding     coding
	// Of progressive frames: the band of coefficients in zigzag order, the bit
	// at which earlier scans stopped (0: there are none), and the bit at which
	// this one stops.
	first, last int
	before, bit uint
	// zeros counts the blocks to come that have nothing in the band.
	zeros int
}

// readScan reads a scan's header and the bits that follow it.
func (d *Decoder) readScan(segment []byte) error {
	if len(d.frame.components) == 0 {
		return FormatError("a scan before the frame")
	}
	if d.scans++; d.scans > maxScans {
		return UnsupportedError(fmt.Sprintf("a picture of more than %d scans", maxScans))
	}
	if d.scans == 1 {
		if err := d.allocate(); err != nil {
			return err
		}
	}
	s := &d.scan
	*s = scan{}
	if err := s.declare(segment, d); err != nil {
		return err
	}
	s.coding = s.code(d.frame.progressive)
	if err := d.loadBits(); err != nil {
		return err
	}
	if err := d.readUnits(s); err != nil {
		return err
	}
	if d.bits.overrun() {
		return errShort
	}
	return nil
}

// coding is how the blocks of a scan are coded.
type coding uint8

const (
	sequential coding = iota
	firstDC           // the others are those of progressive frames
	refineDC
	firstBand
	refineBand
)

// code returns the coding that the header tells.
func (s *scan) code(progressive bool) coding {
	switch {
	case !progressive:
		return sequential
	case s.first == 0 && s.before == 0:
		return firstDC
	case s.first == 0:
		return refineDC
	case s.before == 0:
		return firstBand
	}
	return refineBand
}

// readBlock decodes the next block, which is number x in row y of blocks.
func (d *Decoder) readBlock(s *scan, c *component, x, y int) error {
	if d.bits.pos > d.bits.end+8 {
		return errShort
	}
	if s.coding == sequential {
		return d.readSequential(c, x, y)
	}
	b := &c.levels[y*c.stride+x]
	switch s.coding {
	case firstDC:
		return d.bits.firstDC(s, c, b)
	case refineDC:
		d.bits.refineDC(s, b)
		return nil
	case firstBand:
		return d.bits.firstBand(s, c, b)
	}
	return d.bits.refineBand(s, c, b)
}

const errShort = FormatError("a scan ends before its picture does")

// declare reads the header.
func (s *scan) declare(segment []byte, d *Decoder) error {
	if len(segment) < 1 {
		return FormatError("an empty scan header")
	}
	count := int(segment[0])
	if count < 1 || count > len(d.frame.components) || len(segment) < 4+2*count {
		return FormatError(fmt.Sprintf("a scan of %d components in a header of %d bytes", count, len(segment)))
	}
	s.components = s.order[:count]
	for i := range s.components {
		c, err := d.selected(segment[1+2*i], segment[2+2*i], s.components[:i])
		if err != nil {
			return err
		}
		s.components[i] = c
	}
	if d.frame.progressive {
		if err := s.declareBand(segment[1+2*count:]); err != nil {
			return err
		}
	}
	return s.prepare(d)
}

// selected returns the component of a scan's header by its number, with its
// Huffman tables; others are those before it.
func (d *Decoder) selected(id, tables uint8, others []*component) (*component, error) {
	if tables>>4 > 3 || tables&15 > 3 {
		return nil, FormatError(fmt.Sprintf("Huffman tables %d and %d, expected 0 … 3", tables>>4, tables&15))
	}
	for i := range d.frame.components {
		c := &d.frame.components[i]
		if c.id != id {
			continue
		}
		for _, other := range others {
			if other == c {
				return nil, FormatError(fmt.Sprintf("component %d twice in a scan", id))
			}
		}
		c.dc, c.ac, c.predicted = d.huffman[0][tables>>4], d.huffman[1][tables&15], 0
		return c, nil
	}
	return nil, FormatError(fmt.Sprintf("a scan of component %d, which the frame has not", id))
}

// declareBand reads the last three bytes of a header (T.81, G.1.1.1).
func (s *scan) declareBand(declaration []byte) error {
	s.first, s.last = int(declaration[0]), int(declaration[1])
	s.before, s.bit = uint(declaration[2]>>4), uint(declaration[2]&15)
	switch {
	case s.last >= blockSize || s.first > s.last || s.first == 0 && s.last > 0:
		return FormatError(fmt.Sprintf("a scan of the coefficients %d … %d", s.first, s.last))
	case s.first > 0 && len(s.components) > 1:
		return FormatError("a scan of AC coefficients of more than one component")
	case s.bit > 13 || s.before > 0 && s.before != s.bit+1:
		return FormatError(fmt.Sprintf("a scan down to bit %d after one down to bit %d", s.bit, s.before))
	}
	return nil
}

// prepare checks that the tables are there and keeps the quantization tables,
// which later segments may replace.
func (s *scan) prepare(d *Decoder) error {
	needDC, needAC := s.first == 0 && s.before == 0, !d.frame.progressive || s.first > 0
	for _, c := range s.components {
		if needDC && !c.dc.ready() || needAC && !c.ac.ready() {
			return FormatError("a scan before its Huffman tables")
		}
		if c.scanned {
			continue
		}
		if s.first > 0 {
			return FormatError("a scan of AC coefficients before those of DC")
		}
		if !d.quant[c.table].defined {
			return FormatError(fmt.Sprintf("a scan before quantization table %d", c.table))
		}
		*c.quant = d.quant[c.table]
		c.scanned = true
	}
	return nil
}

// loadBits makes the bits up to the next marker ready.
func (d *Decoder) loadBits() error {
	n, err := d.bits.load(d.content[d.pos:])
	d.pos += n
	return err
}

// readUnits decodes all MCUs of a scan: of one component each block that the
// picture covers, of several the blocks of as many whole MCUs (T.81, A.2).
func (d *Decoder) readUnits(s *scan) error {
	across, down := d.frame.across, d.frame.down
	alone := len(s.components) == 1
	if alone {
		across, down = s.components[0].across, s.components[0].down
	}
	unit := 0
	for y := range down {
		for x := range across {
			if d.interval > 0 && unit > 0 && unit%d.interval == 0 {
				if err := d.restart(s, unit/d.interval-1); err != nil {
					return err
				}
			}
			unit++
			var err error
			if alone {
				err = d.readBlock(s, s.components[0], x, y)
			} else {
				err = d.readUnit(s, x, y)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// readUnit decodes the blocks of an MCU of several components.
func (d *Decoder) readUnit(s *scan, x, y int) error {
	for _, c := range s.components {
		for v := range c.v {
			for h := range c.h {
				if err := d.readBlock(s, c, x*c.h+h, y*c.v+v); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// restart begins the bits after the n-th restart marker of a scan.
func (d *Decoder) restart(s *scan, n int) error {
	if d.bits.overrun() {
		return errShort
	}
	marker, err := d.nextMarker()
	if err != nil {
		return err
	}
	if expected := uint8(firstRestart + n%8); marker != expected {
		return FormatError(fmt.Sprintf("marker 0xff%02x where the restart marker 0xff%02x was expected", marker, expected))
	}
	for _, c := range s.components {
		c.predicted = 0
	}
	s.zeros = 0
	return d.loadBits()
}
