package transfer

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/data"
	"github.com/lince-ml/lince/tensor"
)

// Features say how the results of a base are computed and kept.
type Features struct {
	// Passes is how many epochs of the source are computed; 1 when 0. With
	// augmented pictures each pass sees them otherwise, and the epochs of the
	// result take the passes in turns.
	Passes int
	// Memory is how many bytes of features may lie in memory; 1 GiB when 0,
	// and none when negative. Larger ones lie in a file.
	Memory int64
	// Dir is the folder for features that are to be found again, for temporary
	// files when empty.
	Dir string
	// Key names the features among others in Dir: it must differ wherever
	// base, pictures or preprocessing differ; see Key. When empty they are
	// gone with the program. Where Dir cannot be written they serve all the same,
	// once; Computed.Unkept tells.
	Key string
	// Seed decides the order of the samples in every epoch; NoShuffle keeps
	// that of the source.
	Seed      uint64
	NoShuffle bool
	// Progress is told how many samples are done; nil for nobody.
	Progress func(done, total int)
}

// Computed is a source of features in the place of pictures. Close removes
// what it keeps only for itself.
type Computed struct {
	spec      data.Spec
	rows      *rows
	passes    int
	seed      uint64
	noShuffle bool
	// targets and weights hold all samples of all passes, files the names.
	targets, weights []*tensor.Tensor
	files            []string
	unkept           error
}

var _ data.Source = (*Computed)(nil)

const defaultMemory = 1 << 30

// Compute runs the base over the source's samples, or finds what was kept of
// an earlier time.
func (f Features) Compute(ctx context.Context, base *lince.Model, source data.Source) (*Computed, error) {
	spec := source.Spec()
	switch {
	case spec.Samples < 1:
		return nil, fmt.Errorf("transfer: the source has %d samples, expected to know how many there are", spec.Samples)
	case f.Passes < 0:
		return nil, fmt.Errorf("transfer: %d passes, expected 1 or more", f.Passes)
	case len(base.Outputs()) != 1 || len(base.Inputs()) != 1:
		return nil, fmt.Errorf("transfer: the base has %d inputs and %d results, expected one of each; cut it where a single value leaves it", len(base.Inputs()), len(base.Outputs()))
	}
	shape := base.OutputShape()[1:]
	if slices.ContainsFunc(shape, func(extent int) bool { return extent < 0 }) {
		return nil, fmt.Errorf("transfer: the features' shape %v varies; give the base an input of fixed size", shape)
	}
	c := &Computed{passes: max(f.Passes, 1), seed: f.Seed, noShuffle: f.NoShuffle, spec: spec, files: make([]string, spec.Samples)}
	c.spec.Inputs, c.spec.InputTypes = []tensor.Shape{shape.Clone()}, []tensor.DType{tensor.Float32}
	if err := c.open(f); err != nil {
		return nil, fmt.Errorf("transfer: %w", err)
	}
	if c.rows.complete {
		return c, nil
	}
	if err := c.fill(ctx, base, source, f.Progress); err != nil {
		return nil, fmt.Errorf("transfer: %w", errors.Join(err, c.rows.close()))
	}
	if f.kept() && c.unkept == nil {
		c.unkept = c.keep(f)
	}
	return c, nil
}

// Unkept returns why features that have a key will not be found again, such as
// a folder that cannot be written or a full disk; nil if they will.
func (c *Computed) Unkept() error { return c.unkept }

// fill computes all passes.
func (c *Computed) fill(ctx context.Context, base *lince.Model, source data.Source, progress func(done, total int)) error {
	done, total := 0, c.passes*c.spec.Samples
	seen := make([]bool, total)
	for pass := range c.passes {
		for batch, err := range source.Batches(ctx, pass, 0) {
			if err != nil {
				return err
			}
			if err := c.take(ctx, base, batch, pass, seen); err != nil {
				return err
			}
			if done += batch.Len(); progress != nil {
				progress(min(done, total), total)
			}
		}
	}
	if missing := slices.Index(seen, false); missing >= 0 {
		return fmt.Errorf("the source yields %d of its %d samples in %d passes; sample %d is missing", done, c.spec.Samples, c.passes, missing%c.spec.Samples)
	}
	return nil
}

// take computes and keeps a batch.
func (c *Computed) take(ctx context.Context, base *lince.Model, batch *data.Batch, pass int, seen []bool) error {
	if len(batch.Indices) != batch.Len() {
		return fmt.Errorf("a batch of %d samples names %d of them; the source must set Indices", batch.Len(), len(batch.Indices))
	}
	outputs, err := base.PredictOnBatch(ctx, batch.Inputs...)
	if err != nil {
		return err
	}
	if c.targets == nil {
		if c.targets, err = c.roomFor(batch.Targets); err != nil {
			return err
		}
		if c.weights, err = c.roomFor(batch.SampleWeights); err != nil {
			return err
		}
	}
	width := outputs[0].Len() / batch.Len()
	for i, index := range batch.Indices {
		if index < 0 || index >= c.spec.Samples {
			return fmt.Errorf("a batch holds sample %d of %d", index, c.spec.Samples)
		}
		row := pass*c.spec.Samples + index
		seen[row] = true
		if err := c.rows.put(row, outputs[0].Float32s()[i*width:(i+1)*width]); err != nil {
			return err
		}
		if batch.Files != nil {
			c.files[index] = batch.Files[i]
		}
		if err := errors.Join(copyRow(c.targets, row, batch.Targets, i), copyRow(c.weights, row, batch.SampleWeights, i)); err != nil {
			return err
		}
	}
	return nil
}

// roomFor makes tensors for all samples of all passes.
func (c *Computed) roomFor(parts []*tensor.Tensor) ([]*tensor.Tensor, error) {
	room := make([]*tensor.Tensor, len(parts))
	for i, part := range parts {
		shape := part.Shape().Clone()
		shape[0] = c.passes * c.spec.Samples
		var err error
		if room[i], err = tensor.New(part.DType(), shape...); err != nil {
			return nil, err
		}
	}
	return room, nil
}

// copyRow copies a row of every tensor.
func copyRow(to []*tensor.Tensor, at int, from []*tensor.Tensor, row int) error {
	if len(to) != len(from) {
		return fmt.Errorf("a batch has %d targets or weights, earlier ones %d", len(from), len(to))
	}
	for i := range to {
		into, err := to[i].Rows(at, at+1)
		if err != nil {
			return err
		}
		if err := into.Gather(from[i], []int{row}); err != nil {
			return err
		}
	}
	return nil
}

// Close frees the features and removes the file of those that have no key.
func (c *Computed) Close() error {
	if err := c.rows.close(); err != nil {
		return fmt.Errorf("transfer: %w", err)
	}
	return nil
}
