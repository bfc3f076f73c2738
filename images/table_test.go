package images_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince/images"
)

// drawTable writes a CSV file beside six pictures, 0.png to 5.png.
func drawTable(t testing.TB, text string) string {
	t.Helper()
	dir := t.TempDir()
	for i := range uint32(6) {
		drawFile(t, filepath.Join(dir, fmt.Sprintf("%d.png", i)), i)
	}
	path := filepath.Join(dir, "table.csv")
	write(t, path, []byte(text))
	return path
}

const animals = "\ufefffilename,class,weight,age,height\n" +
	"0.png,dog,1,3,40\n1.png,cat,0.5,4,20\n2.png,dog,1,5,50\ngone.png,cat,1,1,1\n3.png,cat,2,6,30\n4.png,bird,1,7,10\nnotes.txt,cat,1,1,1\n"

func TestFlowFromTable(t *testing.T) {
	for name, c := range map[string]struct {
		columns images.Columns
		flow    images.Flow
		mode    images.ClassMode
		targets string
	}{
		"by classes":   {images.Columns{}, images.Flow{}, images.Categorical, "[[0 0 1 0 1 0 0 0 1 0 1 0 1 0 0]]"},
		"sparse":       {images.Columns{}, images.Flow{ClassMode: images.Sparse}, images.Sparse, "[[2 1 2 1 0]]"},
		"two of them":  {images.Columns{}, images.Flow{Classes: []string{"dog", "cat"}}, images.Binary, "[[0 1 0 1]]"},
		"raw":          {images.Columns{Y: []string{"age"}}, images.Flow{ClassMode: images.Raw}, images.Raw, "[[3 4 5 6 7]]"},
		"raw columns":  {images.Columns{Y: []string{"age", "height"}}, images.Flow{ClassMode: images.Raw}, images.Raw, "[[3 40 4 20 5 50 6 30 7 10]]"},
		"outputs":      {images.Columns{Y: []string{"age", "height"}}, images.Flow{ClassMode: images.MultiOutput}, images.MultiOutput, "[[3 4 5 6 7] [40 20 50 30 10]]"},
		"none":         {images.Columns{}, images.Flow{ClassMode: images.NoTargets}, images.NoTargets, "[]"},
		"first part":   {images.Columns{}, images.Flow{ClassMode: images.Sparse, Subset: images.Validation}, images.Sparse, "[[2 1]]"},
		"second part":  {images.Columns{}, images.Flow{ClassMode: images.Sparse, Subset: images.Training}, images.Sparse, "[[2 1 0]]"},
		"other column": {images.Columns{Y: []string{"height"}}, images.Flow{ClassMode: images.Sparse}, images.Sparse, "[[3 1 4 2 0]]"},
	} {
		t.Run(name, func(t *testing.T) {
			c.flow.TargetSize, c.flow.NoShuffle = images.Square(8), true
			flow, err := images.Generator{ValidationSplit: 0.4}.FlowFromTable(drawTable(t, animals), c.columns, c.flow)
			if err != nil {
				t.Fatal(err)
			}
			if flow.ClassMode() != c.mode {
				t.Errorf("class mode %v, want %v", flow.ClassMode(), c.mode)
			}
			for batch, err := range flow.Batches(context.Background(), 0, 0) {
				if err != nil {
					t.Fatal(err)
				}
				targets := [][]float32{}
				for _, target := range batch.Targets {
					targets = append(targets, target.Float32s())
				}
				if got := fmt.Sprint(targets); got != c.targets {
					t.Errorf("targets %s, want %s", got, c.targets)
				}
			}
		})
	}
}

func TestTableNamesWhatItLeavesOut(t *testing.T) {
	flow, err := images.Generator{}.FlowFromTable(drawTable(t, animals), images.Columns{Weight: "weight"}, small)
	if err != nil {
		t.Fatal(err)
	}
	if skipped := flow.Skipped(); len(skipped) != 2 || flow.Samples() != 5 {
		t.Errorf("skipped %v of %v, want gone.png and notes.txt", skipped, flow)
	}
	for batch, err := range flow.Batches(context.Background(), 0, 0) {
		if err != nil {
			t.Fatal(err)
		}
		for row, i := range batch.Indices {
			want := float32(1)
			switch flow.Filenames()[i] {
			case "1.png":
				want = 0.5
			case "3.png":
				want = 2
			}
			if got := batch.SampleWeights[0].Float32s()[row]; got != want {
				t.Errorf("%s weighs %v, want %v", flow.Filenames()[i], got, want)
			}
		}
	}
}

func TestTableOfSeveralClasses(t *testing.T) {
	path := drawTable(t, "filename,class\n0.png,cat;dog\n1.png,dog\n2.png, bird ; cat\n")
	flow := small
	flow.NoShuffle = true
	p, err := images.Generator{}.FlowFromTable(path, images.Columns{Separator: ";"}, flow)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.ClassNames(); !slices.Equal(got, []string{"bird", "cat", "dog"}) {
		t.Errorf("classes %v", got)
	}
	for batch, err := range p.Batches(context.Background(), 0, 0) {
		if want := []float32{0, 1, 1, 0, 0, 1, 1, 1, 0}; err != nil || !slices.Equal(batch.Targets[0].Float32s(), want) {
			t.Errorf("targets %v, %v, want %v", batch.Targets[0].Float32s(), err, want)
		}
	}
}

func TestTableRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		text    string
		columns images.Columns
		mode    images.ClassMode
		says    string
	}{
		"no column":      {animals, images.Columns{X: "file"}, images.ByFolders, `no column "file"`},
		"binary of 3":    {animals, images.Columns{}, images.Binary, "categorical"},
		"words":          {animals, images.Columns{}, images.Raw, "line 2"},
		"two classes":    {animals, images.Columns{Y: []string{"age", "height"}}, images.Sparse, "raw"},
		"bad weight":     {animals, images.Columns{Weight: "class"}, images.ByFolders, "weight"},
		"empty":          {"", images.Columns{}, images.ByFolders, "header"},
		"header alone":   {"filename,class\n", images.Columns{}, images.ByFolders, "no pictures"},
		"missing class":  {"filename,class\n0.png,\n", images.Columns{}, images.ByFolders, "line 2"},
		"ragged":         {"filename,class\n0.png\n", images.Columns{}, images.ByFolders, "fields"},
		"several sparse": {"filename,class\n0.png,a;b\n", images.Columns{Separator: ";"}, images.Sparse, "categorical"},
	} {
		flow := small
		flow.ClassMode = c.mode
		if _, err := (images.Generator{}).FlowFromTable(drawTable(t, c.text), c.columns, flow); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v, want an error that says %q", name, err, c.says)
		}
	}
}
