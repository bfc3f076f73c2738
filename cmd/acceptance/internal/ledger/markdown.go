package ledger

import (
	"fmt"
	"strings"
	"time"
)

// Row is a requirement as the page shows it.
type Row struct {
	// Name tells it from others; it is a word.
	Name string
	// What is required, and the Bar that must be reached.
	What, Bar string
	// Needs is what measuring takes beyond Go; empty for nothing.
	Needs string
	// Entry is what it came to; nil if it was never measured.
	Entry *Entry
}

// Markdown renders a table of all rows, and the figures of each below it.
// preface goes between title and table.
func Markdown(title, preface string, rows []Row) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n\n", title, strings.TrimSpace(preface))
	fmt.Fprintf(&b, "%s\n\n", tally(rows))
	b.WriteString("| row | what | bar | reached | measured |\n|---|---|---|---|---|\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s | %s | %s |\n", r.Name, r.Name, cell(r.What), cell(r.Bar), verdict(r.Entry), when(r.Entry))
	}
	for _, r := range rows {
		b.WriteString("\n" + r.section())
	}
	return b.String()
}

func tally(rows []Row) string {
	measured, reached := 0, 0
	for _, r := range rows {
		if r.Entry != nil {
			measured++
			if r.Entry.Reached() {
				reached++
			}
		}
	}
	return fmt.Sprintf("%d of %d rows are measured, %d of them reach their bar.", measured, len(rows), reached)
}

func verdict(e *Entry) string {
	if e == nil {
		return "not measured"
	}
	judged, reached := 0, 0
	for _, f := range e.Figures {
		if f.Relation == Told {
			continue
		}
		judged++
		if f.Reached() {
			reached++
		}
	}
	word := "**no**"
	if e.Reached() {
		word = "yes"
	}
	return fmt.Sprintf("%s, %d of %d figures", word, reached, judged)
}

func when(e *Entry) string {
	if e == nil {
		return ""
	}
	return fmt.Sprintf("%s, %s", e.Begun.UTC().Format(time.DateOnly), e.Commit)
}

func (r Row) section() string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n%s.\n", r.Name, strings.TrimSuffix(r.What, "."))
	e := r.Entry
	if e == nil {
		b.WriteString("\nNot measured.")
		if r.Needs != "" {
			fmt.Fprintf(&b, " It needs %s.", r.Needs)
		}
		b.WriteString("\n")
		return b.String()
	}
	if e.Failure != "" {
		fmt.Fprintf(&b, "\nNot measured to its end: %s\n", paragraph(e.Failure))
	}
	if len(e.Figures) > 0 {
		b.WriteString("\n| figure | measured | bar | reached |\n|---|---|---|---|\n")
	}
	for _, f := range e.Figures {
		reached := ""
		switch {
		case f.Relation == Told:
		case f.Reached():
			reached = "yes"
		default:
			reached = "**no**"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", cell(f.What), f.Measured(), f.Bar(), reached)
	}
	for _, note := range e.Notes {
		fmt.Fprintf(&b, "\n%s\n", paragraph(note))
	}
	took := time.Duration(e.Seconds * float64(time.Second)).Round(100 * time.Millisecond)
	fmt.Fprintf(&b, "\n%s, %s; took %v on %s.\n", e.Begun.UTC().Format("2006-01-02 15:04 MST"), e.Commit, took, e.Machine)
	return b.String()
}

// cell makes text fit for a cell of a table.
func cell(text string) string { return strings.ReplaceAll(paragraph(text), "|", `\|`) }

// paragraph puts text on one line.
func paragraph(text string) string { return strings.Join(strings.Fields(text), " ") }
