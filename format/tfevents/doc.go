// Package tfevents writes and reads TensorBoard's event files.
//
// An event file is a sequence of TFRecords, each a length, its checksum, an
// Event message of protocol buffers and that one's checksum (CRC-32C, rotated
// and offset: "masked"). Summaries are written as TensorFlow 2 and Keras'
// TensorBoard callback write them: tensors tagged with the plugin that shows
// them (scalars, histograms, images, graph_keras_model).
//
// TensorBoard shows every folder below its log directory as a run of its own
// and merges the event files within one folder, so a resumed training just
// creates another file.
package tfevents
