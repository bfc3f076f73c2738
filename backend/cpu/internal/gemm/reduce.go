package gemm

// reducing adds up the chunks' partial sums, in order, and finishes them.
type reducing Multiplier

const reducedAtOnce = 4096

func (m *Multiplier) reduce() error {
	return m.pool.Run(ceil(m.product.Rows*m.product.Columns, reducedAtOnce), (*reducing)(m))
}

func (x *reducing) Do(item, _ int) {
	p := x.product
	size := p.Rows * p.Columns
	from, to := item*reducedAtOnce, min((item+1)*reducedAtOnce, size)
	out := p.Out[from:to]
	copy(out, p.Partials[from:to])
	for chunk := 1; chunk < p.Chunks; chunk++ {
		x.set.Add(out, out, p.Partials[chunk*size+from:chunk*size+to])
	}
	x.finish(out, from)
}

// finish adds what lies behind the sums from an element of the result on.
func (x *reducing) finish(out []float32, from int) {
	p := x.product
	if p.Residual != nil {
		x.set.Add(out, out, p.Residual[from:from+len(out)])
	}
	for at := 0; p.Bias != nil && at < len(out); {
		column := (from + at) % p.Columns
		count := min(p.Columns-column, len(out)-at)
		x.set.Add(out[at:at+count], out[at:at+count], p.Bias[column:column+count])
		at += count
	}
	if p.ReLU {
		x.set.ReLU(out, out)
	}
	if p.Cap {
		for i, v := range out {
			out[i] = min(v, 6)
		}
	}
}
