// Package graph describes computations: typed values made by a small closed
// set of operations, their gradients, and the programs that backends compile.
//
// A [Graph] collects [Node]s. Layers, losses and optimisers compose them by
// the methods of Node (x.Mul(y), x.ReduceSum(0)) and the constructors beside
// each [Operation]. Everything about an operation stands in one place: its
// attributes are the fields of its type, and its methods are the shape rule
// (Infer), the gradient and a reference computation in plain float64 loops.
//
// The extent [Batch] stands for the number of samples, which is known only
// when a program runs.
//
// Errors stick to the graph: an operation with unfit operands yields an
// invalid node, later operations on it do nothing, and [Graph.Err] tells the
// first cause with the scope in which it happened. So formulas read as
// formulas, and are checked once.
package graph
