package main

import (
	"bytes"
	"context"
	"image/png"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/explain"
)

// explainPicture draws over a picture what in it speaks for a class (Grad-CAM).
func explainPicture(ctx context.Context, model *lince.Model, picture []byte, class int) ([]byte, error) {
	explainer, err := explain.New(ctx, model, explain.GradCAM{})
	if err != nil {
		return nil, err
	}
	defer explainer.Close() // of memory alone
	named := ""
	if class >= 0 {
		named = model.ClassName(class)
	}
	heat, err := explainer.Picture(ctx, picture, named)
	if err != nil {
		return nil, err
	}
	photo, err := explainer.Photo(picture)
	if err != nil {
		return nil, err
	}
	var drawn bytes.Buffer
	err = png.Encode(&drawn, explain.Overlay{}.Draw(photo, heat))
	return drawn.Bytes(), err
}
