package main

import (
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// printable writes text as a terminal may show it. All that the command prints
// goes through it, for names of files, classes and layers may hold anything: what
// would steer a terminal is escaped as in Go. Lines, tabs and a carriage return
// at either end of a write, which rewrites a line of progress, are the command's.
type printable struct{ to io.Writer }

func (p printable) Write(text []byte) (int, error) {
	if _, err := io.WriteString(p.to, escaped(string(text))); err != nil {
		return 0, err
	}
	return len(text), nil
}

// escaped returns text with escapes for what no terminal should be told.
func escaped(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		own := r == '\r' && (i == 0 || i == len(text)-1)
		switch {
		case r == utf8.RuneError && size == 1, !own && !shows(r):
			quoted := strconv.QuoteToGraphic(text[i : i+size])
			b.WriteString(quoted[1 : len(quoted)-1])
		default:
			b.WriteString(text[i : i+size])
		}
		i += size
	}
	return b.String()
}

// shows reports whether a character is for the eye. Those that join others, as
// emoji and some scripts need, are.
func shows(r rune) bool {
	const nonJoiner, joiner = '\u200c', '\u200d'
	return unicode.IsGraphic(r) || r == '\n' || r == '\t' || r == nonJoiner || r == joiner
}
