package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// helpWidth is the characters of a line of help.
const helpWidth = 96

// sectionKey is the annotation of a flag that says under which heading help
// lists it.
const sectionKey = "section"

// section binds flags that help lists under a heading of their own.
func section(flags *pflag.FlagSet, heading string, bind func(*pflag.FlagSet)) {
	group := pflag.NewFlagSet(heading, pflag.ContinueOnError)
	group.SortFlags = false
	bind(group)
	group.VisitAll(func(f *pflag.Flag) {
		f.Annotations = map[string][]string{sectionKey: {heading}}
	})
	flags.SortFlags = false
	flags.AddFlagSet(group)
}

// usage writes how a command is called.
func usage(cmd *cobra.Command) error {
	out := cmd.OutOrStderr()
	fmt.Fprint(out, "Usage:\n")
	if cmd.Runnable() && cmd.HasParent() {
		fmt.Fprintf(out, "  %s\n", cmd.UseLine())
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(out, "  %s VERB\n", cmd.CommandPath())
	}
	if cmd.HasExample() {
		fmt.Fprintf(out, "\nExamples:\n%s\n", cmd.Example)
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprint(out, "\nVerbs:\n")
		for _, verb := range cmd.Commands() {
			if verb.IsAvailableCommand() || verb.Name() == "help" {
				fmt.Fprintf(out, "  %-*s  %s\n", cmd.NamePadding(), verb.Name(), verb.Short)
			}
		}
	}
	writeFlags(out, cmd.LocalFlags())
	return nil
}

// writeFlags lists flags by section, both in the order in which they were bound.
func writeFlags(out io.Writer, flags *pflag.FlagSet) {
	var headings []string
	groups := map[string]*pflag.FlagSet{}
	flags.VisitAll(func(f *pflag.Flag) {
		heading := "Flags"
		if given := f.Annotations[sectionKey]; len(given) > 0 {
			heading = given[0]
		}
		if groups[heading] == nil {
			groups[heading] = pflag.NewFlagSet(heading, pflag.ContinueOnError)
			groups[heading].SortFlags = false
			headings = append(headings, heading)
		}
		groups[heading].AddFlag(f)
	})
	for _, heading := range headings {
		if text := groups[heading].FlagUsagesWrapped(helpWidth); text != "" {
			fmt.Fprintf(out, "\n%s:\n%s\n", heading, strings.TrimRight(text, "\n"))
		}
	}
}

// wrap breaks text at spaces into lines of at most width characters.
func wrap(text string, width int, indent string) string {
	var b strings.Builder
	length := 0
	for i, word := range strings.Fields(text) {
		switch {
		case i == 0:
			b.WriteString(indent)
			length = len(indent)
		case length+1+len(word) > width:
			b.WriteString("\n" + indent)
			length = len(indent)
		default:
			b.WriteString(" ")
			length++
		}
		b.WriteString(word)
		length += len(word)
	}
	return b.String()
}
