// Package npz reads and writes NumPy's files: .npy, one array, and .npz, a ZIP
// of arrays by name.
//
// Arrays of booleans, integers, float16, float32 and float64 are read in
// either byte order and in C or Fortran order; members of an .npz may be
// stored or deflated. Arrays of texts in an .npz are read as strings. Pickled
// objects and records are refused, so nothing in a file is ever executed.
// Sizes are compared with the bytes that are there before memory is taken.
//
// The format is NEP 1 and numpy.lib.format.
package npz
