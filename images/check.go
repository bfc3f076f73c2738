package images

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// CheckOptions say what Check looks for beyond the defaults.
type CheckOptions struct {
	// Validation is a second folder of class folders, whose pictures must not
	// be among the first's; "" for none.
	Validation string
	// Generator is the one that will train; its settings are looked at too.
	Generator Generator
	// Classes are the class folders to look at; nil means all.
	Classes []string
	// FollowLinks descends into linked folders, as Flow.FollowLinks.
	FollowLinks bool
	// TargetSize is what the model sees: pictures far smaller are named.
	TargetSize Size
	// Strict takes every bad picture for an error, as Flow.Strict does.
	Strict bool
	// Workers read in parallel; 0 means GOMAXPROCS.
	Workers int
}

// Check reads every picture below dir, one class per folder, and reports what
// would stop a training or spoil it: bad pictures by name and kind, folders
// and files that are ignored, duplicates, classes without pictures or with far
// fewer than others, and settings that do nothing. The error says that dir
// itself cannot be read, or that ctx was cancelled.
func Check(ctx context.Context, dir string, o CheckOptions) (*Report, error) {
	report := &Report{Directory: dir, Validation: o.Validation, Classes: []ClassCount{}, Findings: []Finding{}}
	trained, err := o.inspect(ctx, dir, report)
	if err != nil {
		return nil, err
	}
	report.Classes = trained.count()
	o.judgeClasses(report, trained)
	var held inspection
	if o.Validation != "" {
		if held, err = o.inspect(ctx, o.Validation, report); err != nil {
			return nil, err
		}
		report.ValidationClasses = held.count()
		compareClasses(report, trained, held)
	}
	duplicates(report, trained, held)
	if err := o.Generator.Validate(); err != nil {
		report.add(Error, "parameter", nil, "%s", strings.TrimPrefix(err.Error(), "images: "))
	}
	for _, advice := range o.Generator.Advice() {
		report.add(Warning, "parameter", nil, "%s", advice)
	}
	slices.SortStableFunc(report.Findings, func(a, b Finding) int { return int(b.Severity) - int(a.Severity) })
	return report, nil
}

// inspection is what was found in one folder of class folders.
type inspection struct {
	dir     string
	classes []string
	files   []fact
}

// inspect lists dir, reports what is ignored there and reads the pictures.
func (o CheckOptions) inspect(ctx context.Context, dir string, report *Report) (inspection, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return inspection{}, fmt.Errorf("images: cannot list the class folders: %w", err)
	}
	seen := inspection{dir: dir}
	var hidden, stray []string
	for _, entry := range entries {
		path := filepath.Join(dir, entry.Name())
		switch folder := isFolder(path, entry); {
		case folder && (rules{}).takesFolder(entry.Name()):
			seen.classes = append(seen.classes, entry.Name())
		case folder:
			hidden = append(hidden, path)
		default:
			stray = append(stray, path)
		}
	}
	if len(hidden) > 0 {
		report.add(Warning, "hidden", hidden, "%d hidden folders are ignored", len(hidden))
	}
	if len(stray) > 0 {
		report.add(Warning, "stray", stray, "%d files lie outside the class folders and are ignored; a picture belongs in the folder of its class", len(stray))
	}
	o.choose(&seen, report)
	for class := range seen.classes {
		o.list(&seen, class, report)
	}
	err = parallel(ctx, len(seen.files), o.workers(), func() (func(int), error) {
		l, err := newLoader(Preprocessing{})
		return func(i int) { seen.files[i].read(l) }, err
	})
	if err != nil {
		return seen, fmt.Errorf("images: stopped while checking the pictures: %w", err)
	}
	o.judgeFiles(report, seen)
	return seen, nil
}

func (o CheckOptions) workers() int {
	if o.Workers > 0 {
		return o.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// choose leaves the classes that were asked for.
func (o CheckOptions) choose(seen *inspection, report *Report) {
	if len(o.Classes) == 0 {
		return
	}
	for _, class := range o.Classes {
		if !slices.Contains(seen.classes, class) {
			report.add(Error, "classes", nil, "class %q has no folder in %s; there are %s", class, seen.dir, strings.Join(seen.classes, ", "))
		}
	}
	seen.classes = slices.DeleteFunc(slices.Clone(o.Classes), func(class string) bool { return !slices.Contains(seen.classes, class) })
}

// list adds the pictures of one class and reports what is ignored in it.
func (o CheckOptions) list(seen *inspection, class int, report *Report) {
	top := filepath.Join(seen.dir, seen.classes[class])
	all, bad := picturesBelow(top, rules{extensions: []string{""}, hiddenFolders: true, hiddenFiles: true, followLinks: o.FollowLinks})
	for _, b := range bad {
		kind := "unreadable"
		if errors.Is(b.Err, errLoop) {
			kind = "loop"
		}
		report.add(Warning, kind, []string{b.File}, "the folder cannot be read and is left out: %v", cause(b.Err))
	}
	var ignored, hidden []string
	for _, path := range all {
		inside := strings.TrimPrefix(path, top)
		switch {
		case isHidden(inside):
			hidden = append(hidden, path)
		case hasExtension(path, extensions):
			seen.files = append(seen.files, fact{path: path, class: class})
		default:
			ignored = append(ignored, path)
		}
	}
	if len(hidden) > 0 {
		report.add(Warning, "hidden", hidden, "%d hidden files in class %q are ignored", len(hidden), seen.classes[class])
	}
	if len(ignored) > 0 {
		report.add(Warning, "ignored", ignored, "%d files in class %q have no extension of a picture and are ignored; pictures end in %s",
			len(ignored), seen.classes[class], strings.Join(extensions, ", "))
	}
}

// isHidden reports whether a part of the path is what FlowFromDirectory leaves out.
func isHidden(path string) bool {
	parts := strings.Split(path, string(filepath.Separator))
	return slices.ContainsFunc(parts, func(part string) bool { return !(rules{}).takesFolder(part) })
}

func (seen inspection) count() []ClassCount {
	counts := make([]ClassCount, len(seen.classes))
	for i, class := range seen.classes {
		counts[i].Name = class
	}
	for _, f := range seen.files {
		if f.err != nil {
			counts[f.class].Bad++
		} else {
			counts[f.class].Pictures++
		}
	}
	return counts
}
