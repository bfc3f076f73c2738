package hdf5

import (
	"encoding/binary"
	"slices"

	"github.com/lince-ml/lince/tensor"
)

// The ranks of B-trees that the superblock states, the library's defaults:
// symbol nodes hold up to twice leafRank entries, tree nodes twice nodeRank.
const (
	leafRank = 4
	nodeRank = 16
)

const superblockSize = 96

// encoder lays out a file of the format's first generation: the superblock,
// the strings, then every object after what it refers to, then the data.
type encoder struct {
	out   []byte
	texts []textPlace // of all strings, in the order the objects take them
	data  []*tensor.Tensor
	end   int64 // where the next data go, at last the file's size
}

// textPlace is where the global heap holds a string.
type textPlace struct{ size, heap, index int }

// groupPlace is where the parts of a group lie.
type groupPlace struct{ header, tree, heap int }

func newEncoder(root *node, data int64) *encoder {
	e := &encoder{out: make([]byte, superblockSize), end: data}
	var texts []string
	root.collect(&texts)
	e.globalHeap(texts)
	place := e.group(root)
	e.superblock(place)
	return e
}

func (e *encoder) u8(values ...byte) { e.out = append(e.out, values...) }
func (e *encoder) u16(v int)         { e.out = binary.LittleEndian.AppendUint16(e.out, uint16(v)) }
func (e *encoder) u32(v int)         { e.out = binary.LittleEndian.AppendUint32(e.out, uint32(v)) }
func (e *encoder) u64(v int)         { e.out = binary.LittleEndian.AppendUint64(e.out, uint64(v)) }

// zeros appends n zero bytes.
func (e *encoder) zeros(n int) { e.out = append(e.out, make([]byte, n)...) }

// align fills up to a multiple of eight and returns the place.
func (e *encoder) align() int {
	e.zeros(int(align(len(e.out))) - len(e.out))
	return len(e.out)
}

func (e *encoder) superblock(root groupPlace) {
	s := &encoder{}
	s.out = append(s.out, magic...)
	s.u8(0, 0, 0, 0, 0, 8, 8, 0) // versions; addresses and sizes of 8 bytes
	s.u16(leafRank)
	s.u16(nodeRank)
	s.u32(0)
	s.u64(0)              // base
	s.u64(int(undefined)) // free space
	s.u64(int(e.end))     // end of the file
	s.u64(int(undefined)) // driver
	s.symbol(0, root.header, &root)
	copy(e.out, s.out)
}

// symbol appends an entry of a symbol node; where cached is given, readers
// find the group's parts without opening it.
func (e *encoder) symbol(name, header int, cached *groupPlace) {
	e.u64(name)
	e.u64(header)
	if cached == nil {
		e.zeros(8 + 16)
		return
	}
	e.u32(1)
	e.u32(0)
	e.u64(cached.tree)
	e.u64(cached.heap)
}

// collect appends the strings of n and of what is below it in the order in
// which group and header come to need them.
func (n *node) collect(texts *[]string) {
	for _, name := range n.sorted() {
		n.children[name].collect(texts)
	}
	if n.content != nil {
		*texts = append(*texts, n.content.texts...)
	}
	for _, a := range n.attributes {
		*texts = append(*texts, a.texts...)
	}
}

// heapMinimum is the least size of a collection in the global heap.
const heapMinimum = 4096

// globalHeap appends collections that hold the strings and notes their places.
func (e *encoder) globalHeap(texts []string) {
	for len(texts) > 0 {
		start, count := e.align(), 0
		e.u8('G', 'C', 'O', 'L', 1, 0, 0, 0)
		e.u64(0) // its size, once known
		for _, text := range texts {
			if count > 0 && len(e.out)-start+16+int(align(len(text))) > heapMinimum {
				break
			}
			count++
			e.texts = append(e.texts, textPlace{len(text), start, count})
			e.u16(count)
			e.u16(1)
			e.u32(0)
			e.u64(len(text))
			e.out = append(e.out, text...)
			e.align()
		}
		texts = texts[count:]
		if free := heapMinimum - (len(e.out) - start); free >= 16 {
			e.zeros(8)
			e.u64(free)
			e.zeros(free - 16)
		} else if free > 0 {
			e.zeros(free)
		}
		binary.LittleEndian.PutUint64(e.out[start+8:], uint64(len(e.out)-start))
	}
}

// object appends a group or dataset and returns where its header lies.
func (e *encoder) object(n *node) int {
	if n.content != nil {
		return e.header(e.datasetMessages(n.content), n.attributes)
	}
	return e.group(n).header
}

// group appends what is below the group, its names, symbols and tree, and
// last its header.
func (e *encoder) group(n *node) groupPlace {
	names := n.sorted()
	headers := make([]int, len(names))
	for i, name := range names {
		headers[i] = e.object(n.children[name])
	}
	offsets := make([]int, len(names))
	heap := &encoder{out: make([]byte, 8)} // the empty name lies at 0
	for i, name := range names {
		offsets[i] = len(heap.out)
		heap.out = append(heap.out, name...)
		heap.zeros(1)
		heap.align()
	}
	place := groupPlace{heap: e.align()}
	e.u8('H', 'E', 'A', 'P', 0, 0, 0, 0)
	e.u64(len(heap.out))
	e.u64(1) // nothing is free
	e.u64(place.heap + 32)
	e.out = append(e.out, heap.out...)
	place.tree = e.tree(offsets, headers)

	symbols := &encoder{}
	symbols.u64(place.tree)
	symbols.u64(place.heap)
	place.header = e.header([]message{{messageSymbolTable, symbols.out}}, n.attributes)
	return place
}

// branch is a node of a group's tree, or a symbol node below it: its place
// and the offset of the greatest name in it.
type branch struct{ address, last int }

// tree appends the symbol nodes and above them as many levels of tree nodes
// as it takes to come to one, whose place it returns.
func (e *encoder) tree(offsets, headers []int) int {
	var below []branch
	for from := 0; from < len(offsets); from += 2 * leafRank {
		to := min(from+2*leafRank, len(offsets))
		below = append(below, branch{e.align(), offsets[to-1]})
		e.u8('S', 'N', 'O', 'D', 1, 0)
		e.u16(to - from)
		for i := from; i < to; i++ {
			e.symbol(offsets[i], headers[i], nil)
		}
		e.zeros((2*leafRank - (to - from)) * 40)
	}
	for level := 0; ; level++ {
		below = e.level(level, below)
		if len(below) == 1 {
			return below[0].address
		}
	}
}

// level appends the tree nodes over the branches below; at least one.
func (e *encoder) level(level int, below []branch) []branch {
	const size = 8 + 16 + 2*nodeRank*8 + (2*nodeRank+1)*8
	var nodes []branch
	last := 0 // a node's first key is the last of the one before it
	groups := slices.Collect(slices.Chunk(below, 2*nodeRank))
	if len(groups) == 0 {
		groups = append(groups, nil)
	}
	for i, children := range groups {
		at := e.align()
		left, right := int(undefined), int(undefined)
		if i > 0 {
			left = at - size
		}
		if i < len(groups)-1 {
			right = at + size
		}
		e.u8('T', 'R', 'E', 'E', groupTree, byte(level))
		e.u16(len(children))
		e.u64(left)
		e.u64(right)
		e.u64(last)
		for _, child := range children {
			e.u64(child.address)
			e.u64(child.last)
			last = child.last
		}
		e.zeros(at + size - len(e.out))
		nodes = append(nodes, branch{at, last})
	}
	return nodes
}
