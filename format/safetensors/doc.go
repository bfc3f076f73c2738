// Package safetensors reads and writes the files in which Hugging Face's
// safetensors and PyTorch keep weights: a header in JSON that names each
// tensor with its type, shape and place, and behind it the elements,
// little-endian, without gaps.
//
// A file is checked as a whole when it is opened: the tensors' places must lie
// one behind the other, cover the file exactly, and hold what type and shape
// ask for. Elements are read when they are asked for, tensor by tensor, and no
// memory is taken for what is not in the file.
//
// The format is https://huggingface.co/docs/safetensors.
package safetensors
