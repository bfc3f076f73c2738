package images

import (
	"crypto/sha256"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lince-ml/lince/images/picture"
)

// fact is what is known of one file.
type fact struct {
	path          string
	class         int
	format        string // by its content
	height, width int
	hash          [sha256.Size]byte
	err           error
}

// read decodes the whole file, for much damage shows only then.
func (f *fact) read(l *loader) {
	content, err := l.read(f.path)
	if err != nil {
		f.err = err
		return
	}
	f.hash = sha256.Sum256(content)
	info, err := picture.DecodeConfig(content)
	if err != nil {
		f.err = err
		return
	}
	f.format, f.height, f.width = info.Format, info.Height, info.Width
	_, f.err = l.decoder.Decode(content, l.options)
}

// kindOf returns a word for what is wrong with a file.
func kindOf(err error) string {
	for _, k := range []struct {
		err  error
		kind string
	}{
		{picture.ErrEmpty, "empty"}, {picture.ErrTruncated, "truncated"}, {picture.ErrTooLarge, "too-large"},
		{picture.ErrFormat, "format"}, {picture.ErrCorrupt, "corrupt"}, {errIrregular, "irregular"}, {fs.ErrNotExist, "link"},
	} {
		if errors.Is(err, k.err) {
			return k.kind
		}
	}
	return "unreadable"
}

// endings are the extensions of each format.
func endings(format string) []string {
	switch format {
	case "jpeg":
		return []string{".jpg", ".jpeg"}
	case "tiff":
		return []string{".tif", ".tiff"}
	case "pnm":
		return []string{".ppm"}
	}
	return []string{"." + format}
}

// judgeFiles reports bad, wrongly named and tiny pictures.
func (o CheckOptions) judgeFiles(report *Report, seen inspection) {
	severity := Warning
	if o.Strict {
		severity = Error
	}
	least := max(16, min(o.TargetSize.Height, o.TargetSize.Width)/4)
	var misnamed, tiny []string
	for _, f := range seen.files {
		if f.err != nil {
			report.add(severity, kindOf(f.err), []string{f.path}, "%v; the file is left out, replace or remove it", cause(f.err))
			continue
		}
		if !slices.Contains(endings(f.format), strings.ToLower(filepath.Ext(f.path))) {
			misnamed = append(misnamed, f.path)
		}
		if min(f.height, f.width) < least {
			tiny = append(tiny, f.path)
		}
	}
	if len(misnamed) > 0 {
		report.add(Warning, "extension", misnamed, "%d pictures are of another format than their names say; they are read by their content", len(misnamed))
	}
	if len(tiny) > 0 {
		report.add(Warning, "tiny", tiny, "%d pictures have fewer than %d pixels in height or width and will be blurred", len(tiny), least)
	}
}

// unequal is how many times larger than the smallest class the largest may be.
const unequal = 3

// judgeClasses reports missing, empty and unequal classes.
func (o CheckOptions) judgeClasses(report *Report, seen inspection) {
	counts := seen.count()
	var empty []string
	filled := slices.DeleteFunc(slices.Clone(counts), func(c ClassCount) bool { return c.Pictures == 0 })
	for _, c := range counts {
		if c.Pictures == 0 {
			empty = append(empty, filepath.Join(seen.dir, c.Name))
		}
	}
	switch {
	case len(counts) == 0:
		report.add(Error, "classes", nil, "%s has no class folders; expected one folder per class with its pictures inside, such as %s", seen.dir, filepath.Join(seen.dir, "cats"))
		return
	case len(filled) < 2:
		report.add(Error, "classes", nil, "%d of the folders in %s have pictures; a model needs at least two classes to tell apart", len(filled), seen.dir)
	}
	if len(empty) > 0 && len(filled) > 0 {
		report.add(Warning, "classes", empty, "%d class folders have no good picture, so the model never learns these classes; add pictures or remove the folders", len(empty))
	}
	if len(filled) < 2 {
		return
	}
	bySize := func(a, b ClassCount) int { return a.Pictures - b.Pictures }
	small, large := slices.MinFunc(filled, bySize), slices.MaxFunc(filled, bySize)
	if large.Pictures >= unequal*small.Pictures {
		report.add(Warning, "imbalance", nil, "class %q has %d pictures and class %q only %d; balanced class weights keep the model from favouring the larger",
			large.Name, large.Pictures, small.Name, small.Pictures)
	}
}

// compareClasses reports class folders that only one of two folders has: their
// indices would not agree.
func compareClasses(report *Report, trained, held inspection) {
	if slices.Equal(trained.classes, held.classes) {
		return
	}
	report.add(Error, "classes", nil, "%s has the classes %s, but %s has %s; both need the same folders",
		trained.dir, strings.Join(trained.classes, ", "), held.dir, strings.Join(held.classes, ", "))
}

// duplicates reports files of equal content, in classes and across them, and
// across training and validation.
func duplicates(report *Report, trained, held inspection) {
	type copies struct {
		paths   []string
		classes []string
		held    bool
		trained bool
	}
	groups := map[[sha256.Size]byte]*copies{}
	var order []*copies
	for k, part := range []inspection{trained, held} {
		for _, f := range part.files {
			if f.err != nil {
				continue
			}
			group := groups[f.hash]
			if group == nil {
				group = new(copies)
				groups[f.hash], order = group, append(order, group)
			}
			group.paths = append(group.paths, f.path)
			group.classes = append(group.classes, part.classes[f.class])
			if k == 0 {
				group.trained = true
			} else {
				group.held = true
			}
		}
	}
	for _, group := range order {
		classes := slices.Compact(slices.Sorted(slices.Values(group.classes)))
		switch {
		case len(group.paths) < 2:
		case len(classes) > 1:
			report.add(Warning, "duplicate", group.paths, "the same picture is in the classes %s; only one can be right", strings.Join(classes, ", "))
		case group.trained && group.held:
			report.add(Warning, "leak", group.paths, "the same picture is in training and validation, which makes validation look too good")
		default:
			report.add(Warning, "duplicate", group.paths, "the same picture is there %d times", len(group.paths))
		}
	}
}
