package lince_test

import (
	"context"
	"fmt"
	"log"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/report"
)

// A page on how good a saved model is.
func ExampleLoad_report() {
	model, err := lince.Load("pets.keras")
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	pictures, err := report.Open(ctx, model, "photos/test", images.Flow{})
	if err != nil {
		log.Fatal(err)
	}
	evaluation, err := report.Evaluate(ctx, model, pictures)
	if err != nil {
		log.Fatal(err)
	}
	page := report.Report{Model: model, Evaluation: evaluation, File: "pets.keras", Folder: "photos/test"}
	outcome, err := page.Write(ctx, "report")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(outcome.Says, outcome.Files[0])
}
