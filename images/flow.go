package images

import (
	"context"
	"fmt"
	"math"
	"runtime"
)

// Flow says which pictures are handed out and how: the arguments of Keras'
// flow, flow_from_directory and flow_from_dataframe. The zero value is Keras'
// default, but for the resize filter (see Interpolation) and the class mode.
type Flow struct {
	// TargetSize is what pictures are resized to; zero means 256×256.
	TargetSize Size
	ColorMode  ColorMode
	// Classes names the class folders and orders them: the first is class 0.
	// nil means all folders, sorted.
	Classes   []string
	ClassMode ClassMode
	// BatchSize is the pictures of a batch; 0 means 32. The last batch of an
	// epoch may be smaller.
	BatchSize int
	// NoShuffle hands pictures out in the order of their names. Otherwise
	// every epoch has another order.
	NoShuffle bool
	// Seed decides everything random: order, augmentation, split.
	Seed uint64
	// SaveToDir is an existing folder that every augmented picture is written
	// to, to be looked at: "<SavePrefix>_<index>_<number>.<SaveFormat>", its
	// values stretched to the full range. SaveFormat is png (the default),
	// jpg, bmp, tiff or gif.
	SaveToDir, SavePrefix, SaveFormat string
	// FollowLinks descends into linked folders inside the class folders.
	FollowLinks bool
	// Subset picks a side of Generator.ValidationSplit.
	Subset Subset
	// SeededSplit draws the validation part of each class at random from
	// Seed. Otherwise it is the first pictures by name, as in Keras. Both
	// subsets must have the same Seed.
	SeededSplit bool
	// Interpolation is the resize filter.
	Interpolation Interpolation
	// KeepAspectRatio crops the centre in the target's aspect ratio before
	// resizing; otherwise pictures are stretched.
	KeepAspectRatio bool
	// ReducedDecoding decodes large JPEG files straight to a fraction of their
	// size: see Preprocessing. It excludes Generator.KerasCompat.
	ReducedDecoding bool
	// Preprocessing, if set, is a trained model's own, to evaluate it or to
	// train it further. It takes the place of TargetSize, ColorMode,
	// Interpolation, KeepAspectRatio and ReducedDecoding, and of everything
	// that the generator does after augmenting; setting both is an error.
	Preprocessing *Preprocessing
	// IgnoreClassSplit allows Flow over arrays a validation part that lacks a
	// class, or has one that the training part lacks.
	IgnoreClassSplit bool

	// Strict refuses to start when a picture is bad. Otherwise bad pictures
	// are left out; Pictures.Skipped names them.
	Strict bool
	// Progress, if set, is told how many pictures have been read while all are
	// read for the first time. It is never called twice at once.
	Progress func(done, total int)
	// Workers prepare batches in parallel; 0 means GOMAXPROCS. The batches
	// are the same for any number.
	Workers int
	// Prefetch is the number of batches prepared ahead; 0 means 2.
	Prefetch int
	// MemoryLimit is the bytes of decoded pictures kept in memory, in the
	// order of their names; 0 means 512 MiB, negative none.
	MemoryLimit int64
	// Cache keeps what goes beyond MemoryLimit on disk, so that no picture is
	// decoded twice; nil means the zero Cache, in the user's cache folder.
	Cache *Cache
	// NoCache writes nothing to disk and decodes those pictures again in
	// every epoch.
	NoCache bool
}

const (
	defaultBatch    = 32
	defaultPrefetch = 2
	defaultMemory   = 512 << 20
)

