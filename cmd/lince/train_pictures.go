package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
)

// picturesDigest tells by its pictures' names, classes and bytes whether a run
// that is gone on with, or repeated, learns from the same ones; empty for idx
// files.
type picturesDigest struct {
	Training   string `json:"pictures_digest,omitempty"`
	Validation string `json:"validation_digest,omitempty"`
}

// digest reads all pictures of a run.
func (d *trainData) digest(ctx context.Context) (p picturesDigest, err error) {
	if p.Training, err = d.train.Digest(ctx); err != nil || d.validation == nil {
		return p, err
	}
	p.Validation, err = d.validation.Digest(ctx)
	return p, err
}

// changed names what differs from the pictures of an earlier run, "" where
// nothing does or nothing is known of them.
func (p picturesDigest) changed(earlier picturesDigest) string {
	differ := func(now, then string) bool { return then != "" && now != then }
	switch training, validation := differ(p.Training, earlier.Training), differ(p.Validation, earlier.Validation); {
	case training && validation:
		return "training and validation pictures"
	case training:
		return "training pictures"
	case validation:
		return "validation pictures"
	}
	return ""
}

// identify notes what the run learns from. A run that is gone on with has to
// learn from the same pictures; one that is repeated is told where it does not.
func (t *training) identify(ctx context.Context) (err error) {
	s := t.settings
	if s.picturesDigest, err = t.data.digest(ctx); err != nil {
		return err
	}
	if _, err := os.Stat(s.backup()); err == nil && s.resume {
		if what := s.changed(s.digestOf(s.beside("settings.json"))); what != "" {
			return fmt.Errorf("the %s are not those that the training began with: put them back, or give the run up by --anew", what)
		}
		return nil
	}
	if s.from == "" {
		return nil
	}
	if what := s.changed(s.digestOf(s.from)); what != "" {
		t.say("the %s are not those of %s", what, s.from)
	}
	return nil
}

// digestOf is what a file of settings says; nothing where there is none that can
// be read, or where the pictures were divided otherwise: a backup refuses that by
// its own reason, and who repeats a run has asked for it.
func (s *trainSettings) digestOf(path string) picturesDigest {
	var earlier struct {
		picturesDigest
		Seed  uint64  `json:"seed"`
		Split float64 `json:"validation_split"`
	}
	content, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(content, &earlier) != nil || earlier.Seed != s.Seed || earlier.Split != s.ValidationSplit {
		return picturesDigest{}
	}
	return earlier.picturesDigest
}
