package cpu

import (
	"slices"

	"github.com/lince-ml/lince/backend/cpu/internal/kernel"
	"github.com/lince-ml/lince/backend/cpu/internal/pool"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// Batch normalisation asks for the sum of its pictures and then for that of the
// squares of what they are away from their mean. One step computes both while a
// chunk of the pictures lies in the cache.

// squaredDeviations is Σ(x - mean)² along the first dimensions, where the mean is
// that of x along them: an operation of this engine alone.
type squaredDeviations struct{ graph.Reduction }

func (squaredDeviations) Name() string { return "squared_deviations" }

// noteMoments puts squaredDeviations in the place of sums of squares that amount
// to it. What stands in memory anyway is worth it; a loop over elements that makes
// x adds it up on the way.
func noteMoments(values []*value) []*value {
	for _, v := range values {
		if x := v.deviatesFrom(); x != nil && x.typ.DType == tensor.Float32 && !x.joins() && !x.isBroadcast() {
			v.op, v.operands = squaredDeviations{v.op.(graph.Reduction)}, []*value{x}
		}
	}
	return values
}

// deviatesFrom returns x if v is Σ(x - Σx/n)² along the first dimensions, n elements
// each, and nil otherwise.
func (v *value) deviatesFrom() *value {
	op, ok := v.op.(graph.Reduction)
	if !ok || op.Reducer != graph.Sum || !isFunction(v.operands[0], graph.Multiply) {
		return nil
	}
	square := v.operands[0]
	difference := square.operands[0]
	if difference != square.operands[1] || !isFunction(difference, graph.Subtract) {
		return nil
	}
	x := difference.operands[0]
	mean := alongChannels(difference.operands[1])
	if mean == nil || !isFunction(mean, graph.Divide) || len(op.Axes) != len(x.typ.Shape)-1 {
		return nil
	}
	sum, ok := mean.operands[0].op.(graph.Reduction)
	if !ok || mean.operands[0].operands[0] != x || sum.Reducer != graph.Sum || !slices.Equal(sum.Axes, op.Axes) {
		return nil
	}
	last := len(x.typ.Shape) - 1
	if slices.Contains(op.Axes, last) || x.typ.Shape[last] == graph.Batch || !mean.operands[1].counts(extentOf(x.typ.Shape[:last])) {
		return nil
	}
	return x
}

// counts reports whether the value is the number of elements of an extent,
// repeated or not.
func (v *value) counts(e extent) bool {
	for v.isBroadcast() {
		v = v.operands[0]
	}
	if e.batches == 0 {
		return v.is(float64(e.per))
	}
	if isFunction(v, graph.Multiply) && v.operands[1].is(float64(e.per)) {
		v, e.per = v.operands[0], 1
	}
	_, ok := v.op.(graph.DimensionSize)
	return ok && e == extent{per: 1, batches: 1}
}

// fuseMoments makes the unit of squared deviations and of the sum of the same
// elements.
func fuseMoments(v *value) *unit {
	op, ok := v.op.(squaredDeviations)
	if !ok {
		return nil
	}
	u := &unit{kind: single}
	for _, user := range v.operands[0].users {
		if sum, ok := user.op.(graph.Reduction); ok && user.unit == nil && sum.Reducer == graph.Sum && slices.Equal(sum.Axes, op.Axes) {
			u.take(user)
			break
		}
	}
	u.take(v)
	return u
}

// moments is the step of squaredDeviations. The rows are cut into chunks, whose
// length depends on the sizes alone; their moments are joined in order.
//
// A chunk is added up relative to a pivot p near its mean,
//
//	s = Σ(x - p)   q = Σ(x - p)²
//	mean = p + s/n   Σ(x - mean)² = q - s²/n,
//
// which loses nothing where the mean is far larger than the deviations. p is the
// mean of the first quarter of the rows, so (mean - p)² is at most three times the
// variance, whatever the numbers are, and the difference keeps its digits.
type moments struct {
	set            *kernel.Set
	pool           *pool.Pool
	x              *value
	sum, deviation *value // sum is nil if nobody asks for it
	partials       *memory
	scratch        *scratch

	rows         extent
	width, tile  int // tile is a multiple of width
	count, chunk int // rows, and those of a chunk
}

// partialMoments is how many vectors a chunk leaves: p, s and q.
const partialMoments = 3

// columnsPerItem is how many channels are joined as one item.
const columnsPerItem = 256

func (c *compiler) moments(u *unit) step {
	v := u.result()
	x := v.operands[0]
	last := len(x.typ.Shape) - 1
	s := &moments{
		set: c.set, pool: c.pool, x: x, deviation: v, scratch: &c.scratch,
		rows: extentOf(x.typ.Shape[:last]), width: x.typ.Shape[last],
	}
	if len(u.members) > 1 {
		s.sum = u.members[0]
	}
	s.tile = max(longestTile/max(s.width, 1), 1) * s.width
	s.chunk = max(8, chunkElements/max(s.width, 1))
	s.resize(c.capacity)
	s.partials = c.temporary(u, partialMoments*s.chunks()*s.width)
	c.scratch.floatsNeeded = max(c.scratch.floatsNeeded, 4*s.tile)
	return s
}

func (s *moments) resize(samples int) { s.count = s.rows.at(samples) }

func (s *moments) chunks() int { return (s.count + s.chunk - 1) / s.chunk }

func (s *moments) run(int) error {
	if s.width == 0 {
		return nil
	}
	if err := s.pool.Run(s.chunks(), s); err != nil {
		return err
	}
	return s.pool.Run((s.width+columnsPerItem-1)/columnsPerItem, (*joinedMoments)(s))
}

// Do adds up one chunk.
func (s *moments) Do(chunk, worker int) {
	from, end := chunk*s.chunk, min((chunk+1)*s.chunk, s.count)
	x := s.x.memory.floats(end * s.width)[from*s.width:]
	out := s.partials.floats(partialMoments * (chunk + 1) * s.width)[partialMoments*chunk*s.width:]
	clear(out)
	pivot, sum, squares := out[:s.width], out[s.width:2*s.width], out[2*s.width:]
	first := (end - from + 3) / 4
	s.set.AddRows(pivot, &x[0], s.width, first)
	s.set.ScaleShift(pivot, pivot, 1/float32(first), 0)

	registers := s.scratch.floats[worker]
	pivots, difference := registers[:s.tile], registers[s.tile:2*s.tile]
	sums, squared := registers[2*s.tile:3*s.tile], registers[3*s.tile:4*s.tile]
	for i := 0; i < s.tile; i += s.width {
		copy(pivots[i:], pivot)
	}
	clear(sums)
	clear(squared)
	for len(x) > 0 {
		n := min(s.tile, len(x))
		d := difference[:n]
		s.set.Sub(d, x, pivots)
		s.set.Add(sums[:n], sums, d)
		s.set.MulAdd(squared[:n], d, d, squared)
		x = x[n:]
	}
	copy(sum, s.halved(sums))
	copy(squares, s.halved(squared))
}

// halved adds the rows of a tile up, one half to the other again and again.
func (s *moments) halved(tile []float32) []float32 {
	for len(tile) > s.width {
		keep := (len(tile)/s.width + 1) / 2 * s.width
		s.set.Add(tile[:len(tile)-keep], tile, tile[keep:])
		tile = tile[:keep]
	}
	return tile
}

// joinedMoments is the loop over channels that joins the chunks' moments in
// float64 (Chan, Golub and LeVeque, 1979).
type joinedMoments moments

func (j *joinedMoments) Do(item, _ int) {
	s := (*moments)(j)
	partials := s.partials.floats(partialMoments * s.chunks() * s.width)
	for column := item * columnsPerItem; column < min((item+1)*columnsPerItem, s.width); column++ {
		var rows, mean, deviation float64
		for chunk := range s.chunks() {
			n := float64(min(s.chunk, s.count-chunk*s.chunk))
			at := partialMoments*chunk*s.width + column
			pivot, sum, squares := float64(partials[at]), float64(partials[at+s.width]), float64(partials[at+2*s.width])
			from := pivot + sum/n - mean
			deviation += max(squares-sum*sum/n, 0) + from*from*rows*n/(rows+n)
			rows += n
			mean += from * n / rows
		}
		s.deviation.memory.floats(s.width)[column] = float32(deviation)
		if s.sum != nil {
			s.sum.memory.floats(s.width)[column] = float32(mean * rows)
		}
	}
}
