package images_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/tensor"
)

var augmented = images.Generator{
	Rescale: 1.0 / 255, RotationRange: 40, WidthShiftRange: 0.2, HeightShiftRange: 0.2,
	ShearRange: 10, ZoomRange: 0.2, HorizontalFlip: true, BrightnessRange: [2]float64{0.5, 1.5},
}

// digests returns a hash of every batch of an epoch from first on.
func digests(t testing.TB, source data.Source, epoch, first int) []string {
	t.Helper()
	var found []string
	for batch, err := range source.Batches(context.Background(), epoch, first) {
		if err != nil {
			t.Fatal(err)
		}
		hash := sha256.New()
		fmt.Fprintln(hash, batch.Indices, batch.Inputs[0].Float32s())
		for _, target := range batch.Targets {
			fmt.Fprintln(hash, target.Float64s())
		}
		found = append(found, fmt.Sprintf("%x", hash.Sum(nil)[:8]))
	}
	return found
}

func TestBatchesAreTheSameForAnyWorkers(t *testing.T) {
	dir := drawFolders(t, 9, "a", "b")
	compat := augmented
	compat.KerasCompat = true
	for name, generator := range map[string]images.Generator{"default": augmented, "keras": compat} {
		var want [2][]string
		for _, workers := range []int{1, 2, 3, 8} {
			for _, memory := range []int64{0, -1, 2000} {
				flow, err := generator.FlowFromDirectory(dir, images.Flow{
					TargetSize: images.Size{Height: 8, Width: 9}, BatchSize: 4, Workers: workers, Prefetch: workers, MemoryLimit: memory, Seed: 3, NoCache: true,
				})
				if err != nil {
					t.Fatal(err)
				}
				for epoch := range want {
					got := digests(t, flow, epoch, 0)
					if want[epoch] == nil {
						want[epoch] = got
					}
					if !slices.Equal(got, want[epoch]) {
						t.Errorf("%s: epoch %d differs with %d workers and a memory limit of %d", name, epoch, workers, memory)
					}
				}
				for first := range 6 {
					if got := digests(t, flow, 1, first); !slices.Equal(got, want[1][min(first, len(want[1])):]) {
						t.Errorf("%s: epoch 1 differs when resumed at batch %d with %d workers", name, first, workers)
					}
				}
			}
		}
		if slices.Equal(want[0], want[1]) {
			t.Errorf("%s: both epochs are the same", name)
		}
	}
}

// What is done to a picture depends on the seed, the epoch and the picture
// alone, not on its batch or place.
func TestAugmentationFollowsThePicture(t *testing.T) {
	dir := drawFolders(t, 4, "a", "b")
	var want map[int]string
	for _, flow := range []images.Flow{{BatchSize: 8, NoShuffle: true}, {BatchSize: 3}, {BatchSize: 1}} {
		flow.TargetSize, flow.Seed = images.Square(8), 9
		p, err := augmented.FlowFromDirectory(dir, flow)
		if err != nil {
			t.Fatal(err)
		}
		got := map[int]string{}
		for batch, err := range p.Batches(context.Background(), 2, 0) {
			if err != nil {
				t.Fatal(err)
			}
			for row, i := range batch.Indices {
				got[i] = fmt.Sprint(batch.Inputs[0].Float32s()[row*192 : (row+1)*192])
			}
		}
		if want == nil {
			want = got
		}
		if !maps.Equal(got, want) {
			t.Errorf("batches of %d, shuffled %v: pictures are augmented otherwise", flow.BatchSize, !flow.NoShuffle)
		}
	}
}

func TestProgressCountsEveryPicture(t *testing.T) {
	flow, calls := small, 0
	flow.Progress = func(done, total int) {
		if calls++; done != calls || total != 10 {
			t.Errorf("call %d reports %d of %d", calls, done, total)
		}
	}
	if _, err := augmented.FlowFromDirectory(drawFolders(t, 5, "a", "b"), flow); err != nil || calls != 10 {
		t.Errorf("%d calls, %v, want 10", calls, err)
	}
}

func TestSeedsDiffer(t *testing.T) {
	dir := drawFolders(t, 4, "a", "b")
	seen := map[string]uint64{}
	for seed := range uint64(3) {
		flow, err := augmented.FlowFromDirectory(dir, images.Flow{TargetSize: images.Square(8), Seed: seed, NoShuffle: true})
		if err != nil {
			t.Fatal(err)
		}
		digest := digests(t, flow, 0, 0)[0]
		if other, ok := seen[digest]; ok {
			t.Errorf("seeds %d and %d augment alike", other, seed)
		}
		seen[digest] = seed
	}
}

