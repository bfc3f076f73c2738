package images_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/images/picture"
)

var small = images.Flow{TargetSize: images.Square(8)}

// badFiles are contents that are no whole picture, by kind.
func badFiles(t testing.TB) map[string][]byte {
	t.Helper()
	var whole bytes.Buffer
	if err := png.Encode(&whole, image.NewNRGBA(image.Rect(0, 0, 40, 40))); err != nil {
		t.Fatal(err)
	}
	bomb := slices.Clone(whole.Bytes())
	binary.BigEndian.PutUint32(bomb[16:], 60000) // width
	binary.BigEndian.PutUint32(bomb[20:], 60000) // height
	binary.BigEndian.PutUint32(bomb[29:], crc32.ChecksumIEEE(bomb[12:29]))
	return map[string][]byte{
		"empty":     {},
		"truncated": whole.Bytes()[:whole.Len()*2/3],
		"format":    []byte("<html>404 not found</html>"),
		"too-large": bomb,
	}
}

func TestBadPicturesAreNamedAndLeftOut(t *testing.T) {
	dir := drawFolders(t, 5, "a", "b")
	bad := badFiles(t)
	for kind, content := range bad {
		write(t, filepath.Join(dir, "a", kind+".png"), content)
	}
	flow, err := images.Generator{}.FlowFromDirectory(dir, small)
	if err != nil {
		t.Fatal(err)
	}
	if flow.Samples() != 10 || len(flow.Filenames()) != 10 || len(flow.Labels()) != 10 {
		t.Errorf("%v, want ten", flow)
	}
	skipped := flow.Skipped()
	for kind := range bad {
		if !slices.ContainsFunc(skipped, func(b images.Bad) bool { return strings.Contains(b.File, kind) }) {
			t.Errorf("%s is not among those skipped: %v", kind, skipped)
		}
	}
	for _, b := range skipped {
		if strings.Contains(b.File, "truncated") && !errors.Is(b.Err, picture.ErrTruncated) {
			t.Errorf("the truncated file is said to be %v", b.Err)
		}
	}
	strict := small
	strict.Strict = true
	_, err = images.Generator{}.FlowFromDirectory(dir, strict)
	if err == nil || !strings.Contains(err.Error(), filepath.Join(dir, "a", "truncated.png")) {
		t.Errorf("strict: %v, want an error that names the file", err)
	}
}

// A tenth of a thousand pictures is corrupt: the others train on.
func TestManyCorruptPictures(t *testing.T) {
	dir := drawFolders(t, 1, "a", "b")
	good, err := os.ReadFile(filepath.Join(dir, "a", "000.png"))
	if err != nil {
		t.Fatal(err)
	}
	broken := bytes.Clone(good)
	for i := 40; i < len(broken); i += 7 {
		broken[i] ^= 0x5a
	}
	for i := range 998 {
		content := good
		if i%10 == 5 {
			content = broken
		}
		write(t, filepath.Join(dir, string('a'+rune(i%2)), fmt.Sprintf("more-%d.png", i)), content)
	}
	flow, err := images.Generator{}.FlowFromDirectory(dir, small)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(flow.Skipped()); n != 100 || flow.Samples() != 900 {
		t.Errorf("%v and %d skipped, want 900 and 100", flow, n)
	}
	total := 0
	for batch, err := range flow.Batches(context.Background(), 0, 0) {
		if err != nil {
			t.Fatal(err)
		}
		total += batch.Len()
	}
	if total != 900 {
		t.Errorf("%d pictures in an epoch, want 900", total)
	}
}

func TestClassModes(t *testing.T) {
	two, three := drawFolders(t, 2, "a", "b"), drawFolders(t, 2, "a", "b", "c")
	for _, c := range []struct {
		dir   string
		asked images.ClassMode
		got   images.ClassMode
		shape string
	}{
		{two, images.ByFolders, images.Binary, "[()]"},
		{three, images.ByFolders, images.Categorical, "[(3,)]"},
		{two, images.Categorical, images.Categorical, "[(2,)]"},
		{three, images.Sparse, images.Sparse, "[()]"},
		{three, images.Input, images.Input, "[(8, 8, 3)]"},
		{three, images.NoTargets, images.NoTargets, "[]"},
	} {
		flow := small
		flow.ClassMode = c.asked
		p, err := images.Generator{}.FlowFromDirectory(c.dir, flow)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(p.Spec().Targets); p.ClassMode() != c.got || got != c.shape {
			t.Errorf("%v gives %v and targets %s, want %v and %s", c.asked, p.ClassMode(), got, c.got, c.shape)
		}
	}
	flow := small
	flow.ClassMode = images.Binary
	if _, err := (images.Generator{}).FlowFromDirectory(three, flow); err == nil || !strings.Contains(err.Error(), "categorical") {
		t.Errorf("binary with three classes: %v, want an error that names categorical", err)
	}
}

func TestClassesAreChosenAndOrdered(t *testing.T) {
	dir := drawFolders(t, 2, "b", "a", "Z", ".cache", "__MACOSX")
	write(t, filepath.Join(dir, "a", "._001.png"), []byte("resource fork"))
	write(t, filepath.Join(dir, "a", "notes.txt"), []byte("text"))
	p, err := images.Generator{}.FlowFromDirectory(dir, small)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.ClassNames(); !slices.Equal(got, []string{"Z", "a", "b"}) || p.Samples() != 6 {
		t.Errorf("classes %v in %v, want Z a b and six pictures", got, p)
	}
	flow := small
	flow.Classes = []string{"b", "Z"}
	if p, err = (images.Generator{}).FlowFromDirectory(dir, flow); err != nil {
		t.Fatal(err)
	}
	if got := p.ClassIndices(); got["b"] != 0 || got["Z"] != 1 || len(got) != 2 {
		t.Errorf("indices %v, want b 0 and Z 1", got)
	}
	for _, classes := range [][]string{{"b", "dogs"}, {"b", "b"}, {"b", "../b"}} {
		flow.Classes = classes
		if _, err := (images.Generator{}).FlowFromDirectory(dir, flow); err == nil {
			t.Errorf("classes %v are no error", classes)
		}
	}
}

