package callbacks

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// template is a file name with {fields}, filled as Python's str.format does.
type template struct {
	text   string
	fields []field
}

// field is a {name:format} in the text between from and to.
type field struct {
	from, to int
	name     string
	// width, zeros, precision (-1 without) and verb are the format's.
	width, precision int
	zeros            bool
	verb             byte
}

var fieldPattern = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_]*)(?::(0?)([0-9]{0,3})(?:\.([0-9]{1,2}))?([defgDEFG]?))?$`)

// parseTemplate reads the fields; {{ and }} stand for braces.
func parseTemplate(text string) (template, error) {
	t := template{text: text}
	for i := 0; i < len(text); i++ {
		if (text[i] == '{' || text[i] == '}') && i+1 < len(text) && text[i+1] == text[i] {
			t.fields = append(t.fields, field{from: i, to: i + 2, name: text[i : i+1]})
			i++
			continue
		}
		if text[i] == '}' {
			return t, fmt.Errorf("callbacks: file name %q: a } without its {; write }} for a brace", text)
		}
		if text[i] != '{' {
			continue
		}
		length := strings.IndexByte(text[i:], '}')
		if length < 0 {
			return t, fmt.Errorf("callbacks: file name %q: a { without its }; write {{ for a brace", text)
		}
		parts := fieldPattern.FindStringSubmatch(text[i+1 : i+length])
		if parts == nil {
			return t, fmt.Errorf("callbacks: file name %q: cannot read %s, expected such as {epoch:02d} or {val_loss:.2f}", text, text[i:i+length+1])
		}
		t.fields = append(t.fields, newField(i, i+length+1, parts))
		i += length
	}
	return t, nil
}

func newField(from, to int, parts []string) field {
	f := field{from: from, to: to, name: parts[1], zeros: parts[2] != "", precision: -1}
	f.width, _ = strconv.Atoi(parts[3])
	if parts[4] != "" {
		f.precision, _ = strconv.Atoi(parts[4])
	}
	if parts[5] != "" {
		f.verb = strings.ToLower(parts[5])[0]
	}
	return f
}

// fill replaces the fields by their values: int or float64.
func (t template) fill(value func(name string) (any, bool)) (string, error) {
	var filled strings.Builder
	done := 0
	for _, f := range t.fields {
		filled.WriteString(t.text[done:f.from])
		done = f.to
		if f.name == "{" || f.name == "}" {
			filled.WriteString(f.name)
			continue
		}
		v, ok := value(f.name)
		if !ok {
			return "", fmt.Errorf("callbacks: file name %q: nothing named %s was measured", t.text, f.name)
		}
		text, err := f.format(v)
		if err != nil {
			return "", fmt.Errorf("callbacks: file name %q: %w", t.text, err)
		}
		filled.WriteString(text)
	}
	return filled.String() + t.text[done:], nil
}

func (f field) format(value any) (string, error) {
	var text string
	switch v := value.(type) {
	case int:
		if f.verb != 0 && f.verb != 'd' {
			return f.format(float64(v))
		}
		if f.precision >= 0 {
			return "", fmt.Errorf("{%s} is a whole number, which takes no precision", f.name)
		}
		text = strconv.Itoa(v)
	case float64:
		switch {
		case f.verb == 'd':
			return "", fmt.Errorf("{%s} is no whole number, use f", f.name)
		case f.verb == 0:
			text = strconv.FormatFloat(v, 'g', f.precision, 64)
		case f.precision < 0:
			text = strconv.FormatFloat(v, f.verb, 6, 64)
		default:
			text = strconv.FormatFloat(v, f.verb, f.precision, 64)
		}
	}
	if missing := f.width - len(text); missing > 0 && f.zeros {
		sign := ""
		if strings.HasPrefix(text, "-") {
			sign, text = "-", text[1:]
		}
		text = sign + strings.Repeat("0", missing) + text
	} else if missing > 0 {
		text = strings.Repeat(" ", missing) + text
	}
	return text, nil
}
