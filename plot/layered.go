package plot

import (
	"cmp"
	"math"
	"slices"
)

// A layered drawing of a directed graph without cycles, after Sugiyama, Tagawa
// and Toda (1981): every node gets a rank below those that lead to it, long
// edges get a bend in each rank they pass, the nodes of a rank are ordered so
// that few edges cross, and then moved beside each other to where their
// neighbours are.

// extent is the size of a node: across the flow and along it.
type extent struct{ across, along float64 }

// link is an edge between nodes, given by their numbers; the ports are where
// it leaves and enters, from the middle of each across the flow.
type link struct {
	from, to         int
	fromPort, toPort float64
}

// point is a place across and along the flow.
type point struct{ across, along float64 }

// layered is the result: the middle of every node, the bends of every link and
// the size of the whole.
type layered struct {
	middles []point
	bends   [][]point
	size    extent
}

const (
	nodeGap = 28.0 // between the nodes of a rank
	rankGap = 34.0 // between ranks
	bendGap = 10.0 // what a bend keeps free on either side
	sweeps  = 12
)

// vertex is a node or a bend of a link.
type vertex struct {
	rank, place  int
	size         extent
	middle       float64 // across
	above, below []joint
}

// joint is the other end of a piece of a link; the ports are the vertex's own
// and the other's.
type joint struct {
	other     *vertex
	own, port float64
}

// arrange draws the graph. Where there are cycles after all, as of a layer that
// is applied to what comes of it, some links lead back.
func arrange(sizes []extent, links []link) layered {
	vertices := make([]*vertex, len(sizes))
	for i, size := range sizes {
		vertices[i] = &vertex{size: size}
	}
	downward, back := turnedDown(links, topological(len(sizes), links))
	rankNodes(vertices, downward)
	chains := make([][]*vertex, len(links))
	all := slices.Clone(vertices)
	for i, l := range downward {
		chains[i] = chain(vertices[l.from], vertices[l.to], l)
		all = append(all, chains[i]...)
		if back[i] {
			slices.Reverse(chains[i])
		}
	}
	ranks := order(all)
	spread(ranks)
	return measured(vertices, chains, ranks)
}

// topological numbers nodes so that links lead to larger numbers, apart from
// those that close a cycle.
func topological(nodes int, links []link) []int {
	numbers, waits := make([]int, nodes), make([]int, nodes)
	for _, l := range links {
		waits[l.to]++
	}
	done := make([]bool, nodes)
	for number := range nodes {
		next := -1
		for i := range nodes {
			if !done[i] && (next < 0 || waits[next] > 0 && waits[i] == 0) {
				next = i
			}
		}
		done[next], numbers[next] = true, number
		for _, l := range links {
			if l.from == next {
				waits[l.to]--
			}
		}
	}
	return numbers
}

// turnedDown turns the links round that lead to smaller numbers, and says
// which they are.
func turnedDown(links []link, numbers []int) ([]link, []bool) {
	downward, back := slices.Clone(links), make([]bool, len(links))
	for i, l := range links {
		if back[i] = numbers[l.from] > numbers[l.to]; back[i] {
			downward[i] = link{l.to, l.from, l.toPort, l.fromPort}
		}
	}
	return downward, back
}

// rankNodes puts every node one rank below the lowest that leads to it; what
// nothing leads to stands just above what it leads to.
func rankNodes(vertices []*vertex, links []link) {
	fed := make([]bool, len(vertices))
	for changed := true; changed; { // as often as the longest path is long, as a rule twice
		changed = false
		for _, l := range links {
			fed[l.to] = true
			if below := vertices[l.from].rank + 1; vertices[l.to].rank < below {
				vertices[l.to].rank, changed = below, true
			}
		}
	}
	for i, v := range vertices {
		lowest := math.MaxInt
		for _, l := range links {
			if l.from == i {
				lowest = min(lowest, vertices[l.to].rank)
			}
		}
		if !fed[i] && lowest != math.MaxInt {
			v.rank = lowest - 1
		}
	}
}

// chain joins two nodes by a bend in every rank between them.
func chain(from, to *vertex, l link) []*vertex {
	var bends []*vertex
	above, port := from, l.fromPort
	for rank := from.rank + 1; rank < to.rank; rank++ {
		bend := &vertex{rank: rank, size: extent{across: 2 * bendGap}}
		join(above, bend, port, 0)
		bends = append(bends, bend)
		above, port = bend, 0
	}
	join(above, to, port, l.toPort)
	return bends
}

func join(above, below *vertex, abovePort, belowPort float64) {
	above.below = append(above.below, joint{below, abovePort, belowPort})
	below.above = append(below.above, joint{above, belowPort, abovePort})
}

// order returns the ranks with their vertices in the order, of those that were
// tried, in which the fewest edges cross.
func order(all []*vertex) [][]*vertex {
	height := 0
	for _, v := range all {
		height = max(height, v.rank+1)
	}
	ranks := make([][]*vertex, height)
	for _, v := range all {
		v.place = len(ranks[v.rank])
		ranks[v.rank] = append(ranks[v.rank], v)
	}
	best, fewest := clone(ranks), crossings(ranks)
	for sweep := 0; sweep < sweeps && fewest > 0; sweep++ {
		down := sweep%2 == 0
		for i := range ranks {
			rank := ranks[i]
			if !down {
				rank = ranks[height-1-i]
			}
			byNeighbours(rank, down)
		}
		if count := crossings(ranks); count < fewest {
			best, fewest = clone(ranks), count
		}
	}
	for _, rank := range best {
		number(rank)
	}
	return best
}

