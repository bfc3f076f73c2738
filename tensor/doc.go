// Package tensor holds what the rest of Lince passes around: shapes, element
// types and tensors in host memory. It computes nothing and imports nothing of
// the project; graphs describe computations and backends run them.
package tensor
