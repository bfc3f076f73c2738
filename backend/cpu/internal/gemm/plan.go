package gemm

// plan is how a product is cut: the depth into chunks and those into blocks,
// by its size alone; rows and columns into items, by the number of workers.
type plan struct {
	chunks, chunkDepth int
	blocks, blockDepth int // of one chunk
	rows, columns      int // of one item, multiples of the tile's
	rowItems           int
	columnItems        int
	shared             bool // the right factor is packed before
}

// fewPanels is how many panels of rows are few; see divide.
const fewPanels = 4

func (p *plan) items() int { return p.chunks * p.rowItems * p.columnItems }

func (m *Multiplier) divide(p *Product) plan {
	d := plan{chunks: max(p.Chunks, 1)}
	d.chunkDepth = ceil(p.Depth, d.chunks)
	d.blocks = max(1, ceil(d.chunkDepth, depthBlock))
	d.blockDepth = ceil(d.chunkDepth, d.blocks)

	const itemsPerWorker = 8 // so that the last ones even out
	wanted := itemsPerWorker * m.pool.Workers()
	panels, across := ceil(p.Rows, m.set.TileRows), ceil(p.Columns, m.set.TileColumns)
	// A right factor that few rows use is packed by who multiplies with it,
	// into the cache, unless it lies packed already.
	few := panels <= fewPanels && !p.Fresh && !p.Keep
	d.shared = p.Packed != nil && d.chunks == 1 && !few
	d.columns = min(across, columnBlock/m.set.TileColumns)
	columnItems := ceil(across, d.columns)
	switch {
	case few:
		d.rows = panels
		d.columns = max(1, min(d.columns, across*d.chunks/wanted))
	case d.shared:
		d.rows = max(1, min(panels*columnItems/wanted, rowPanels))
	default:
		d.rows = max(1, panels*columnItems*d.chunks/wanted)
	}
	if !few && panels*columnItems*d.chunks < wanted {
		d.columns = max(1, d.columns*panels*d.chunks/wanted)
	}
	d.columnItems, d.rowItems = ceil(across, d.columns), ceil(panels, d.rows)
	d.columns *= m.set.TileColumns
	d.rows *= m.set.TileRows
	return d
}

// depths returns the range of depths of a block of a chunk.
func (p *plan) depths(chunk, block, depth int) (from, count int) {
	end := min((chunk+1)*p.chunkDepth, depth)
	from = min(chunk*p.chunkDepth+block*p.blockDepth, end)
	return from, min(p.blockDepth, end-from)
}
