package report

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"image"
	"math"
	"strconv"
	"time"

	"github.com/lince-ml/lince/internal/web"
)

//go:embed page.html
var pageText string

//go:embed page.css
var pageSheet string

// picture is a chart or a photo within the page.
type picture struct {
	Name, Alt string
	URL       template.URL
}

// view is what the page is made of.
type view struct {
	Sheet    template.CSS
	Title    string
	Summary  string
	Results  results
	Charts   map[string]picture
	Worst    []worst
	Tables   bool // the confusion matrix has few enough classes for tables
	Settings string
	Prepared string
	Bad      bool // the training overfits
}

// worst is a mistake with a small picture, where it could be read.
type worst struct {
	mistakeFacts
	URL template.URL
}

// most classes for which the page holds the confusion matrix as tables.
const tabled = 20

// page renders the HTML file.
func (p *prepared) page(charts []picture, thumbnails []*image.RGBA) ([]byte, error) {
	t, err := template.New("page").Funcs(template.FuncMap{
		"percent": percent, "fixed": fixed, "same": func(i, j int) bool { return i == j },
		"time": func(t time.Time) string { return t.Format("2006-01-02 15:04 MST") },
	}).Parse(pageText)
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	v := view{
		Sheet: template.CSS(web.Sheet + pageSheet), Title: p.title(), Summary: p.results.summary(), Results: p.results,
		Charts: map[string]picture{}, Tables: len(p.Evaluation.Classes) <= tabled,
		Bad: p.results.Learning != nil && (p.results.Learning.Course == Overfitting || p.results.Learning.Course == Gap),
	}
	for _, c := range charts {
		v.Charts[c.Name] = c
	}
	for i, m := range p.results.Worst {
		url, err := jpegURL(thumbnails[i])
		if err != nil {
			return nil, err
		}
		v.Worst = append(v.Worst, worst{m, url})
	}
	if v.Settings, err = indented(p.results.Settings); err != nil {
		return nil, err
	}
	if v.Prepared, err = indented(p.results.Model.Prepared); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, v); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return b.Bytes(), nil
}

func (p *prepared) title() string {
	if p.File == "" {
		return "Report on " + p.Model.Name()
	}
	return "Report on " + p.File
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

func dataURL(kind string, content []byte) template.URL {
	return template.URL("data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(content))
}
