package images

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Severity says how much a finding matters.
type Severity uint8

const (
	Warning Severity = iota // a training runs, perhaps worse than it could
	Error                   // a training would stop, or learn nothing
)

var severities = []string{"warning", "error"}

// String returns "warning" or "error".
func (s Severity) String() string { return name(s, severities) }

// MarshalText writes the severity's name, for JSON.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a severity's name.
func (s *Severity) UnmarshalText(text []byte) (err error) {
	*s, err = parse[Severity]("severity", string(text), severities)
	return err
}

// Finding is one thing that Check noticed.
type Finding struct {
	Severity Severity `json:"severity"`
	// Kind is a word for programs: empty, truncated, corrupt, format,
	// too-large, irregular, unreadable, extension, duplicate, leak, hidden,
	// link, loop, stray, ignored, imbalance, tiny, classes or parameter.
	Kind string `json:"kind"`
	// Message says what is the matter and how to mend it.
	Message string `json:"message"`
	// Files are those it is about.
	Files []string `json:"files,omitempty"`
}

// ClassCount is what was found in one class folder.
type ClassCount struct {
	Name     string `json:"name"`
	Pictures int    `json:"pictures"` // good ones
	Bad      int    `json:"bad"`
}

// Report is what Check found.
type Report struct {
	Directory  string       `json:"directory"`
	Validation string       `json:"validation,omitempty"`
	Classes    []ClassCount `json:"classes"`
	// ValidationClasses are those of the second folder.
	ValidationClasses []ClassCount `json:"validation_classes,omitempty"`
	Findings          []Finding    `json:"findings"`
}

// Blocked reports whether something found would stop a training.
func (r *Report) Blocked() bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Severity == Error })
}

// Count returns the good and the bad pictures of the first folder.
func (r *Report) Count() (good, bad int) {
	for _, c := range r.Classes {
		good, bad = good+c.Pictures, bad+c.Bad
	}
	return good, bad
}

// JSON returns the report as indented JSON.
func (r *Report) JSON() ([]byte, error) { return json.MarshalIndent(r, "", "  ") }

func (r *Report) add(s Severity, kind string, files []string, format string, values ...any) {
	r.Findings = append(r.Findings, Finding{s, kind, fmt.Sprintf(format, values...), files})
}
