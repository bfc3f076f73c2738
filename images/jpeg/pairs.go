package jpeg

// pair is what the next bits of a band of AC levels begin with: two symbols
// with their numbers, of which the second may be the block's end, or one that
// is given twice.
type pair struct {
	levels  [2]int16
	steps   [2]uint8 // places to go before each level
	skipped uint8    // bits; 0 where look has to tell
}

// beyond is a step that leads from any place past those of zigzag that may hold
// a level.
const beyond = blockSize + 16

// pair fills t.pairs from t.look.
func (t *huffman) pair() {
	for bits := range t.pairs {
		p := &t.pairs[bits]
		*p = pair{}
		first := t.look[bits]
		length := uint8(first & 63)
		step, whole := stepOf(first)
		if !whole {
			continue
		}
		level := int16(first >> 16)
		*p = pair{levels: [2]int16{level, level}, steps: [2]uint8{step, 0}, skipped: length}
		if step == beyond {
			continue
		}
		second := t.look[bits<<length&(1<<lookBits-1)]
		if step, whole := stepOf(second); whole && length+uint8(second&63) <= lookBits {
			p.levels[1], p.steps[1] = int16(second>>16), step
			p.skipped += uint8(second & 63)
		}
	}
}

// stepOf returns how many places a symbol of look leads on; whole is false
// where its number is not in the entry.
func stepOf(entry int32) (step uint8, whole bool) {
	symbol := uint8(entry >> 8)
	switch {
	case entry == 0:
		return 0, false
	case symbol == 0xf0:
		return 16, true
	case symbol&15 == 0:
		return beyond, true
	}
	return symbol>>4 + 1, entry>>16 != 0
}