func TestFoldersWithoutClasses(t *testing.T) {
	loose, digits := t.TempDir(), t.TempDir()
	drawFile(t, filepath.Join(loose, "cat.png"), 1)
	write(t, filepath.Join(digits, "train-images-idx3-ubyte"), nil)
	for dir, says := range map[string]string{loose: "1 pictures must lie", digits: "FromIDX", t.TempDir(): "one per class"} {
		if _, err := (images.Generator{}).FlowFromDirectory(dir, small); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v, want an error that says %q", err, says)
		}
	}
}

func TestSplits(t *testing.T) {
	dir := drawFolders(t, 10, "a", "b")
	g := images.Generator{ValidationSplit: 0.3, RotationRange: 90}
	for _, seeded := range []bool{false, true} {
		flow := small
		flow.SeededSplit, flow.Seed, flow.NoShuffle = seeded, 7, true
		parts := map[images.Subset]*images.Pictures{}
		for _, subset := range []images.Subset{images.Training, images.Validation} {
			flow.Subset = subset
			p, err := g.FlowFromDirectory(dir, flow)
			if err != nil {
				t.Fatal(err)
			}
			parts[subset] = p
		}
		held, trained := parts[images.Validation].Filenames(), parts[images.Training].Filenames()
		if counts := parts[images.Validation].Spec().ClassCounts; !slices.Equal(counts, []int{3, 3}) {
			t.Errorf("seeded %v: validation has %v of the classes, want 3 and 3", seeded, counts)
		}
		if all := slices.Sorted(slices.Values(slices.Concat(held, trained))); len(slices.Compact(all)) != 20 {
			t.Errorf("seeded %v: the parts overlap or lack pictures: %v", seeded, all)
		}
		first := []string{"000.png", "001.png", "002.png"}
		byName := slices.EqualFunc(held[:3], first, func(a, b string) bool { return filepath.Base(a) == b })
		if byName == seeded {
			t.Errorf("seeded %v: validation holds %v", seeded, held)
		}
	}
}

// Validation pictures are the files' own: the same as without augmentation.
func TestAugmentationTouchesTrainingOnly(t *testing.T) {
	dir := drawFolders(t, 5, "a", "b")
	g := augmented
	g.ValidationSplit = 0.4
	flow := small
	flow.Subset = images.Validation
	for compat, same := range map[bool]bool{false: true, true: false} {
		g.KerasCompat = compat
		got, err := g.FlowFromDirectory(dir, flow)
		if err != nil {
			t.Fatal(err)
		}
		want, err := g.Plain().FlowFromDirectory(dir, flow)
		if err != nil {
			t.Fatal(err)
		}
		if slices.Equal(digests(t, got, 0, 0), digests(t, want, 0, 0)) != same {
			t.Errorf("KerasCompat %v: the validation subset is augmented: %v", compat, same)
		}
	}
}

func TestFlowRefuses(t *testing.T) {
	dir := drawFolders(t, 2, "a", "b")
	file := filepath.Join(dir, "a", "000.png")
	for name, c := range map[string]struct {
		dir  string
		g    images.Generator
		flow images.Flow
	}{
		"no folder":            {filepath.Join(dir, "none"), images.Generator{}, small},
		"no classes":           {filepath.Join(dir, "a"), images.Generator{}, small},
		"negative batch":       {dir, images.Generator{}, images.Flow{BatchSize: -1}},
		"subset without split": {dir, images.Generator{}, images.Flow{Subset: images.Training}},
		"raw":                  {dir, images.Generator{}, images.Flow{ClassMode: images.Raw}},
		"split of 1":           {dir, images.Generator{ValidationSplit: 1}, small},
		"negative rotation":    {dir, images.Generator{RotationRange: -3}, small},
		"zoom of 1":            {dir, images.Generator{ZoomRange: 1}, small},
		"two shifts":           {dir, images.Generator{WidthShiftRange: 0.1, WidthShiftPixels: 2}, small},
		"not fitted":           {dir, images.Generator{FeaturewiseCenter: true}, small},
		"scaled twice":         {dir, images.Generator{Preprocess: images.TF, Rescale: 0.1}, small},
		"gray caffe":           {dir, images.Generator{Preprocess: images.Caffe}, images.Flow{ColorMode: images.Grayscale}},
		"huge":                 {dir, images.Generator{}, images.Flow{TargetSize: images.Size{Height: 1 << 20, Width: 1}}},
		"TensorFlow's filter":  {dir, images.Generator{}, images.Flow{Interpolation: images.Gaussian}},
		"no folder to save":    {dir, images.Generator{}, images.Flow{SaveToDir: filepath.Join(dir, "none")}},
		"a file to save in":    {dir, images.Generator{}, images.Flow{SaveToDir: file}},
		"format to save":       {dir, images.Generator{}, images.Flow{SaveToDir: dir, SaveFormat: "webp"}},
		"seed of NumPy":        {dir, images.Generator{KerasCompat: true}, images.Flow{Seed: 1 << 40}},
	} {
		if _, err := c.g.FlowFromDirectory(c.dir, c.flow); err == nil || !strings.HasPrefix(err.Error(), "images: ") {
			t.Errorf("%s: got the error %v", name, err)
		}
	}
}
