// Package hdf5 reads and writes the part of HDF5 that Keras and h5py use for
// models: groups, attributes, and datasets of numbers, booleans and strings.
//
// Reading understands superblocks 0, 2 and 3; groups as symbol tables, as link
// messages and as fractal heaps; attributes in the object header and in
// fractal heaps; contiguous, compact and chunked data (version 1 B-trees and
// single chunks) with the deflate, shuffle and fletcher32 filters. It follows
// hard links only: soft and external links, external storage and virtual
// datasets are refused, so a file can never name another one.
//
// A file is never trusted. Every size is compared with the bytes that are
// there before memory is taken, and walking the file's structures may read no
// more bytes than the file has, which ends cycles and structures that share
// their insides. Damage is an error that says what is wrong and at which byte.
//
// Writing gives the layout that h5py gives by default (superblock 0, symbol
// tables, contiguous data), the same bytes for the same calls.
//
// The format is described in The HDF Group's HDF5 File Format Specification,
// version 3.0.
package hdf5
