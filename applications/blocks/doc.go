// Package blocks holds the parts that known networks are made of, as
// functions of symbolic values, to build networks of one's own from. The
// layers of a block are named after the block where it is given a name, and
// numbered by the model where it is not.
package blocks
