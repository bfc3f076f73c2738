package main

// transferRows are those of pretrained networks: files of weights, and what is
// trained on top of them.
func transferRows() []row {
	return []row{
		{name: "applications", what: "Every application at its default size, with random weights made and saved by Keras",
			bar:   "loads from .h5 by order and from .keras; logits and last spatial layer within 1e-4 of their largest value; layers' names, their order and the numbers of weights equal",
			needs: needsKeras, sources: []string{"applications.py", "pairs.go"}, measure: measureApplications},
		{name: "rounded", what: "SqueezeNet 1.0 with its real weights in bfloat16, on ten prepared pictures and 250 photos",
			bar:   "probabilities within 0.05 of Keras' in float32; the likeliest class is float32's for at least 98 %",
			needs: needsData, measure: measureRounded},
		{name: "squeezenet", what: "SqueezeNet 1.0 with its real weights, from .h5, .weights.h5 and .safetensors, on ten prepared pictures and 250 photos",
			bar:   "probabilities within 1e-4 of Keras'; the likeliest class as in Keras for at least 99 % of the photos, decoded and resized here",
			needs: needsData, measure: measureSqueezeNet},
		{name: "corruption", what: "Every model file truncated at 200 places and with 10,000 bits flipped, one at a time",
			bar:   "an error that names the file, or a load; never a panic, never more memory than 2× the file + 64 MiB, never 20 s",
			needs: needsData, sources: []string{"corruption_load.go", "pairs.go"}, measure: measureCorruption},
	}
}
