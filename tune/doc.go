// Package tune searches for the settings that train best: it declares a small
// space of them, draws trials from it, and gives the longer trainings to the
// trials that do best in short ones.
package tune
