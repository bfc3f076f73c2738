package cpu

import (
	"github.com/lince-ml/lince/backend/cpu/internal/gemm"
	"github.com/lince-ml/lince/graph"
	"github.com/lince-ml/lince/tensor"
)

// The gradient of a wide dense layer is as large as its weights, and read by
// nobody but their update. Product and update then take turns, some rows at a
// time, and the gradient never leaves the cache.

// fedBytes is how much of the product lies between the two.
const fedBytes = 2 << 20

// feed joins such products with their updates, which begin at tail, and
// returns the units that are left and where the updates begin now.
func (c *compiler) feed(units []*unit, tail int) ([]*unit, int) {
	gone := map[*unit]bool{}
	for _, u := range units[tail:] {
		if p := c.feeder(u); p != nil {
			gone[p] = true
			u.fed = p.members[0]
			u.fed.unit = u
			u.members = append([]*value{u.fed}, u.members...)
		}
	}
	var kept []*unit
	begin := tail
	for i, u := range units {
		if gone[u] {
			if i < tail {
				begin--
			}
			continue
		}
		u.position = len(kept)
		kept = append(kept, u)
	}
	return kept, begin
}

// feeder returns the product whose result only this update reads, element by
// element, if that is large.
func (c *compiler) feeder(u *unit) *unit {
	if u.kind != narrow || len(u.sums) > 0 {
		return nil
	}
	for _, member := range u.members {
		for _, v := range member.operands {
			if p := v.unit; p != nil && p != u && c.feeds(v, u) {
				return p
			}
		}
	}
	return nil
}

func (c *compiler) feeds(v *value, u *unit) bool {
	p := v.unit
	if p.kind != product || len(p.members) != 1 || p.lasting() || v.root || v.typ.DType != tensor.Float32 || len(v.typ.Shape) != 2 {
		return false
	}
	op, ok := v.op.(graph.Dot)
	if !ok || v.extent() != u.extent() || v.extent().batches > 0 || 4*v.extent().per < 2*fedBytes {
		return false
	}
	depth := extentOf(pick(v.operands[0].typ.Shape, op.LeftContract)).at(c.capacity)
	if gemm.Chunks(v.typ.Shape[0], v.typ.Shape[1], depth) > 1 {
		return false
	}
	for _, operand := range v.operands {
		if _, isRead := operand.origin().op.(graph.Read); isRead {
			return false
		}
	}
	for _, user := range v.users {
		if user.unit != u || user.isAlias() || user.isBroadcast() {
			return false
		}
	}
	return true
}

// fedCluster is an update with the product that it reads.
type fedCluster struct {
	*cluster
	dot      *dot
	part     *memory
	together int // rows of the product
	columns  int
}

func (c *compiler) fedCluster(u *unit) step {
	v := u.fed
	s := &fedCluster{columns: v.typ.Shape[1], part: &memory{first: u.position, last: u.position, planned: true}}
	v.memory = s.part
	s.dot = c.dot(&unit{kind: product, members: []*value{v}, position: u.position})
	s.cluster = c.cluster(u)
	step := s.tile / gcd(s.tile, s.columns) // rows that are whole tiles
	s.together = max(1, fedBytes/4/s.columns/step) * step
	s.part.bytes = padded(4 * s.together * s.columns)
	c.arena.add(s.part)
	return s
}

func (s *fedCluster) resize(samples int) {
	s.dot.resize(samples)
	s.cluster.resize(samples)
}

func (s *fedCluster) run(samples int) error {
	rows := s.dot.product.Rows
	defer func() { s.dot.product.Rows = rows }()
	s.dot.begin(samples)
	for row := 0; row < rows; row += s.together {
		count := min(s.together, rows-row)
		if err := s.dot.part(samples, row, s.part.floats(count*s.columns)); err != nil {
			return err
		}
		s.part.from = row * s.columns
		if err := s.cluster.part(row*s.columns, (row+count)*s.columns); err != nil {
			return err
		}
	}
	return nil
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
