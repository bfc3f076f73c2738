// Package lince recognises pictures: it builds convolutional networks layer by
// layer, trains them on folders of pictures, saves them in Keras' format and
// puts them to work, with the meaning, the names and the numbers of Keras and
// nothing but Go.
//
// A [Model] is made by [Sequential] or [NewModel], told how to learn by
// Compile, trained by Fit, and used by Evaluate, Predict and Classify.
package lince
