// Package keras reads and writes the files that Keras saves models in: the
// .keras archive, .weights.h5, and the .h5 of Keras 2 and before, with the
// model's configuration or without. It knows configurations as JSON and
// weights as named tensors; what a layer is, it leaves to others.
//
// Nothing in a file is executed and no other file is opened. Members of an
// archive are named by relative paths without "..", no name comes twice, and
// what unpacks to far more than the file holds is refused.
//
// The layouts are those of Keras' keras.src.saving.saving_lib (archives and
// .weights.h5) and keras.src.legacy.saving.legacy_h5_format (.h5).
package keras
