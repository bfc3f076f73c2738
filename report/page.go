package report

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"image"
	"math"
	"strconv"

	"github.com/lince-ml/lince/internal/markup"
	"github.com/lince-ml/lince/internal/web"
)

//go:embed page.css
var pageSheet string

// picture is a chart within the page.
type picture struct {
	Name, Alt string
	markup.Picture
}

// page is what the HTML file is made of: methods that return a part of it each.
type page struct {
	results
	title              string
	charts             map[string]picture
	worst              []markup.Picture // of results.Worst; empty where they cannot be read
	settings, prepared string           // as indented JSON
}

// policy lets the page show itself and nothing else.
const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

// page renders the HTML file.
func (p *prepared) page(charts []picture, thumbnails []*image.RGBA) ([]byte, error) {
	v := page{results: p.results, title: p.title(), charts: map[string]picture{}}
	for _, c := range charts {
		v.charts[c.Name] = c
	}
	for _, thumbnail := range thumbnails {
		content, err := jpegFile(thumbnail)
		if err != nil {
			return nil, err
		}
		v.worst = append(v.worst, markup.NewPicture("image/jpeg", content))
	}
	var err error
	if v.settings, err = indented(p.results.Settings); err != nil {
		return nil, err
	}
	if v.prepared, err = indented(p.results.Model.Prepared); err != nil {
		return nil, err
	}
	return markup.Document(v.head(), v.body()), nil
}

func (p *prepared) title() string {
	if p.File == "" {
		return "Report on " + p.Model.Name()
	}
	return "Report on " + p.File
}

func (v *page) head() markup.Node {
	return markup.Element("head",
		markup.Element("meta", markup.Named("charset", "utf-8")),
		markup.Element("meta", markup.Named("name", "viewport"), markup.Named("content", "width=device-width, initial-scale=1")),
		markup.Element("meta", markup.Named("http-equiv", "Content-Security-Policy"), markup.Named("content", policy)),
		markup.Icon(markup.Picture{}),
		markup.Element("title", markup.Text(v.title)),
		markup.Style(web.Sheet+pageSheet))
}

func (v *page) body() markup.Node {
	training := v.training()
	main := markup.Element("main", markup.ID("content"),
		v.figures(), training, v.classes(), v.confusion(), v.curves(), v.calibrated(), v.mistaken(), v.data(), v.model(), v.repeat())
	return markup.Element("body",
		markup.Element("a", markup.Class("skip"), markup.To("content"), markup.Text("To the content")),
		v.header(), main,
		markup.Element("footer", paragraph("The same numbers are in report.json, every prediction in predictions.csv, the charts as SVG and PNG beside this page.")))
}

func (v *page) header() markup.Node {
	link := func(to markup.Attribute, name string) markup.Node {
		return markup.Element("li", markup.Element("a", to, markup.Text(name)))
	}
	var training markup.Node
	if v.Learning != nil {
		training = link(markup.To("training"), "Training")
	}
	return markup.Element("header",
		markup.Element("h1", markup.Text(v.title)),
		paragraph(v.summary()),
		markup.Element("nav", markup.Named("aria-label", "Parts of the report"), markup.Element("ul",
			training,
			link(markup.To("classes"), "Classes"),
			link(markup.To("confusion"), "Confusion"),
			link(markup.To("curves"), "Curves"),
			link(markup.To("calibration"), "Calibration"),
			link(markup.To("worst"), "Worst pictures"),
			link(markup.To("data"), "Data"),
			link(markup.To("model"), "Model"),
			link(markup.To("repeat"), "Repeat"))))
}

// figures are the most important numbers.
func (v *page) figures() markup.Node {
	figure := func(name, value string) markup.Node {
		return markup.Element("div", markup.Element("dt", markup.Text(name)), markup.Element("dd", markup.Text(value)))
	}
	area := "Area below ROC"
	if len(v.Classes) > 2 {
		area += ", mean over classes"
	}
	var file, version markup.Node
	if v.Model.File != "" {
		file = markup.Join(path(v.Model.File), markup.Text(" "))
	}
	if v.Version != "" {
		version = markup.Text(" by Lince " + v.Version)
	}
	return markup.Element("section", markup.Class("card"), markup.Named("aria-label", "Figures"),
		markup.Element("dl", markup.Class("figures"),
			figure("Pictures", strconv.Itoa(v.Pictures)),
			figure("Accuracy", percent(v.Accuracy)),
			figure("F1, mean over classes", fixed(v.Macro.F1)),
			figure(area, fixed(v.MeanROC)),
			figure("Crossentropy", fixed(v.LogLoss)),
			figure("Calibration error (ECE)", percent(v.Calibration.ECE))),
		markup.Element("p", markup.Class("faint"),
			markup.Text("Model "), file, markup.Text("on the pictures in "), path(v.Folder),
			markup.Text("; made "+v.Made.Format("2006-01-02 15:04 MST")), version, markup.Text(".")))
}

// training says what the curves show, and what helps.
func (v *page) training() markup.Node {
	verdict := v.Learning
	if verdict == nil {
		return markup.Node{}
	}
	note := markup.Class("note")
	if verdict.Course == Overfitting || verdict.Course == Gap {
		note = markup.Class("note bad")
	}
	var remedies markup.Node
	if len(verdict.Remedies) > 0 {
		remedies = markup.Join(paragraph("What to try:"), markup.Element("ol", markup.Each(verdict.Remedies,
			func(_ int, remedy string) markup.Node { return markup.Element("li", markup.Text(remedy)) })))
	}
	return section(markup.ID("training"), "Training",
		markup.Element("div", note, paragraph(verdict.Says), remedies),
		v.chart("history"),
		details("How overfitting is told from chance", paragraph(verdict.Rule)))
}

func indented(value any) (string, error) {
	if value == nil {
		return "", nil
	}
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return "", fmt.Errorf("report: %w", err)
	}
	return string(text), nil
}

func percent(n number) string { return shown(float64(n)*100, 1, "\u00a0%") }

func fixed(n number) string { return shown(float64(n), 3, "") }

// shown prints a number, or a dash where there is none.
func shown(v float64, decimals int, unit string) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "–"
	}
	return strconv.FormatFloat(v, 'f', decimals, 64) + unit
}
