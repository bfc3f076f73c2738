package kernel

import (
	"bytes"
	"math/rand/v2"
	"os"
	"regexp"
	"testing"
)

// guard surrounds what a kernel writes.
const guard = 0xa5

// guarded returns n bytes inside a slice of others, and a check that those are
// untouched.
func guarded(t *testing.T, n int) (inside []byte, check func()) {
	t.Helper()
	all := bytes.Repeat([]byte{guard}, n+64)
	return all[32 : 32+n : 32+n], func() {
		t.Helper()
		for i, b := range all {
			if (i < 32 || i >= 32+n) && b != guard {
				t.Fatalf("byte %d beside %d bytes of result was overwritten", i-32, n)
			}
		}
	}
}

func randomBytes(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		switch b[i] = byte(r.Uint32()); r.IntN(8) {
		case 0:
			b[i] = 0
		case 1:
			b[i] = 255
		}
	}
	return b
}

// randomBlock draws few or many levels, small or of any size.
func randomBlock(r *rand.Rand) (levels, steps Block) {
	reach := 1 << (1 + r.IntN(16))
	for range 1 + r.IntN(BlockSize) {
		levels[r.IntN(BlockSize)] = int16(r.IntN(2*reach) - reach)
	}
	most := 1 << (1 + r.IntN(16))
	for i := range steps {
		steps[i] = int16(1 + r.IntN(most))
	}
	return levels, steps
}

func TestInverseDCT(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		levels, steps := randomBlock(r)
		compareInverseDCT(t, levels, steps)
	}
}

func FuzzInverseDCT(f *testing.F) {
	f.Add(bytes.Repeat([]byte{1, 2, 255, 127}, BlockSize))
	f.Fuzz(func(t *testing.T, content []byte) {
		var levels, steps Block
		for i := range min(BlockSize, len(content)/4) {
			levels[i] = int16(content[4*i]) | int16(content[4*i+1])<<8
			steps[i] = int16(content[4*i+2]) | int16(content[4*i+3])<<8
		}
		compareInverseDCT(t, levels, steps)
	})
}

func compareInverseDCT(t *testing.T, levels, steps Block) {
	t.Helper()
	const stride = 11
	got, check := guarded(t, 7*stride+8)
	want := bytes.Clone(got)
	again := levels
	InverseDCT(got, stride, &levels, &steps)
	inverseDCT(want, stride, &again, &steps)
	check()
	if !bytes.Equal(got, want) {
		t.Fatalf("samples %v, expected %v", got, want)
	}
	if levels != (Block{}) || again != (Block{}) {
		t.Fatal("levels are left")
	}
}

func TestReducedDCT(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	for range 20000 {
		levels, steps := randomBlock(r)
		got, check := guarded(t, 3*9+4)
		want := bytes.Clone(got)
		again := levels
		ReducedDCT(got, 9, 4, &levels, &steps)
		halfDCT(want, 9, &again, &steps)
		check()
		if !bytes.Equal(got, want) {
			t.Fatalf("samples %v, expected %v", got, want)
		}
		if levels != (Block{}) {
			t.Fatal("levels are left")
		}
	}
}

func TestSmooth(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for n := 2; n < 200; n++ {
		near, far := randomBytes(r, n), randomBytes(r, n)
		for _, rounding := range [][2]uint64{{7, 8}, {8, 7}, {0, 15}} {
			got, check := guarded(t, 2*n)
			want := make([]byte, 2*n)
			Smooth(got, near, far, rounding[0], rounding[1])
			smooth(want, near, far, rounding[0], rounding[1])
			check()
			if !bytes.Equal(got, want) {
				t.Fatalf("%d samples: %v, expected %v", n, got, want)
			}
		}
	}
}

// TestColors takes all values in all combinations, and all lengths of rows.
func TestColors(t *testing.T) {
	luma, blue, red := make([]byte, 256), make([]byte, 256), make([]byte, 256)
	for i := range luma {
		luma[i] = byte(i)
	}
	for b := range 256 {
		for c := range 256 {
			for i := range luma {
				blue[i], red[i] = byte(b), byte(c)
			}
			compareColors(t, luma, blue, red)
		}
	}
	r := rand.New(rand.NewPCG(5, 6))
	for n := range 150 {
		compareColors(t, randomBytes(r, n), randomBytes(r, n), randomBytes(r, n))
	}
}

func compareColors(t *testing.T, luma, blue, red []byte) {
	t.Helper()
	got, check := guarded(t, 3*len(luma))
	want := make([]byte, 3*len(luma))
	Colors(got, luma, blue, red)
	colors(want, luma, blue, red)
	check()
	if !bytes.Equal(got, want) {
		t.Fatalf("luminance %v, differences %v and %v: %v, expected %v", luma, blue, red, got, want)
	}
}

func BenchmarkInverseDCT(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	levels, steps := randomBlock(r)
	dst := make([]byte, BlockSize)
	for b.Loop() {
		InverseDCT(dst, 8, &levels, &steps)
	}
}

func BenchmarkSmooth(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	near, far, out := randomBytes(r, 250), randomBytes(r, 250), make([]byte, 500)
	for b.Loop() {
		Smooth(out, near, far, 7, 8)
	}
}

func BenchmarkColors(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	luma, blue, red, out := randomBytes(r, 500), randomBytes(r, 500), randomBytes(r, 500), make([]byte, 1500)
	for b.Loop() {
		Colors(out, luma, blue, red)
	}
}

// TestAssemblyIsAVX2 makes sure that the assembler was left no register that
// only AVX-512 has.
func TestAssemblyIsAVX2(t *testing.T) {
	text, err := os.ReadFile("avx2_amd64.s")
	if err != nil {
		t.Fatal(err)
	}
	if found := regexp.MustCompile(`\b([XY](1[6-9]|[23]\d)|Z\d+|K\d)\b`).Find(text); found != nil {
		t.Errorf("the assembly uses %s", found)
	}
}
