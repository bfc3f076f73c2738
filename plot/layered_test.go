package plot

import (
	"math"
	"testing"

	"github.com/lince-ml/lince/random"
)

// Nodes of a rank keep their distance, links lead down, and bends lie between
// their ends: on graphs drawn at random, some with cycles.
func TestArrangeKeepsApart(t *testing.T) {
	for seed := range uint64(40) {
		stream := random.NewStream(seed)
		sizes := make([]extent, 2+stream.Intn(14))
		for i := range sizes {
			sizes[i] = extent{20 + 80*stream.Float64(), 10 + 40*stream.Float64()}
		}
		var links []link
		for range stream.Intn(3 * len(sizes)) {
			a, b := stream.Intn(len(sizes)), stream.Intn(len(sizes))
			if a == b || a > b && seed%2 == 0 {
				continue
			}
			links = append(links, link{from: a, to: b})
		}
		l := arrange(sizes, links)
		for i, a := range l.middles {
			if a.across-sizes[i].across/2 < -1e-9 || a.across+sizes[i].across/2 > l.size.across+1e-9 || a.along+sizes[i].along/2 > l.size.along+1e-9 {
				t.Errorf("seed %d: node %d at %v leaves the drawing of %v", seed, i, a, l.size)
			}
			for j, b := range l.middles[:i] {
				apartAcross := math.Abs(a.across-b.across) - (sizes[i].across+sizes[j].across)/2
				apartAlong := math.Abs(a.along-b.along) - (sizes[i].along+sizes[j].along)/2
				if apartAcross < nodeGap-1e-9 && apartAlong < rankGap-1e-9 {
					t.Errorf("seed %d: nodes %d and %d touch", seed, i, j)
				}
			}
		}
		for i, l2 := range links {
			at := l.middles[l2.from].along
			down := l.middles[l2.to].along > at
			if seed%2 == 0 && !down {
				t.Errorf("seed %d: link %d leads up although there is no cycle", seed, i)
			}
			for _, bend := range append(l.bends[i], l.middles[l2.to]) {
				if (bend.along > at) != down {
					t.Errorf("seed %d: link %d turns back", seed, i)
				}
				at = bend.along
			}
		}
	}
}

// A chain is drawn straight, and branches that could cross do not.
func TestArrangeIsStraight(t *testing.T) {
	node := extent{50, 20}
	chain := arrange([]extent{node, {90, 20}, node}, []link{{from: 0, to: 1}, {from: 1, to: 2}, {from: 0, to: 2}})
	if d := chain.middles[0].across - chain.middles[2].across; math.Abs(d) > 30 || len(chain.bends[2]) != 1 {
		t.Errorf("the chain is at %v, its long link bends at %v", chain.middles, chain.bends)
	}
	crossed := arrange([]extent{node, node, node, node}, []link{{from: 0, to: 3}, {from: 1, to: 2}})
	a, b := crossed.middles, crossed.middles
	if (a[0].across < a[1].across) != (b[3].across < b[2].across) || a[0].across != a[3].across {
		t.Errorf("the links cross or are not straight: %v", crossed.middles)
	}
}
