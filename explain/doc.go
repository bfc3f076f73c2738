// Package explain shows what a model looks at and what it has learnt.
//
// Heat maps say which places of a picture speak for a class: [GradCAM] by the
// gradients at an inner layer, [Saliency] by those at the pixels, [Occlusion] by
// covering one patch after the other. An [Explainer] computes them for files or
// for pictures in memory, and an [Overlay] lays them over the photo:
//
//	e, err := explain.New(ctx, model, explain.GradCAM{})
//	heat, err := e.Picture(ctx, content, "")
//	photo, err := e.Photo(content)
//	shown := explain.Overlay{}.Draw(photo, heat)
//
// [Features] are what a layer makes of a picture, [Filters] the kernels of the
// first convolution, and [Maximize] finds the picture that a unit answers to
// most.
//
// # What is differentiated
//
// Gradients are those of a class's score before the last softmax or sigmoid
// (Selvaraju et al., 2017, and Keras' example, which takes the activation off):
// behind it they vanish where the model is sure. Where a model ends in neither,
// its outputs are the scores. A model with a single unit has the score of that
// unit for class 1 and its negative for class 0.
package explain