func TestCancelStopsPromptlyAndLeavesNothing(t *testing.T) {
	dir := drawFolders(t, 30, "a", "b")
	flow, err := augmented.FlowFromDirectory(dir, images.Flow{TargetSize: images.Size{Height: 64, Width: 64}, BatchSize: 2, Workers: 4, MemoryLimit: -1, NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	before := runtime.NumGoroutine()
	for stop := range 10 {
		ctx, cancel := context.WithCancel(context.Background())
		seen := 0
		var last error
		for _, err := range flow.Batches(ctx, stop, 0) {
			if last = err; err != nil {
				break
			}
			if seen == stop {
				cancel()
			}
			seen++
		}
		cancel()
		if !errors.Is(last, context.Canceled) || seen != stop+1 {
			t.Errorf("cancelled at batch %d, stopped after %d: %v", stop, seen, last)
		}
	}
	for range flow.Batches(context.Background(), 0, 0) {
		break
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d goroutines are left, %d were there before", after, before)
	}
	if n := len(digests(t, flow, 0, 0)); n != 30 {
		t.Errorf("%d batches after the interruptions, want 30", n)
	}
}

func TestCancelWhileReading(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := augmented.FlowFromDirectoryContext(ctx, drawFolders(t, 2, "a", "b"), images.Flow{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want a cancellation", err)
	}
}

func TestVanishedPicturesShrinkTheirBatch(t *testing.T) {
	dir := drawFolders(t, 6, "a", "b")
	flow, err := images.Generator{}.FlowFromDirectory(dir, images.Flow{TargetSize: images.Square(8), BatchSize: 4, NoShuffle: true, MemoryLimit: -1, NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{1, 2} {
		if err := os.Remove(flow.Filepaths()[i]); err != nil {
			t.Fatal(err)
		}
	}
	var seen []int
	for batch, err := range flow.Batches(context.Background(), 0, 0) {
		if err != nil {
			t.Fatal(err)
		}
		if len(batch.Files) != batch.Len() || batch.Targets[0].Len() != batch.Len() {
			t.Errorf("%d files and %d targets for %d pictures", len(batch.Files), batch.Targets[0].Len(), batch.Len())
		}
		for row, i := range batch.Indices {
			if batch.Files[row] != flow.Filepaths()[i] || batch.Targets[0].Float32s()[row] != float32(flow.Labels()[i]) {
				t.Errorf("row %d is picture %d, but its file is %s", row, i, batch.Files[row])
			}
		}
		seen = append(seen, batch.Indices...)
	}
	if want := []int{0, 3, 4, 5, 6, 7, 8, 9, 10, 11}; !slices.Equal(seen, want) {
		t.Errorf("pictures %v, want %v", seen, want)
	}
	if skipped := flow.Skipped(); len(skipped) != 2 || !errors.Is(skipped[0].Err, os.ErrNotExist) {
		t.Errorf("skipped %v, want the two that vanished", skipped)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	var last error
	for _, last = range flow.Batches(context.Background(), 1, 0) {
	}
	if last == nil {
		t.Error("an epoch without any picture is no error")
	}
}

func TestPreprocessingFunctionFails(t *testing.T) {
	broken := errors.New("broken")
	g := images.Generator{PreprocessingFunction: func([]float32, tensor.Shape) error { return broken }}
	flow, err := g.FlowFromDirectory(drawFolders(t, 3, "a", "b"), images.Flow{TargetSize: images.Square(8)})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range flow.Batches(context.Background(), 0, 0) {
		if !errors.Is(err, broken) {
			t.Errorf("got %v, want the function's error", err)
		}
	}
}

func TestSteadyStateAllocatesLittle(t *testing.T) {
	dir := drawFolders(t, 40, "a", "b")
	flow, err := augmented.FlowFromDirectory(dir, images.Flow{TargetSize: images.Size{Height: 32, Width: 32}, BatchSize: 8, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	epoch := 0
	pass := func() {
		for _, err := range flow.Batches(context.Background(), epoch, 0) {
			if err != nil {
				t.Fatal(err)
			}
		}
		epoch++
	}
	pass()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 20 {
		pass()
	}
	runtime.ReadMemStats(&after)
	perBatch := (after.TotalAlloc - before.TotalAlloc) / 200
	if picture := uint64(32 * 32 * 3 * 4); perBatch > picture/2 {
		t.Errorf("%d bytes allocated for each batch, a picture has %d", perBatch, picture)
	}
}

func BenchmarkBatches(b *testing.B) {
	dir := drawFolders(b, 64, "a", "b")
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			flow, err := augmented.FlowFromDirectory(dir, images.Flow{TargetSize: images.Square(150), BatchSize: 20, Workers: workers})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			pictures := 0
			for epoch := 0; b.Loop(); epoch++ {
				for batch, err := range flow.Batches(context.Background(), epoch, 0) {
					if err != nil {
						b.Fatal(err)
					}
					pictures += batch.Len()
				}
			}
			b.ReportMetric(float64(pictures)/b.Elapsed().Seconds(), "images/s")
		})
	}
}

// BenchmarkCacheRead measures epochs over pictures that lie in the disk cache.
func BenchmarkCacheRead(b *testing.B) {
	dir := drawFolders(b, 64, "a", "b")
	flow, err := images.Generator{}.FlowFromDirectory(dir, images.Flow{
		TargetSize: images.Square(150), MemoryLimit: -1, Cache: &images.Cache{Dir: filepath.Join(b.TempDir(), "cache")},
	})
	if err != nil {
		b.Fatal(err)
	}
	for epoch := 0; b.Loop(); epoch++ {
		for _, err := range flow.Batches(context.Background(), epoch, 0) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}
