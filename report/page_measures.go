package report

import (
	"fmt"
	"strconv"

	"github.com/lince-ml/lince/internal/markup"
)

// classes is the table of what was measured of each class.
func (v *page) classes() markup.Node {
	scores := func(s scoreFacts, areas ...string) markup.Node {
		return markup.Join(cells(percent(s.Precision), percent(s.Recall), fixed(s.F1), strconv.Itoa(s.Support)), cells(areas...))
	}
	body := markup.Each(v.Classes, func(_ int, c classFacts) markup.Node {
		return row(c.Name, scores(c.scoreFacts, fixed(c.ROC), fixed(c.AveragePrecision)))
	})
	foot := markup.Join(
		row("mean, every class alike", scores(v.Macro, fixed(v.MeanROC), "")),
		row("mean, every picture alike", scores(v.Weighted, "", "")))
	return section(markup.ID("classes"), "Classes",
		paragraph("Precision: of the pictures taken for the class, how many are. Recall: of its pictures, how many were found. "+
			"F1 joins both. Areas are of the class against all others. A dash has no value."),
		table("Scores of the classes", "How well each class is found",
			heads("Class", "Precision", "Recall", "F1", "Pictures", "Area, ROC", "Average precision"),
			markup.Element("tbody", body), markup.Element("tfoot", foot)),
		v.chart("classes"))
}

// Most classes for which the page holds the confusion matrix as tables, and most
// pairs that it shows.
const (
	tabled = 20
	paired = 20
)

func (v *page) confusion() markup.Node {
	var tables, pairs markup.Node
	if len(v.Model.Classes) <= tabled {
		tables = details("The matrix as tables",
			matrix("Confusion matrix, counts", "Counts: rows are true classes, columns predicted ones.", v.Model.Classes, v.Confusion, strconv.Itoa),
			matrix("Confusion matrix, shares of each row", "Shares of each true class: every row with pictures adds up to 100 %.", v.Model.Classes, v.Shares, percent))
	}
	if len(v.Pairs) == 0 {
		pairs = paragraph("No class was taken for another.")
	} else {
		rows := markup.Each(v.Pairs[:min(len(v.Pairs), paired)], func(_ int, p pairFacts) markup.Node {
			return row(p.True, cells(p.Predicted, strconv.Itoa(p.Count), percent(p.Share)))
		})
		pairs = table("Most confused pairs", "Most confused pairs", heads("Class", "taken for", "times", "of its pictures"), markup.Element("tbody", rows))
	}
	return section(markup.ID("confusion"), "Confusion", v.chart("confusion"), tables, pairs)
}

// matrix is a table with a row and a column for every class.
func matrix[T any](region, caption string, classes []string, values [][]T, show func(T) string) markup.Node {
	body := markup.Each(values, func(i int, of []T) markup.Node {
		return row(classes[i], markup.Each(of, func(j int, value T) markup.Node {
			var right markup.Attribute
			if i == j {
				right = markup.Class("right")
			}
			return markup.Element("td", right, markup.Text(show(value)))
		}))
	})
	return table(region, caption, heads(append([]string{"true"}, classes...)...), markup.Element("tbody", body))
}

func (v *page) curves() markup.Node {
	some := ""
	if len(v.Classes) > most {
		some = "; of more than eight classes, those of the smallest areas"
	}
	return section(markup.ID("curves"), "ROC, precision and recall",
		paragraph("Each curve shows one class against all others as the threshold falls above which a picture is taken for it"+some+
			". The area below ROC is the chance that a picture of the class gets a higher probability than another; 0.5 is guessing."),
		markup.Element("div", markup.Class("grid"), v.chart("roc"), v.chart("precision-recall")))
}

func (v *page) calibrated() markup.Node {
	c := v.Calibration
	return section(markup.ID("calibration"), "Calibration",
		paragraph(fmt.Sprintf("Can the probabilities be believed? Expected calibration error %s, largest gap of a bin %s: %s.", percent(c.ECE), percent(c.MCE), c.Method)),
		v.chart("reliability"))
}

// mistaken shows the worst predicted pictures.
func (v *page) mistaken() markup.Node {
	var content markup.Node
	switch {
	case len(v.Worst) > 0:
		content = markup.Join(
			paragraph(fmt.Sprintf("%d of %d mistakes, those first whose own class got the least probability. Look for wrong labels, too.", len(v.Worst), v.Mistakes)),
			markup.Element("ul", markup.Class("worst"), markup.Each(v.Worst, v.mistake)))
	case v.Mistakes > 0:
		content = paragraph(fmt.Sprintf("%d pictures were taken for another class; predictions.csv lists them.", v.Mistakes))
	default:
		content = paragraph("Every picture was recognised.")
	}
	return section(markup.ID("worst"), "Worst predicted pictures", content)
}

func (v *page) mistake(i int, m mistakeFacts) markup.Node {
	var photo markup.Node
	if !v.worst[i].Empty() {
		photo = markup.Element("img", markup.Source(v.worst[i]), markup.Named("width", strconv.Itoa(thumb)), markup.Named("height", strconv.Itoa(thumb)),
			markup.Named("alt", fmt.Sprintf("A picture of class %s that was taken for %s", m.True, m.Predicted)))
	}
	return markup.Element("li", photo,
		markup.Element("p", markup.Text(m.True+", taken for "), markup.Element("strong", markup.Text(m.Predicted)),
			markup.Textf(" with %s; its own class got %s", percent(m.Confidence), percent(m.Given))),
		markup.Element("p", markup.Class("path"), markup.Text(m.File)))
}
