package cpu

import (
	"github.com/lince-ml/lince/backend/cpu/internal/kernel"
	"github.com/lince-ml/lince/backend/cpu/internal/pool"
)

// cluster is a loop over elementwise operations on float32: tile after tile,
// small enough for the first cache, every instruction runs over a whole tile.
type cluster struct {
	pool      *pool.Pool
	extent    extent
	tile      int
	once      []instruction // fill registers that every tile shares
	code      []instruction
	views     []*view
	registers int
	scratch   *scratch
	sums      []*sum // what the loop ends in

	first, elements int // the range that is run
}

// sum adds up a tile's rows. Every item has a partial result of its own, and
// these are added in order.
type sum struct {
	set      *kernel.Set
	value    *value
	partials *memory
	width    int
}

const (
	longestTile  = 1024
	tilesPerItem = 16
)

// instruction is one operation on tiles. One of run, load and store is set.
type instruction struct {
	run   vector
	load  func(dst []float32, start int)
	store func(x []float32, start int)

	dst     place
	sources [3]place
}

// place is where a tile lies: in a register of the worker, or at the current
// position of a memory.
type place struct {
	register int
	memory   *memory
}

var (
	nowhere   = place{register: -1}
	noSources = [3]place{nowhere, nowhere, nowhere}
)

func (p place) tile(registers []float32, size, start, count int) []float32 {
	switch {
	case p.memory != nil:
		start -= p.memory.from
		return p.memory.floats(start + count)[start:]
	case p.register >= 0:
		return registers[p.register*size : p.register*size+count]
	}
	return nil
}

func (c *cluster) resize(samples int) {
	c.elements = c.extent.at(samples)
	for _, v := range c.views {
		v.resize(samples)
	}
}

// part runs some of the elements, from a multiple of the tile on.
func (c *cluster) part(first, end int) error {
	whole := c.elements
	c.first, c.elements = first, end
	err := c.pool.Run(c.items(), c)
	c.first, c.elements = 0, whole
	return err
}

func (c *cluster) run(int) error {
	items := c.items()
	if err := c.pool.Run(items, c); err != nil {
		return err
	}
	for _, s := range c.sums {
		s.join(items)
	}
	return nil
}

// join adds up the items' partial results.
func (s *sum) join(items int) {
	out, partials := s.value.memory.floats(s.width), s.partials.floats(items*s.width)
	clear(out)
	for ; len(partials) > 0; partials = partials[s.width:] {
		s.set.Add(out, out, partials)
	}
}

func (c *cluster) items() int {
	each := c.tile * tilesPerItem
	return (c.elements - c.first + each - 1) / each
}

// add returns the instruction that adds a tile to its item's partial result.
func (c *cluster) add(s *sum) func(x []float32, start int) {
	return func(x []float32, start int) {
		each := c.tile * tilesPerItem
		item := start / each
		out := s.partials.floats((item + 1) * s.width)[item*s.width:]
		if start%each == 0 {
			clear(out)
		}
		if s.width == 1 {
			out[0] += s.set.Sum(x)
			return
		}
		s.set.AddRows(out, &x[0], s.width, len(x)/s.width)
	}
}

// Do runs the tiles of one item.
func (c *cluster) Do(item, worker int) {
	registers := c.scratch.floats[worker]
	for i := range c.once {
		in := &c.once[i]
		in.load(in.dst.tile(registers, c.tile, 0, min(c.tile, c.elements)), 0)
	}
	start := c.first + item*c.tile*tilesPerItem
	end := min(start+c.tile*tilesPerItem, c.elements)
	for ; start < end; start += c.tile {
		count := min(c.tile, end-start)
		for i := range c.code {
			in := &c.code[i]
			switch {
			case in.run != nil:
				in.run(in.dst.tile(registers, c.tile, start, count),
					in.sources[0].tile(registers, c.tile, start, count),
					in.sources[1].tile(registers, c.tile, start, count),
					in.sources[2].tile(registers, c.tile, start, count))
			case in.load != nil:
				in.load(in.dst.tile(registers, c.tile, start, count), start)
			default:
				in.store(in.sources[0].tile(registers, c.tile, start, count), start)
			}
		}
	}
}
