package config

import (
	"regexp"
	"strings"
)

var (
	notWord   = regexp.MustCompile(`\W+`)
	wordStart = regexp.MustCompile(`(.)([A-Z][a-z]+)`)
	caseBreak = regexp.MustCompile(`([a-z])([A-Z])`)
)

// SnakeCase returns a class's name as Keras numbers layers by and names their
// groups in files: conv2d for Conv2D, max_pooling2d for MaxPooling2D, re_lu
// for ReLU. It is keras.src.utils.naming.to_snake_case.
func SnakeCase(class string) string {
	class = notWord.ReplaceAllString(class, "")
	class = wordStart.ReplaceAllString(class, "${1}_$2")
	return strings.ToLower(caseBreak.ReplaceAllString(class, "${1}_$2"))
}
