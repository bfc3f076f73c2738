package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/callbacks"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/optimizers"
)

// set is photos to train on and others to judge by.
type set struct {
	name, train, test string
	classes           int
}

// curve is the test accuracy after every epoch of a training, from 0 to 1.
type curve struct {
	Accuracies []float64 `json:"accuracies"`
}

// last returns the mean of the last epochs, in percent.
func (c curve) last(epochs int) float64 {
	mean, _ := meanAndDeviation(c.Accuracies[max(0, len(c.Accuracies)-epochs):])
	return 100 * mean
}

// measureFolders trains by the recipe of the courses, Lince and Keras side by
// side: on both sets, with three seeds.
func measureFolders(ctx context.Context, s *session) (*result, error) {
	if s.python == "" {
		return nil, missing{needsKeras}
	}
	sets, err := s.sets()
	if err != nil {
		return nil, err
	}
	curves := map[string][]curve{}
	for _, who := range []string{"keras", "lince"} { // Keras' half outlives a change of the engine
		for _, set := range sets {
			for seed := uint64(1); seed <= uint64(s.fewer(3, 2)); seed++ {
				one, err := s.trainSet(ctx, set, who, seed)
				if err != nil {
					return nil, fmt.Errorf("%s, %s, seed %d: %w", set.name, who, seed, err)
				}
				curves[set.name+who] = append(curves[set.name+who], one)
			}
		}
	}
	r := &result{}
	for _, set := range sets {
		r.compareCurves(set.name, curves[set.name+"lince"], curves[set.name+"keras"])
	}
	r.note("The bar is on the mean of the last five epochs, where a single epoch's accuracy jumps about: by how many standard errors of the difference (Welch) Lince's mean over the seeds lies below Keras'. The last epoch's figures are told beside.")
	r.note("Example CNN, RMSprop 1e-4, batches of 20, 150×150 bilinear, rescale 1/255, rotation 40, shifts 0.2, shear 0.2, zoom 0.2, horizontal flip, fill mode nearest. Of the flowers every fifth photo of each class, by name, is for the test.")
	return r, nil
}

// compareCurves adds the figures of one set.
func (r *result) compareCurves(name string, ours, keras []curve) {
	for _, at := range []struct {
		what   string
		epochs int
		judged bool
	}{{"mean of the last 5 epochs", 5, true}, {"last epoch", 1, false}} {
		var values [2][]float64
		for i, curves := range [][]curve{ours, keras} {
			for _, c := range curves {
				values[i] = append(values[i], c.last(at.epochs))
			}
			mean, deviation := meanAndDeviation(values[i])
			who := []string{"Lince", "Keras"}[i]
			r.tell(fmt.Sprintf("%s, %s: %s, test accuracy", name, at.what, who), mean, "%")
			r.tell(fmt.Sprintf("%s, %s: %s, standard deviation of %d seeds", name, at.what, who, len(curves)), deviation, "%")
		}
		below := errorsBelow(values[0], values[1])
		what := fmt.Sprintf("%s, %s: Lince below Keras", name, at.what)
		if at.judged {
			r.atMost(what, below, 2, "standard errors")
		} else {
			r.tell(what, below, "standard errors")
		}
	}
}

// trainSet returns one training, measured now or before.
func (s *session) trainSet(ctx context.Context, set set, who string, seed uint64) (curve, error) {
	epochs := s.fewer(30, 2)
	name := fmt.Sprintf("%s/%s-%d", set.name, who, seed)
	if who == "lince" {
		return part(ctx, s, name, s.state, func() (curve, error) { return trainLince(ctx, set, epochs, seed, s.out) })
	}
	recipe := map[string]any{"set": set.name, "classes": set.classes, "epochs": epochs, "seed": seed}
	state, err := kerasState(recipe)
	if err != nil {
		return curve{}, err
	}
	recipe["train"], recipe["test"] = set.train, set.test
	return part(ctx, s, name, state, func() (c curve, err error) {
		err = s.keras(ctx, "train", recipe, &c)
		return c, err
	})
}

// trainLince is what lince train --augment default does.
func trainLince(ctx context.Context, set set, epochs int, seed uint64, out io.Writer) (curve, error) {
	generator := images.Generator{
		Rescale: 1.0 / 255, RotationRange: 40, WidthShiftRange: 0.2, HeightShiftRange: 0.2,
		ShearRange: 0.2, ZoomRange: 0.2, HorizontalFlip: true, FillMode: images.Nearest,
	}
	flow := images.Flow{TargetSize: images.Size{Height: exampleSize, Width: exampleSize}, BatchSize: 20, Seed: seed}
	train, err := generator.FlowFromDirectoryContext(ctx, set.train, flow)
	if err != nil {
		return curve{}, err
	}
	flow.NoShuffle = true
	test, err := generator.Plain().FlowFromDirectoryContext(ctx, set.test, flow)
	if err != nil {
		return curve{}, err
	}
	model, err := exampleCNN(set.classes, optimizers.RMSprop{LearningRate: 1e-4}, seed, nil)
	if err != nil {
		return curve{}, err
	}
	defer model.Close()
	history, err := model.Fit(ctx, train, lince.Fit{
		Epochs: epochs, Validation: test, Callbacks: []lince.Callback{callbacks.Progress{Writer: out}},
	})
	if err != nil {
		return curve{}, err
	}
	return curve{history.Values["val_accuracy"]}, nil
}

// sets returns the photos; flowers are divided into folders of the session.
// A rehearsal takes a few of each class.
func (s *session) sets() ([]set, error) {
	pets, err := s.dataPath("cats-dogs")
	if err != nil {
		return nil, err
	}
	flowers, err := s.dataPath("flowers")
	if err != nil {
		return nil, err
	}
	both := []set{
		{"cats-dogs", filepath.Join(pets, "train"), filepath.Join(pets, "test"), 2},
		{"flowers", s.path("flowers/train"), s.path("flowers/test"), 5},
	}
	if s.quick {
		both[0].train, both[0].test = s.path("pets/train"), s.path("pets/test")
		if err := divide(filepath.Join(pets, "train"), both[0], 50); err != nil {
			return nil, err
		}
		return both, divide(flowers, both[1], 50)
	}
	return both, divide(flowers, both[1], 0)
}

// divide copies the photos of class folders into a set: every fifth of a
// class, by name, for the test. limit takes only the first of each class.
func divide(from string, into set, limit int) error {
	classes, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, class := range classes {
		photos, err := os.ReadDir(filepath.Join(from, class.Name())) // sorted
		if err != nil {
			return err
		}
		if limit > 0 {
			photos = photos[:min(limit, len(photos))]
		}
		for i, photo := range photos {
			folder := into.train
			if i%5 == 4 {
				folder = into.test
			}
			name := filepath.Join(class.Name(), photo.Name())
			if err := copyFile(filepath.Join(from, name), filepath.Join(folder, name)); err != nil {
				return err
			}
		}
	}
	return nil
}

func copyFile(from, to string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o644)
}
