package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/internal/shapes"
)

// killed is what a training that was killed and resumed came to.
type killed struct {
	// After is how many seconds it ran before.
	After float64
	// Backup tells whether it left a backup; otherwise it began anew.
	Backup bool
	// Weights and History tell whether those are as without the kill.
	Weights, History bool
}

// measureResume kills trainings at random moments and lets them go on.
func measureResume(ctx context.Context, s *session) (*result, error) {
	if err := s.buildLince(ctx, s.path("lince")); err != nil {
		return nil, err
	}
	if err := shapes.WriteFolder(s.path("shapes"), 30, 40, 1, 0); err != nil {
		return nil, err
	}
	begun := time.Now()
	if err := s.trainShapes(ctx, "whole", 0); err != nil {
		return nil, err
	}
	whole := time.Since(begun)
	truth, err := s.endOf("whole")
	if err != nil {
		return nil, err
	}
	kills, backups, weights, histories := s.fewer(s.kills, 4), 0, 0, 0
	for i := range kills {
		name := fmt.Sprintf("kill %d", i+1)
		one, err := part(ctx, s, name, s.state, func() (killed, error) { return s.killOnce(ctx, i, whole, truth) })
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if one.Backup {
			backups++
		}
		if !one.Weights {
			weights++
		}
		if !one.History {
			histories++
		}
	}
	r := &result{}
	r.equals("trainings killed whose weights differ in the end", float64(weights), 0, "")
	r.equals("trainings killed whose history differs in the end", float64(histories), 0, "")
	r.tell("trainings killed", float64(kills), "")
	r.tell("of these with a backup to go on from", float64(backups), "")
	r.note("Each training (example CNN, augmentation, a backup after every batch) is killed once, at a moment drawn evenly from its whole duration of about %.1f s.", whole.Seconds())
	return r, nil
}

// killOnce kills a training at a random moment, resumes it and compares.
func (s *session) killOnce(ctx context.Context, number int, whole time.Duration, truth ending) (killed, error) {
	draw := rand.New(rand.NewPCG(1, uint64(number)))
	out := fmt.Sprintf("kill%d", number)
	defer s.removeRun(out)
	for {
		after := time.Duration(draw.Float64() * float64(whole))
		err := s.trainShapes(ctx, out, after)
		if err == nil { // it was over before
			s.removeRun(out)
			continue
		}
		if !errors.Is(err, errKilled) {
			return killed{}, err
		}
		backups, err := filepath.Glob(s.path(out + ".backup*"))
		if err != nil {
			return killed{}, err
		}
		if err := s.trainShapes(ctx, out, 0); err != nil {
			return killed{}, fmt.Errorf("resumed after %v: %w", after, err)
		}
		end, err := s.endOf(out)
		return killed{
			After: after.Seconds(), Backup: len(backups) > 0,
			Weights: end.weights == truth.weights, History: end.history == truth.history,
		}, err
	}
}

// errKilled says that a training did not come to its end.
var errKilled = errors.New("killed")

// trainShapes runs lince train, and kills it after a while unless that is 0.
func (s *session) trainShapes(ctx context.Context, out string, after time.Duration) error {
	limited := ctx
	if after > 0 {
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeout(ctx, after)
		defer cancel()
	}
	command := exec.CommandContext(limited, s.path("lince"), "train", s.path("shapes"), "--out", s.path(out+".keras"), "--resume",
		"--epochs", "3", "--batch", "8", "--image-size", "40", "--seed", "7", "--augment", "default", "--backup-every", "1", "--cache-limit", "0")
	output, err := command.CombinedOutput()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil && limited.Err() != nil:
		return errKilled
	case err != nil:
		return fmt.Errorf("lince train: %w: %s", err, lastLines(string(output), 3))
	}
	return nil
}

// removeRun removes all that a run left.
func (s *session) removeRun(out string) {
	matches, err := filepath.Glob(s.path(out + ".*"))
	if err != nil {
		return
	}
	for _, match := range matches {
		os.RemoveAll(match)
	}
}

// ending is what a training came to: a digest of the weights, and the history
// as its file has it.
type ending struct{ weights, history string }

func (s *session) endOf(out string) (ending, error) {
	model, err := lince.Load(s.path(out + ".keras"))
	if err != nil {
		return ending{}, err
	}
	defer model.Close()
	bits, err := digest(model)
	if err != nil {
		return ending{}, err
	}
	history, err := os.ReadFile(s.path(out + ".history.json"))
	return ending{bits, string(history)}, err
}
