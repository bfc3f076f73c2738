package report

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/lince-ml/lince/images"
	"github.com/lince-ml/lince/internal/markup"
)

// data tells what is wrong with the pictures.
func (v *page) data() markup.Node {
	var bad markup.Node
	if len(v.Unread) > 0 {
		list := markup.Each(v.Unread, func(_ int, u unread) markup.Node {
			return markup.Element("li", path(u.File), markup.Text(": "+u.Error))
		})
		bad = markup.Element("div", markup.Class("note bad"),
			paragraph(fmt.Sprintf("%d pictures could not be read and take no part:", len(v.Unread))), markup.Element("ul", list))
	}
	if v.Check == nil {
		return section(markup.ID("data"), "Data", bad, paragraph("The pictures were not checked."))
	}
	body := markup.Join(folderRows(v.Check.Directory, v.Check.Classes), folderRows(v.Check.Validation, v.Check.ValidationClasses))
	return section(markup.ID("data"), "Data", bad,
		table("Pictures per folder", "Pictures of each class", heads("Folder", "Class", "good", "bad"), markup.Element("tbody", body)),
		findings(v.Check.Findings))
}

func folderRows(folder string, classes []images.ClassCount) markup.Node {
	return markup.Each(classes, func(_ int, c images.ClassCount) markup.Node {
		return markup.Element("tr",
			markup.Element("th", markup.Named("scope", "row"), markup.Class("path"), markup.Text(folder)),
			cells(c.Name, strconv.Itoa(c.Pictures), strconv.Itoa(c.Bad)))
	})
}

func findings(found []images.Finding) markup.Node {
	if len(found) == 0 {
		return paragraph("Nothing is wrong with the pictures.")
	}
	list := markup.Each(found, func(_ int, f images.Finding) markup.Node {
		var files markup.Node
		if len(f.Files) > 0 {
			files = details(fmt.Sprintf("%d files", len(f.Files)), markup.Element("ul", markup.Each(f.Files, func(_ int, file string) markup.Node {
				return markup.Element("li", markup.Class("path"), markup.Text(file))
			})))
		}
		return markup.Element("li", markup.Element("strong", markup.Text(f.Severity.String())), markup.Text(": "+f.Message), files)
	})
	return markup.Join(markup.Element("h3", markup.Text("Findings")), markup.Element("ul", markup.Class("findings"), list))
}

func (v *page) model() markup.Node {
	var prepared markup.Node
	if v.prepared != "" {
		prepared = details("How pictures are prepared", code(v.prepared))
	}
	return section(markup.ID("model"), "Model",
		paragraph(fmt.Sprintf("%d weights; classes: %s.", v.Model.Parameters, strings.Join(v.Model.Classes, ", "))),
		markup.Element("pre", markup.Named("tabindex", "0"), markup.Named("aria-label", "Summary of the layers"), markup.Text(v.Model.Summary)),
		details("Drawing of the network", v.chart("network")),
		prepared)
}

// repeat holds the commands that the training and the report were made by.
func (v *page) repeat() markup.Node {
	var training, command markup.Node
	if v.Repeat != "" {
		training = markup.Join(paragraph("The training:"), code(v.Repeat))
	}
	if v.Command != "" {
		command = markup.Join(paragraph("This report:"), code(v.Command))
	}
	settings := paragraph("The settings of the training are not known.")
	if v.settings != "" {
		settings = details("All settings of the training", code(v.settings))
	}
	return section(markup.ID("repeat"), "Repeat", training, command, settings)
}
