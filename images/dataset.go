package images

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/lince-ml/lince/images/mt19937"
)

// Dataset reads pictures as Keras' image_dataset_from_directory does, neither
// augmented nor rescaled: its arguments that a Flow has no field for. The
// files, their order and their split for a seed are exactly Keras'.
//
// It takes from Flow what it has names for there: TargetSize is image_size,
// KeepAspectRatio crop_to_aspect_ratio, Classes class_names, and ClassMode
// label_mode: the zero value and Sparse are "int" (int32 indices, shape (n)),
// Binary gives float32 (n, 1), Categorical float32 (n, classes).
type Dataset struct {
	// ValidationSplit is the fraction that Flow.Subset Validation takes from
	// the end of the shuffled list.
	ValidationSplit float64
	// Labels are the class indices, from 0 without gaps, of all files in the
	// order of their paths; nil takes the folders for classes.
	Labels []int
	// NoLabels yields pictures alone and needs no class folders.
	NoLabels bool
	// PadToAspectRatio puts the whole picture on black; it excludes
	// Flow.KeepAspectRatio.
	PadToAspectRatio bool
	// ChannelsFirst yields (channels, height, width).
	ChannelsFirst bool
	// KerasCompat ignores the camera's orientation and takes hidden folders
	// inside the classes, as Keras does.
	KerasCompat bool
}

// FromDirectory returns the pictures below dir in batches. Resizing is
// TensorFlow's, without anti-aliasing.
func (d Dataset) FromDirectory(dir string, flow Flow) (*Pictures, error) {
	return d.FromDirectoryContext(context.Background(), dir, flow)
}

