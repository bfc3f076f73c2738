package cpu

import "github.com/lince-ml/lince/backend/cpu/internal/gemm"

// place sizes the values' memories at capacity. Their places follow when the
// steps have told what they need besides.
func (c *compiler) place() error {
	seen := map[*memory]bool{}
	for _, u := range c.units {
		for _, v := range u.members {
			if !v.keeps() || !v.memory.planned || seen[v.memory] {
				continue
			}
			seen[v.memory] = true
			bytes, err := v.extent().bytes(v.typ.DType, c.capacity)
			if err != nil {
				return err
			}
			v.memory.bytes = padded(bytes)
			c.arena.add(v.memory)
		}
	}
	c.products = gemm.New(c.set, c.pool)
	return nil
}

func padded(bytes int) int { return (bytes+line-1)/line*line + line }

// temporary plans memory of so many float32 that lives during one step.
func (c *compiler) temporary(u *unit, floats int) *memory {
	m := &memory{first: u.position, last: u.position, planned: true, bytes: padded(4 * floats)}
	c.arena.add(m)
	return m
}

// finish plans the arena and allocates everything.
func (c *compiler) finish() error {
	if err := c.arena.plan(); err != nil {
		return err
	}
	c.arena.allocate(gemm.Aligned)
	c.placeSlots()
	for range c.pool.Workers() {
		c.scratch.floats = append(c.scratch.floats, gemm.Aligned(c.scratch.floatsNeeded))
		c.scratch.doubles = append(c.scratch.doubles, make([]float64, c.scratch.doublesNeeded))
	}
	x := c.executable
	x.arena, x.tail = c.arena.whole, x.tail+c.tail
	c.gatherUpdates()
	return nil
}
