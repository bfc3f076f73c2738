package report

import "github.com/lince-ml/lince/internal/markup"

// What the sections of the page are made of.

func section(id markup.Attribute, title string, content ...markup.Node) markup.Node {
	return markup.Element("section", markup.Class("card"), id, markup.Element("h2", markup.Text(title)), markup.Join(content...))
}

func paragraph(text string) markup.Node { return markup.Element("p", markup.Text(text)) }

func path(file string) markup.Node {
	return markup.Element("span", markup.Class("path"), markup.Text(file))
}

func details(summary string, content ...markup.Node) markup.Node {
	return markup.Element("details", markup.Element("summary", markup.Text(summary)), markup.Join(content...))
}

// code is text that keeps its lines; the keyboard reaches what does not fit.
func code(text string) markup.Node {
	return markup.Element("pre", markup.Named("tabindex", "0"), markup.Text(text))
}

// table is a table within a frame of its own, which scrolls where it is too
// wide.
func table(region, caption string, head markup.Node, rows ...markup.Node) markup.Node {
	return markup.Element("div", markup.Class("scroll"), markup.Named("tabindex", "0"), markup.Named("role", "region"), markup.Named("aria-label", region),
		markup.Element("table", markup.Element("caption", markup.Text(caption)), markup.Element("thead", head), markup.Join(rows...)))
}

// heads is the row above a table.
func heads(names ...string) markup.Node {
	return markup.Element("tr", markup.Each(names, func(_ int, name string) markup.Node {
		return markup.Element("th", markup.Named("scope", "col"), markup.Text(name))
	}))
}

// row is a row of a table: what it is about, and its cells.
func row(name string, cells ...markup.Node) markup.Node {
	return markup.Element("tr", markup.Element("th", markup.Named("scope", "row"), markup.Text(name)), markup.Join(cells...))
}

func cells(values ...string) markup.Node {
	return markup.Each(values, func(_ int, value string) markup.Node { return markup.Element("td", markup.Text(value)) })
}

// chart shows one of the charts, nothing if it was not drawn.
func (v *page) chart(name string) markup.Node {
	c, drawn := v.charts[name]
	if !drawn {
		return markup.Node{}
	}
	return markup.Element("figure", markup.Class("scroll"), markup.Named("tabindex", "0"), markup.Named("aria-label", "Chart: "+c.Name),
		markup.Element("img", markup.Named("class", c.Name), markup.Source(c.Picture), markup.Named("alt", c.Alt)))
}
