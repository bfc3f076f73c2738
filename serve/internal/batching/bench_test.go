package batching

import (
	"context"
	"testing"
)

// BenchmarkDo is the way of a sample that waits for no other.
func BenchmarkDo(b *testing.B) {
	batcher := New(Options{Size: 8, Capacity: 64, Run: func(context.Context, []*Sample) error { return nil }})
	defer batcher.Close(context.Background())
	samples := []*Sample{{}}
	for b.Loop() {
		ticket, err := batcher.Reserve(1)
		if err != nil {
			b.Fatal(err)
		}
		if err := ticket.Do(b.Context(), samples); err != nil {
			b.Fatal(err)
		}
	}
}
