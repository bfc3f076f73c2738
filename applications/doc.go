// Package applications holds known networks: their layers, named, ordered and
// weighted as in keras.applications, and what is known of them, such as the
// size of their pictures and where their ImageNet weights are.
//
//	base, err := applications.InceptionV3.Model(ctx, applications.Options{
//		InputShape: []int{150, 150, 3}, NoTop: true, Weights: "inception_v3_notop.h5",
//	})
//
// The blocks they are made of are in package blocks. [ExampleCNN] and [LeNet5],
// which begin untrained, are lists of layers for lince.Sequential.
package applications
