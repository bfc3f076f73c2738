package plot

import (
	"fmt"
	"html"
	"strings"

	"github.com/lince-ml/lince"
)

// DOT describes a network in Graphviz' language, with the look that
// keras.utils.model_to_dot gives it: for the program dot, or for tools that
// read its files. Network draws without it.
func DOT(m *lince.Model, options NetworkOptions) (string, error) {
	d, err := newDiagram(m, options)
	if err != nil {
		return "", err
	}
	direction := "TB"
	if options.LeftToRight {
		direction = "LR"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "digraph G {\nrankdir=%s;\nconcentrate=true;\ndpi=200;\nsplines=ortho;\nnode [shape=record];\n", direction)
	w := dotWriter{diagram: d, out: &b, numbers: map[*block]int{}}
	w.parts(d.root)
	for _, a := range d.arrows {
		fmt.Fprintf(&b, "layer%d -> layer%d [penwidth=2];\n", w.numbers[a.from], w.numbers[a.to])
	}
	b.WriteString("}\n")
	return b.String(), nil
}

// dotWriter writes layers with numbers for names.
type dotWriter struct {
	*diagram
	out      *strings.Builder
	numbers  map[*block]int
	clusters int
}

func (w *dotWriter) parts(of *block) {
	for _, b := range of.parts {
		if b.parts == nil {
			w.numbers[b] = len(w.numbers)
			fmt.Fprintf(w.out, "layer%d [fontname=Helvetica, border=0, margin=0, label=%s];\n", w.numbers[b], w.label(b))
			continue
		}
		fmt.Fprintf(w.out, "subgraph cluster_%d {\nstyle=dashed;\nlabel=%q;\nlabeljust=l;\n", w.clusters, b.instance.Name())
		w.clusters++
		w.parts(b)
		w.out.WriteString("}\n")
	}
}

// label is a table in Graphviz' HTML, letter for letter as Keras writes it.
func (w *dotWriter) label(b *block) string {
	columns := 0
	if w.options.Shapes {
		columns = 2
	}
	if w.options.Trainable {
		columns++
	}
	columns = max(columns, 1)
	name, class := w.title(b)
	heading := fmt.Sprintf("<b>%s</b>", html.EscapeString(name))
	if class != "" {
		heading += " " + html.EscapeString(class)
	}
	var t strings.Builder
	fmt.Fprintf(&t, `<<table border="0" cellborder="1" bgcolor="black" cellpadding="10"><tr><td colspan="%d" bgcolor="black"><font point-size="16" color="white">%s</font></td></tr>`, columns, heading)
	if b.activation != "" {
		fmt.Fprintf(&t, `<tr><td bgcolor="white" colspan="%d"><font point-size="14">Activation: <b>%s</b></font></td></tr>`, columns, html.EscapeString(b.activation))
	}
	if len(b.cells) > 0 {
		t.WriteString("<tr>")
		for _, c := range b.cells {
			t.WriteString(c.dot())
		}
		t.WriteString("</tr>")
	}
	t.WriteString("</table>>")
	return t.String()
}

func (c cell) dot() string {
	switch c.trained {
	case learns:
		return `<td bgcolor="forestgreen"><font point-size="14" color="white"><b>Trainable</b></font></td>`
	case frozen:
		return `<td bgcolor="firebrick"><font point-size="14" color="white"><b>Non-trainable</b></font></td>`
	}
	return fmt.Sprintf(`<td bgcolor="white"><font point-size="14">%s: <b>%s</b></font></td>`, c.label, c.text)
}
