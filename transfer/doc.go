// Package transfer trains new classifiers on networks that have learnt
// already. While the lower part of a model is frozen it makes the same of a
// picture every time, so its results are computed once and kept: an epoch then
// costs only the part that learns.
package transfer
