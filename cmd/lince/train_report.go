package main

import (
	"fmt"

	"github.com/lince-ml/lince"
)

// trainResult is what train --json prints.
type trainResult struct {
	Model       string         `json:"model"`
	HistoryFile string         `json:"history_file"`
	Settings    string         `json:"settings_file"`
	Log         string         `json:"log_file"`
	Backup      string         `json:"backup,omitempty"` // of an interrupted run
	Interrupted bool           `json:"interrupted"`
	Stopped     string         `json:"stopped,omitempty"` // why a callback ended it
	Skipped     []skipped      `json:"skipped,omitempty"`
	Compared    *comparison    `json:"compared,omitempty"` // lince finetune's
	History     *lince.History `json:"history"`
}

// conclude tells what came out.
func (t *training) conclude(history *lince.History, stopped bool) error {
	s := t.settings
	if reason := t.run.StopReason(); reason != "" {
		t.say("ended early: %s", reason)
	}
	if stopped {
		t.say("stopped in epoch %d after %d batches; everything is saved, and the same command with --resume goes on", t.run.Epoch()+1, t.run.Batch())
	}
	if epoch, loss := history.Best("val_loss", true); epoch >= 0 {
		t.say("lowest validation loss %.4f in epoch %d", loss, epoch+1)
	}
	t.say("model    %s", s.Out)
	t.say("history  %s (lince plot draws it)", s.beside("history.json"))
	if !s.json {
		return nil
	}
	result := trainResult{
		Model: s.Out, HistoryFile: s.beside("history.json"), Settings: s.beside("settings.json"), Log: s.beside("log"),
		Interrupted: stopped, Stopped: t.run.StopReason(), Skipped: t.data.skipped(), Compared: t.compared, History: history,
	}
	if stopped {
		result.Backup = s.backup()
	}
	return printJSON(t.out, result)
}

// describe says what network learns how.
func (t *training) describe() {
	s, p := t.settings, t.data.train.Preprocessing()
	t.say("pictures: %s; augmentation: %s", describePreprocessing(p), s.Augment.describe())
	if generator, _, err := s.flow(); err == nil {
		for _, advice := range generator.Advice() {
			t.say("    %s", advice)
		}
	}
	output := "one sigmoid unit, binary crossentropy"
	if classes := t.data.train.Classes(); classes > 2 {
		output = fmt.Sprintf("%d softmax units, categorical crossentropy", classes)
	}
	t.say("network:  %s, %d weights, %s", s.network(), t.model.Parameters(), output)
	t.say("learning: %s, learning rate %g, batch %d, %d steps an epoch, epochs %d, seed %d, on %s",
		s.Optimizer, s.LearningRate, s.Batch, t.data.train.Spec().Batches(), s.Epochs, s.Seed, t.engine.Name())
	if s.ClassWeights == balanced {
		t.say("classes count alike however many pictures they have")
	}
	if s.Patience > 0 {
		t.say("ends early when the validation loss has not fallen for %d epochs, with the best weights", s.Patience)
	}
}
