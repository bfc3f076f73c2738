package main

import (
	"bytes"
	"context"
	"image/png"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/explain"
	"github.com/lince-ml/lince/serve"
)

// overlays draws over pictures what in them speaks for a class (Grad-CAM).
type overlays struct {
	model     *lince.Model
	explainer *explain.Explainer
}

func openOverlays(ctx context.Context, model *lince.Model) (serve.Explainer, error) {
	explainer, err := explain.New(ctx, model, explain.GradCAM{})
	if err != nil {
		return nil, err
	}
	return overlays{model, explainer}, nil
}

func (o overlays) Explain(ctx context.Context, picture []byte, class int) ([]byte, error) {
	named := ""
	if class >= 0 {
		named = o.model.ClassName(class)
	}
	heat, err := o.explainer.Picture(ctx, picture, named)
	if err != nil {
		return nil, err
	}
	photo, err := o.explainer.Photo(picture)
	if err != nil {
		return nil, err
	}
	var drawn bytes.Buffer
	err = png.Encode(&drawn, explain.Overlay{}.Draw(photo, heat))
	return drawn.Bytes(), err
}

func (o overlays) Close() error { return o.explainer.Close() }
