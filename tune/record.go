package tune

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"reflect"
	"slices"

	"github.com/google/renameio/v2/maybe"
)

// record is what the file of a search holds.
type record struct {
	Search recordedSearch `json:"search"`
	Trials []Trial        `json:"trials"`
}

// recordedSearch are the settings that must be the same for a search to go on.
type recordedSearch struct {
	Space       Space      `json:"space"`
	First       []Settings `json:"first"`
	LeastEpochs int        `json:"least_epochs"`
	MostEpochs  int        `json:"most_epochs"`
	Reduction   int        `json:"reduction"`
	Seed        uint64     `json:"seed"`

	Of map[string]string `json:"of,omitempty"`
}

// recordLimit bounds what is read of a file.
const recordLimit = 64 << 20

func (s Search) recorded() recordedSearch {
	return recordedSearch{s.Space, s.First, s.LeastEpochs, s.MostEpochs, s.Reduction, s.Seed, s.Of}
}

// keep writes what is done, completely or not at all.
func (s Search) keep(trials []Trial) error {
	if s.File == "" {
		return nil
	}
	content, err := json.MarshalIndent(record{s.recorded(), trials}, "", "  ")
	if err != nil {
		return fmt.Errorf("tune: %w", err)
	}
	if err := maybe.WriteFile(s.File, append(content, '\n'), 0o644); err != nil {
		return fmt.Errorf("tune: %w", err)
	}
	return nil
}

// resume reads what was done before, nothing if there is no file.
func (s Search) resume() ([]Trial, error) {
	if s.File == "" {
		return nil, nil
	}
	info, err := os.Stat(s.File)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("tune: %w", err)
	}
	if info.Size() > recordLimit {
		return nil, fmt.Errorf("tune: %s holds %d bytes, too many for the record of a search", s.File, info.Size())
	}
	content, err := os.ReadFile(s.File)
	if err != nil {
		return nil, fmt.Errorf("tune: %w", err)
	}
	var kept record
	if err := json.Unmarshal(content, &kept); err != nil {
		return nil, fmt.Errorf("tune: %s is no record of a search: %w", s.File, err)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Of)) {
		if now, then := s.Of[name], kept.Search.Of[name]; now != then {
			return nil, fmt.Errorf("tune: %s belongs to another search: its %s is %q, now it is %q; give another file, or remove it to begin anew", s.File, name, then, now)
		}
	}
	if same, err := s.same(kept.Search); err != nil || !same {
		return nil, errors.Join(err, fmt.Errorf("tune: %s belongs to a search of other settings; give another file, or remove it to begin anew", s.File))
	}
	return kept.Trials, s.checkTrials(kept.Trials)
}

// same compares settings as JSON keeps them.
func (s Search) same(kept recordedSearch) (bool, error) {
	content, err := json.Marshal(s.recorded())
	if err != nil {
		return false, err
	}
	var own recordedSearch
	if err := json.Unmarshal(content, &own); err != nil {
		return false, err
	}
	return reflect.DeepEqual(own, kept), nil
}

func (s Search) checkTrials(trials []Trial) error {
	rungs := len(s.Rungs())
	for i, t := range trials {
		if t.Number != i || len(t.Scores) > rungs || !s.Space.contains(t.Settings) {
			return fmt.Errorf("tune: trial %d of %s is not one of this search; remove the file to begin anew", i, s.File)
		}
	}
	return nil
}
