package kernel

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A loop is the longest of a kernel's loops that hold no other: how many
// instructions a turn has, how many of them multiply and add at once, and how
// many read or write memory. These are counted in the assembly as it stands
// here, so any processor finds the same for all instruction sets.
type loop struct{ instructions, multiplyAdds, memory int }

// hot are the kernels in which programs spend their time, and the shortest ones,
// where one instruction more is felt most.
var hot = regexp.MustCompile(`^(tile(14x32|6x16|12x8)|strided(14x32|7x32|6x16|12x8|8x8)|paired(14x32|7x32)|outer(14x32|6x16|12x8)|` +
	`planes(14x32|6x16|12x8)|depthwise(8|Gradient6|3x3s[12]x8)|winograd[24].*|accumulateTiles|` +
	`maxWindows|firstMaxima|sumWon|add|mulAdd|relu|reluGrad|exp|tanh|erf|sum|combine)(AVX2|AVX512|BFloat16|NEON)$`)

// BenchmarkLoops runs nothing: it tells the instructions of the innermost loops,
// for comparison with those of other editions.
func BenchmarkLoops(b *testing.B) {
	loops := readLoops(b)
	for _, name := range slices.Sorted(maps.Keys(loops)) {
		if !hot.MatchString(name) {
			continue
		}
		b.Run(name, func(b *testing.B) {
			b.ReportMetric(0, "ns/op") // leaves it out
			b.ReportMetric(float64(loops[name].instructions), "insns/loop")
		})
	}
}

// TestDocumentedLoops holds the table of docs/performance.md to the assembly.
func TestDocumentedLoops(t *testing.T) {
	page, err := os.ReadFile("../../../../docs/performance.md")
	if err != nil {
		t.Fatal(err)
	}
	loops := readLoops(t)
	rows := regexp.MustCompile("(?m)^\\|[^|]*`(\\w+NEON)`[^|]*\\| (\\d+) \\| (\\d+) \\| (\\d+) \\|\r?$").FindAllStringSubmatch(string(page), -1)
	if len(rows) == 0 {
		t.Fatal("docs/performance.md has no table of NEON's loops")
	}
	for _, row := range rows {
		var told loop
		for i, field := range []*int{&told.instructions, &told.multiplyAdds, &told.memory} {
			if *field, err = strconv.Atoi(row[2+i]); err != nil {
				t.Fatal(err)
			}
		}
		if found := loops[row[1]]; found != told {
			t.Errorf("docs/performance.md gives %s %+v, the assembly has %+v", row[1], told, found)
		}
	}
}

// readLoops returns the loops of all kernels of this folder by their names.
func readLoops(t testing.TB) map[string]loop {
	t.Helper()
	files, err := filepath.Glob("*.s")
	if err != nil {
		t.Fatal(err)
	}
	loops := map[string]loop{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, function := range strings.Split(string(text), "\nTEXT ·")[1:] {
			name, body, _ := strings.Cut(function, "(SB)")
			if longest := longestLoop(body); longest.instructions > 0 {
				loops[name] = longest
			}
		}
	}
	if len(loops) < 100 {
		t.Fatalf("%d kernels with loops found in %q, expected hundreds", len(loops), files)
	}
	return loops
}

var (
	multiplyAdd = regexp.MustCompile(`\bV?(FN?MADD|FMLA|FMLS|DPBF16)`)
	address     = regexp.MustCompile(`\([A-Z]+[0-9]*\)|\([A-Z0-9]+\*[1248]\)`)
)

// longestLoop looks for jumps back to labels. Those that reach around a jump back
// end an outer loop.
func longestLoop(body string) loop {
	var longest loop
	var lines []string // instructions alone
	labels := map[string]int{}
	inner := 0 // where the last loop ended
	for _, line := range strings.Split(body, "\n")[1:] {
		if label, ok := strings.CutSuffix(strings.TrimSpace(line), ":"); ok {
			labels[label] = len(lines)
			continue
		}
		words := strings.Fields(line)
		if len(words) == 0 || words[0] == "//" || line[0] != '\t' {
			continue
		}
		lines = append(lines, line)
		begin, back := labels[words[len(words)-1]]
		if !back {
			continue
		}
		if begin >= inner && len(lines)-begin > longest.instructions {
			longest = counted(lines[begin:])
		}
		inner = len(lines)
	}
	return longest
}

func counted(lines []string) loop {
	l := loop{instructions: len(lines)}
	for _, line := range lines {
		if multiplyAdd.MatchString(line) {
			l.multiplyAdds++
		}
		if address.MatchString(line) {
			l.memory++
		}
	}
	return l
}