// FromDirectoryContext is FromDirectory under a context that stops the first
// reading of the pictures.
func (d Dataset) FromDirectoryContext(ctx context.Context, dir string, flow Flow) (*Pictures, error) {
	g := Generator{ValidationSplit: d.ValidationSplit, ChannelsFirst: d.ChannelsFirst}
	flow, err := flow.validate(g)
	if err != nil {
		return nil, err
	}
	if err := d.validate(flow); err != nil {
		return nil, err
	}
	l, classes, err := d.list(dir, flow)
	if err != nil {
		return nil, err
	}
	l = d.part(l, flow)
	if len(l.paths) == 0 {
		return nil, fmt.Errorf("images: no pictures for the subset %v in %s; expected files ending in .bmp, .gif, .jpeg, .jpg or .png", flow.Subset, dir)
	}
	if err := l.name(dir); err != nil {
		return nil, err
	}
	p, failures, err := openPictures(ctx, g, flow, d.preprocessing(g, flow), l)
	if err != nil {
		return nil, err
	}
	p.classes, p.mode = classes, NoTargets
	if !d.unlabelled(flow) {
		p.mode, p.labels = flow.ClassMode, kept(l.labels, failures)
		if err := p.setLabels(); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (d Dataset) validate(flow Flow) error {
	switch {
	case d.ValidationSplit != 0 && flow.Subset == Everything:
		return fmt.Errorf("images: ValidationSplit is %v but no Subset is chosen; set it to Training or Validation", d.ValidationSplit)
	case d.PadToAspectRatio && flow.KeepAspectRatio:
		return fmt.Errorf("images: PadToAspectRatio and KeepAspectRatio (crop) exclude each other; set one")
	case d.NoLabels && d.Labels != nil:
		return fmt.Errorf("images: NoLabels and Labels exclude each other; set one")
	case len(flow.Classes) > 0 && (d.NoLabels || d.Labels != nil):
		return fmt.Errorf("images: Classes name folders, but NoLabels or Labels take the folders for no classes; set one")
	case flow.Seed > math.MaxUint32:
		return fmt.Errorf("images: seed %d is beyond the 32 bits of NumPy's generator, which the split reproduces", flow.Seed)
	case flow.SeededSplit:
		return fmt.Errorf("images: SeededSplit draws from each class, image_dataset_from_directory from the whole list; leave it out, or use Generator.FlowFromDirectory")
	case flow.Preprocessing != nil:
		return fmt.Errorf("images: image_dataset_from_directory has a preprocessing of its own; to repeat a model's use Generator.FlowFromDirectory")
	case flow.SaveToDir != "":
		return fmt.Errorf("images: SaveToDir shows augmented pictures, which image_dataset_from_directory has none of; leave it out")
	case flow.ClassMode == Input || flow.ClassMode == MultiOutput || flow.ClassMode == Raw:
		return fmt.Errorf("images: image_dataset_from_directory knows no class mode %v, expected sparse (int), binary, categorical or none", flow.ClassMode)
	}
	return nil
}

func (d Dataset) unlabelled(flow Flow) bool { return d.NoLabels || flow.ClassMode == NoTargets }

// list finds the files and their classes, sorted.
func (d Dataset) list(dir string, flow Flow) (listing, []string, error) {
	r := rules{extensions: datasetExtensions, hiddenFiles: true, followLinks: flow.FollowLinks}
	below := r
	below.hiddenFolders = d.KerasCompat
	var l listing
	if d.NoLabels || flow.ClassMode == NoTargets || d.Labels != nil {
		l.paths, l.bad = picturesBelow(dir, below)
		classes, err := d.given(&l, flow)
		return l, classes, err
	}
	classes, err := chooseClasses(dir, flow.Classes, r, false)
	if err != nil {
		return l, nil, err
	}
	if flow.ClassMode == Binary && len(classes) != 2 {
		return l, nil, fmt.Errorf("images: class mode binary needs two classes, but %s has %d; use categorical or sparse", dir, len(classes))
	}
	for class, name := range classes {
		paths, bad := picturesBelow(filepath.Join(dir, name), below)
		l.bad = append(l.bad, bad...)
		for _, path := range paths {
			l.add(path, class)
		}
	}
	return l, classes, nil
}

// given sets the labels of the listed files to the given ones.
func (d Dataset) given(l *listing, flow Flow) ([]string, error) {
	if d.unlabelled(flow) {
		l.labels = make([]int, len(l.paths))
		return nil, nil
	}
	if len(d.Labels) != len(l.paths) {
		return nil, fmt.Errorf("images: %d labels given for %d files; expected one for each, in the order of their paths", len(d.Labels), len(l.paths))
	}
	l.labels = slices.Clone(d.Labels)
	distinct := slices.Compact(slices.Sorted(slices.Values(d.Labels)))
	classes := make([]string, len(distinct))
	for i, label := range distinct {
		if label != i {
			return nil, fmt.Errorf("images: the labels hold %d but not %d; expected indices from 0 without gaps", label, i)
		}
		classes[i] = strconv.Itoa(label)
	}
	if flow.ClassMode == Binary && len(classes) != 2 {
		return nil, fmt.Errorf("images: class mode binary needs two classes, but the labels hold %d", len(classes))
	}
	return classes, nil
}

// part shuffles the list as NumPy does and takes the subset: training at the
// front, validation at the end.
func (d Dataset) part(l listing, flow Flow) listing {
	if !flow.NoShuffle {
		mt19937.New(uint32(flow.Seed)).Shuffle(len(l.paths), func(i, j int) {
			l.paths[i], l.paths[j] = l.paths[j], l.paths[i]
			l.labels[i], l.labels[j] = l.labels[j], l.labels[i]
		})
	}
	from, to := 0, len(l.paths)
	held := int(d.ValidationSplit * float64(to))
	switch flow.Subset {
	case Training:
		to -= held
	case Validation:
		from = to - held
	}
	l.paths, l.labels = l.paths[from:to], l.labels[from:to]
	return l
}

func (d Dataset) preprocessing(g Generator, flow Flow) Preprocessing {
	p := flow.preprocessing(g)
	p.TensorFlowResize, p.KerasCompat = true, d.KerasCompat
	if d.PadToAspectRatio {
		p.Aspect = Pad
	}
	return p
}

// setLabels makes targets of the labels in image_dataset_from_directory's types.
func (p *Pictures) setLabels() (err error) {
	var indices column
	switch p.mode {
	case Categorical:
		p.targets, err = classTargets(Categorical, p.labels, len(p.classes))
		return err
	case Binary:
		indices, err = rowsOf(float32s(p.labels), 1)
	default:
		p.mode = Sparse
		narrow := make([]int32, len(p.labels))
		for i, label := range p.labels {
			narrow[i] = int32(label)
		}
		indices, err = rowsOf(narrow, 0)
	}
	p.targets = []column{indices}
	return err
}
