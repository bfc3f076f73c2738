package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/internal/shapes"
	"github.com/lince-ml/lince/optimizers"
)

// usage is the memory in use, in KiB, with all garbage given back.
type usage struct{ resident, heap float64 }

// What counts as no growth: a leak of 256 bytes per call shows in the heap,
// and one of 4 KiB in the resident memory, whose pages come and go.
const (
	heapGrowth     = 256
	residentGrowth = 4096
)

// measureMemory compares the memory after warming up with that at the end.
func measureMemory(ctx context.Context, s *session) (*result, error) {
	if runtime.GOOS != "linux" {
		return nil, missing{"Linux, which tells the memory of a process"}
	}
	folder := s.path("shapes")
	if err := shapes.WriteFolder(folder, s.fewer(60, 10), exampleSize, 1, 0); err != nil {
		return nil, err
	}
	pictures, err := images.Generator{Rescale: 1.0 / 255, RotationRange: 40, ZoomRange: 0.2, HorizontalFlip: true}.
		FlowFromDirectoryContext(ctx, folder, images.Flow{
			TargetSize: images.Size{Height: exampleSize, Width: exampleSize}, BatchSize: 16, NoCache: true,
		})
	if err != nil {
		return nil, err
	}
	model, err := exampleCNN(len(shapes.Classes()), optimizers.RMSprop{LearningRate: 1e-4}, 1, nil)
	if err != nil {
		return nil, err
	}
	defer model.Close()
	r := &result{}
	if err := measureEpochs(ctx, r, model, pictures); err != nil {
		return nil, err
	}
	return r, measureCalls(ctx, s, r, model, folder)
}

// measureEpochs trains three epochs after two that warm up.
func measureEpochs(ctx context.Context, r *result, model *lince.Model, pictures *images.Pictures) error {
	var before usage
	for epoch := range 5 {
		if _, err := model.Fit(ctx, pictures, lince.Fit{InitialEpoch: epoch, Epochs: epoch + 1, Validation: pictures}); err != nil {
			return err
		}
		if epoch != 1 {
			continue
		}
		var err error
		if before, err = memoryInUse(); err != nil {
			return err
		}
	}
	err := r.growth("3 epochs with validation", before)
	runtime.KeepAlive(pictures) // they are no garbage yet
	return err
}

// measureCalls predicts batches and files, 1,000 times each, after a warm-up.
func measureCalls(ctx context.Context, s *session, r *result, model *lince.Model, folder string) error {
	x, _, err := noise(2, exampleSize, 2, 1)
	if err != nil {
		return err
	}
	file := filepath.Join(folder, shapes.Classes()[0], "000.png")
	for _, kind := range []struct {
		what string
		call func() error
	}{
		{"PredictOnBatch", func() error { _, err := model.PredictOnBatch(ctx, x); return err }},
		{"Classify", func() error {
			for _, err := range model.Classify(ctx, file) {
				if err != nil {
					return err
				}
			}
			return nil
		}},
	} {
		if err := repeat(s.fewer(100, 10), kind.call); err != nil {
			return err
		}
		before, err := memoryInUse()
		if err != nil {
			return err
		}
		calls := s.fewer(1000, 50)
		if err := repeat(calls, kind.call); err != nil {
			return err
		}
		if err := r.growth(fmt.Sprintf("%d calls of %s", calls, kind.what), before); err != nil {
			return err
		}
	}
	return nil
}

func repeat(count int, call func() error) error {
	for range count {
		if err := call(); err != nil {
			return err
		}
	}
	return nil
}

// growth adds by how much memory grew since before.
func (r *result) growth(during string, before usage) error {
	after, err := memoryInUse()
	if err != nil {
		return err
	}
	r.atMost("growth of the heap over "+during, after.heap-before.heap, heapGrowth, "KiB")
	r.atMost("growth of resident memory over "+during, after.resident-before.resident, residentGrowth, "KiB")
	return nil
}

// memoryInUse returns the least of several readings, since goroutines that
// are about to end still hold theirs.
func memoryInUse() (usage, error) {
	least := usage{math.Inf(1), math.Inf(1)}
	for range 5 {
		time.Sleep(50 * time.Millisecond)
		runtime.GC()
		debug.FreeOSMemory()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		resident, err := residentMemory()
		if err != nil {
			return usage{}, err
		}
		least.heap = min(least.heap, float64(stats.HeapAlloc)/1024)
		least.resident = min(least.resident, resident)
	}
	return least, nil
}

// residentMemory returns what Linux says of this process, in KiB.
func residentMemory() (float64, error) {
	content, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	_, rest, found := strings.Cut(string(content), "VmRSS:")
	fields := strings.Fields(rest)
	if !found || len(fields) == 0 {
		return 0, errors.New("/proc/self/status has no VmRSS")
	}
	return strconv.ParseFloat(fields[0], 64)
}