func clone(ranks [][]*vertex) [][]*vertex {
	copied := make([][]*vertex, len(ranks))
	for i, rank := range ranks {
		copied[i] = slices.Clone(rank)
	}
	return copied
}

func number(rank []*vertex) {
	for i, v := range rank {
		v.place = i
	}
}

// byNeighbours sorts a rank by the mean place of what each vertex is joined to
// above, or below.
func byNeighbours(rank []*vertex, above bool) {
	means := map[*vertex]float64{}
	for _, v := range rank {
		joints := v.below
		if above {
			joints = v.above
		}
		means[v] = float64(v.place)
		if len(joints) > 0 {
			sum := 0.0
			for _, j := range joints {
				sum += float64(j.other.place)
			}
			means[v] = sum / float64(len(joints))
		}
	}
	slices.SortStableFunc(rank, func(a, b *vertex) int { return cmp.Compare(means[a], means[b]) })
	number(rank)
}

// crossings counts the pairs of edges that cross between neighbouring ranks.
func crossings(ranks [][]*vertex) int {
	count := 0
	for _, rank := range ranks {
		var ends []int // of the edges in the order in which they begin
		for _, v := range rank {
			targets := make([]int, len(v.below))
			for i, j := range v.below {
				targets[i] = j.other.place
			}
			slices.Sort(targets)
			for _, target := range targets {
				for _, before := range ends {
					if before > target {
						count++
					}
				}
			}
			ends = append(ends, targets...)
		}
	}
	return count
}

// spread gives the vertices their places across the flow: again and again each
// rank goes to where its neighbours above, and then below, are.
func spread(ranks [][]*vertex) {
	for _, rank := range ranks {
		settle(rank, make([]float64, len(rank)))
	}
	for sweep := range 2 * sweeps {
		for i := range ranks {
			rank := ranks[i]
			if sweep%2 == 1 {
				rank = ranks[len(ranks)-1-i]
			}
			wanted := make([]float64, len(rank))
			for i, v := range rank {
				wanted[i] = v.wanted(sweep%2 == 0)
			}
			settle(rank, wanted)
		}
	}
}

// wanted returns where a vertex would have straight edges: the mean of its
// neighbours on one side, or on the other if it has none there.
func (v *vertex) wanted(above bool) float64 {
	first, second := v.below, v.above
	if above {
		first, second = v.above, v.below
	}
	if len(first) == 0 {
		first = second
	}
	if len(first) == 0 {
		return v.middle
	}
	sum := 0.0
	for _, j := range first {
		sum += j.other.middle + j.port - j.own
	}
	return sum / float64(len(first))
}

// settle moves the vertices of a rank as near as can be, by least squares, to
// where they want to be without changing their order or coming too close: an
// isotonic regression, by pooling adjacent violators.
func settle(rank []*vertex, wanted []float64) {
	type pool struct {
		sum, weight float64
		count       int
	}
	var pools []pool
	offsets := make([]float64, len(rank))
	for i, v := range rank {
		if i > 0 {
			offsets[i] = offsets[i-1] + rank[i-1].size.across/2 + v.size.across/2 + nodeGap
		}
		weight := 1.0
		if v.size.along == 0 { // a bend: edges are to be straight
			weight = 2
		}
		next := pool{(wanted[i] - offsets[i]) * weight, weight, 1}
		for len(pools) > 0 && pools[len(pools)-1].sum/pools[len(pools)-1].weight > next.sum/next.weight {
			last := pools[len(pools)-1]
			pools = pools[:len(pools)-1]
			next = pool{last.sum + next.sum, last.weight + next.weight, last.count + next.count}
		}
		pools = append(pools, next)
	}
	i := 0
	for _, p := range pools {
		for range p.count {
			rank[i].middle = p.sum/p.weight + offsets[i]
			i++
		}
	}
}

// measured turns places into a drawing that begins at 0.
func measured(vertices []*vertex, chains [][]*vertex, ranks [][]*vertex) layered {
	low, high := math.Inf(1), math.Inf(-1)
	along := make([]float64, len(ranks))
	end := 0.0
	for i, rank := range ranks {
		deepest := 0.0
		for _, v := range rank {
			low, high = min(low, v.middle-v.size.across/2), max(high, v.middle+v.size.across/2)
			deepest = max(deepest, v.size.along)
		}
		along[i] = end + deepest/2
		end += deepest + rankGap
	}
	l := layered{size: extent{high - low, end - rankGap}}
	for _, v := range vertices {
		l.middles = append(l.middles, point{v.middle - low, along[v.rank]})
	}
	for _, bends := range chains {
		var points []point
		for _, v := range bends {
			points = append(points, point{v.middle - low, along[v.rank]})
		}
		l.bends = append(l.bends, points)
	}
	return l
}
