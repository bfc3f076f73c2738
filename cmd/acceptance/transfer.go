package main

// transferRows are those of pretrained networks: files of weights, and what is
// trained on top of them.
func transferRows() []row {
	return []row{
		{name: "corruption", what: "Every model file truncated at 200 places and with 10,000 bits flipped, one at a time",
			bar:   "an error that names the file, or a load; never a panic, never more memory than 2× the file + 64 MiB, never 20 s",
			needs: needsData, measure: measureCorruption},
	}
}
