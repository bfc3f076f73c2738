package cpu_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/lince-ml/lince/backend/cpu"
)

func ExamplePeak() {
	engine, err := cpu.New(cpu.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer engine.Close()
	peak, err := engine.Peak(context.Background())
	fmt.Println(peak.FLOPS > 1e8, peak.Bandwidth > 1e8, err)
	// Output: true true <nil>
}

func TestPeakStops(t *testing.T) {
	engine, err := cpu.New(cpu.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := engine.Peak(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Peak of a cancelled context gives %v", err)
	}
}

func BenchmarkPeak(b *testing.B) {
	engine, err := cpu.New(cpu.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer engine.Close()
	for b.Loop() {
		p, err := engine.Peak(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(p.FLOPS/1e9, "GFLOP/s")
		b.ReportMetric(p.Bandwidth/1e9, "GB/s")
	}
}
