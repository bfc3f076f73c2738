// Package callbacks watches and steers trainings, by Keras' names. A callback
// is a plain value of settings for lince.Fit's Callbacks; what it remembers of
// a training belongs to that training, and is part of its checkpoints.
package callbacks