// validate fills in defaults and reports what cannot be done.
func (f Flow) validate(g Generator) (Flow, error) {
	if err := g.Validate(); err != nil {
		return f, err
	}
	if f.BatchSize == 0 {
		f.BatchSize = defaultBatch
	}
	if f.Workers == 0 {
		f.Workers = runtime.GOMAXPROCS(0)
	}
	if f.Prefetch == 0 {
		f.Prefetch = defaultPrefetch
	}
	if f.MemoryLimit == 0 {
		f.MemoryLimit = defaultMemory
	}
	if f.Cache == nil && !f.NoCache {
		f.Cache = new(Cache)
	}
	switch {
	case f.Preprocessing != nil && f.prepares(g):
		return f, fmt.Errorf("images: Preprocessing is set and so are parts of it in the Flow (TargetSize, ColorMode, Interpolation, KeepAspectRatio, ReducedDecoding) or the Generator (Rescale, Preprocess ...); leave these out")
	case f.NoCache && f.Cache != nil:
		return f, fmt.Errorf("images: Cache and NoCache exclude each other; set one")
	case f.BatchSize < 0 || f.Workers < 0 || f.Prefetch < 0:
		return f, fmt.Errorf("images: BatchSize %d, Workers %d and Prefetch %d must not be negative", f.BatchSize, f.Workers, f.Prefetch)
	case int(f.ClassMode) >= len(classModes):
		return f, fmt.Errorf("images: unknown ClassMode %v", f.ClassMode)
	case int(f.Subset) >= len(subsets):
		return f, fmt.Errorf("images: unknown Subset %v, expected Everything, Training or Validation", f.Subset)
	case f.Subset != Everything && g.ValidationSplit == 0:
		return f, fmt.Errorf("images: Subset is %v but the generator's ValidationSplit is 0; set it to the fraction to hold back, such as 0.2", f.Subset)
	case g.KerasCompat && f.Seed > math.MaxUint32:
		return f, fmt.Errorf("images: seed %d is beyond the 32 bits of NumPy's generator, which KerasCompat reproduces", f.Seed)
	}
	return f, f.validateSaving()
}

// prepares reports whether anything is set that Preprocessing is to decide.
func (f Flow) prepares(g Generator) bool {
	own := f.TargetSize != Size{} || f.ColorMode != RGB || f.Interpolation != DefaultInterpolation || f.KeepAspectRatio || f.ReducedDecoding
	return own || g.Rescale != 0 || g.Offset != 0 || g.Preprocess != NoMode || g.PreprocessingFunction != nil || g.ChannelsFirst ||
		g.SamplewiseCenter || g.SamplewiseStdNormalization || g.needsFit()
}

// preprocessing is what prediction has to repeat of this flow.
func (f Flow) preprocessing(g Generator) Preprocessing {
	if f.Preprocessing != nil {
		return *f.Preprocessing
	}
	p := Preprocessing{
		TargetSize: f.TargetSize, ColorMode: f.ColorMode, Interpolation: f.Interpolation,
		Mode: g.Preprocess, Rescale: g.Rescale, Offset: g.Offset,
		SamplewiseCenter: g.SamplewiseCenter, SamplewiseStdNormalization: g.SamplewiseStdNormalization,
		ChannelsFirst: g.ChannelsFirst, ReducedDecoding: f.ReducedDecoding, KerasCompat: g.KerasCompat,
		Function: g.PreprocessingFunction, NeedsFunction: g.PreprocessingFunction != nil, NeedsWhitening: g.ZCAWhitening,
	}
	p.TargetSize = p.size()
	if f.KeepAspectRatio {
		p.Aspect = Crop
	}
	if p.Interpolation == DefaultInterpolation {
		p.Interpolation = Bilinear
		if g.KerasCompat {
			p.Interpolation = NearestNeighbor
		}
	}
	if g.needsFit() {
		p.Mean = g.Statistics.Mean
		if !g.ZCAWhitening && g.FeaturewiseStdNormalization {
			p.Std = g.Statistics.Std
		}
		if g.ZCAWhitening {
			p.Whitening = g.Statistics.Whitening
		}
	}
	return p
}

// rules are the names that count as classes and pictures.
func (f Flow) rules(g Generator) rules {
	r := rules{extensions: extensions, followLinks: f.FollowLinks}
	if g.KerasCompat {
		r.extensions, r.hiddenFolders, r.hiddenFiles = kerasExtensions, true, true
	}
	return r
}

// FlowFromDirectory returns the pictures below dir, one class per folder, in
// batches: Keras' flow_from_directory. All pictures are decoded once before
// it returns, so that bad ones are known and left out (or, with flow.Strict,
// refused) before a training begins.
func (g Generator) FlowFromDirectory(dir string, flow Flow) (*Pictures, error) {
	return g.FlowFromDirectoryContext(context.Background(), dir, flow)
}
