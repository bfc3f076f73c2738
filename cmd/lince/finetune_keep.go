package main

import (
	"context"
	"errors"
	"os"

	"github.com/lince-ml/lince"
)

// comparison is what fine-tuning came to on the validation pictures.
type comparison struct {
	Before float64 `json:"val_loss_before"`
	After  float64 `json:"val_loss_after"`
	// Kept is "after" where the loss fell, else "before".
	Kept string `json:"kept"`
}

// keepBetter compares the fine-tuned model with the one that it began from, and
// goes back to that one where its validation loss is not higher: on few pictures
// fine-tuning is as likely to lose something as to gain it.
func (t *training) keepBetter(ctx context.Context) (err error) {
	s := t.settings
	if s.Model == "" || s.KeepLast || t.data.validation == nil || s.resume && sameFile(s.Model, s.Out) {
		return nil
	}
	before, err := lince.LoadWith(s.Model, lince.LoadOptions{NoCompile: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, before.Close()) }()
	if err := t.compile(before); err != nil {
		return err
	}
	t.compared = &comparison{Kept: "after"}
	if t.compared.Before, err = t.validationLoss(ctx, before); err != nil {
		return err
	}
	if t.compared.After, err = t.validationLoss(ctx, t.model); err != nil {
		return err
	}
	was, is := t.compared.Before, t.compared.After
	if is < was {
		t.say("the validation loss fell from %.4f to %.4f", was, is)
		return nil
	}
	t.compared.Kept = "before"
	t.say("the validation loss did not fall, it was %.4f and is %.4f: the weights of %s are kept (--keep-last takes the new ones)", was, is, s.Model)
	weights, err := before.Snapshot()
	if err != nil {
		return err
	}
	return t.model.Restore(weights)
}

func (t *training) validationLoss(ctx context.Context, model *lince.Model) (float64, error) {
	logs, err := model.Evaluate(ctx, t.data.validation)
	loss, _ := logs.Get("loss")
	return loss, err
}

func sameFile(a, b string) bool {
	first, errFirst := os.Stat(a)
	second, errSecond := os.Stat(b)
	return errFirst == nil && errSecond == nil && os.SameFile(first, second)
}
