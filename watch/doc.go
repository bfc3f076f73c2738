// Package watch shows trainings in a browser while they run, and afterwards.
//
// A Recorder is a callback that appends what happens to a file of JSON lines,
// pets.events.jsonl, and keeps a sheet of the pictures that the network sees in
// pets.samples.png. A Server reads these files, of one run or of several, and
// serves a page that grows with them. The two know nothing of each other but the
// files, so a server works as well in another process, for a training that is
// over, or for one that has yet to begin, and a page that is left open costs the
// training nothing.
//
// The way back is a file as well: pets.stop, which the page's button makes, ends
// the training after the batch at hand, as Ctrl-C does.
package watch
