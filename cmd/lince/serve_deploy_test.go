package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDeployedCommandsParse: the flags in the examples of deployment are those
// of the verb, with values that it takes.
func TestDeployedCommandsParse(t *testing.T) {
	for file, command := range map[string]string{
		"Dockerfile":      `lince serve (.*)`,
		"kubernetes.yaml": `args: \[serve, (.*)\]`,
		"lince.service":   `bin/lince serve (.*)`,
	} {
		content, err := os.ReadFile(filepath.Join("..", "..", "deploy", file))
		if err != nil {
			t.Fatal(err)
		}
		found := regexp.MustCompile(command).FindSubmatch(content)
		if found == nil {
			t.Errorf("%s: no command matches %s", file, command)
			continue
		}
		arguments := strings.Fields(strings.NewReplacer(",", " ", `"`, "").Replace(string(found[1])))
		cmd := newServe()
		if err := cmd.ParseFlags(arguments); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		if len(cmd.Flags().Args()) != 1 || !cmd.Flags().Changed("addr") {
			t.Errorf("%s: %q names models %q, expected one and --addr", file, arguments, cmd.Flags().Args())
		}
	}
}
