package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// block is a fenced block of a page.
type block struct{ kind, text string }

// TestTutorial runs every command and program of the tutorial, one chapter
// after the other in one folder, and compares what they print with the block
// "text" that follows them: its lines are to appear in this order.
func TestTutorial(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skipf("needs a shell: %v", err)
	}
	module, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob(filepath.Join(module, "docs", "tutorial", "[0-9]*.md"))
	if err != nil || len(pages) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	reader := tutorialReader{module: module, shell: shell, folder: t.TempDir(), bin: t.TempDir()}
	reader.install(t)
	for _, page := range pages {
		t.Run(strings.TrimSuffix(filepath.Base(page), ".md"), func(t *testing.T) { reader.follow(t, page) })
		if t.Failed() {
			return // later chapters need what this one makes
		}
	}
}

// tutorialReader does what the pages say.
type tutorialReader struct{ module, shell, folder, bin string }

// install makes the command that the pages call out of this test.
func (r tutorialReader) install(t *testing.T) {
	t.Helper()
	this, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	script := "#!" + r.shell + "\n" + commandVariable + "=1 exec '" + this + "' \"$@\"\n"
	if err := os.WriteFile(filepath.Join(r.bin, "lince"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
}

// follow runs the blocks of a page.
func (r tutorialReader) follow(t *testing.T, page string) {
	content, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	output, ran := "", 0
	for i, b := range fenced(string(content)) {
		switch b.kind {
		case "sh":
			output = r.call(t, r.shell, "-e", "-c", b.text)
		case "go":
			output = r.call(t, r.build(t, filepath.Base(page)+strconv.Itoa(i), b.text))
		case "text":
			compareLines(t, b.text, output)
			continue
		default:
			t.Fatalf("block %d is of the kind %q, expected sh, go or text", i, b.kind)
		}
		ran++
	}
	if ran == 0 {
		t.Error("the page has nothing to run")
	}
}

func fenced(page string) []block {
	var blocks []block
	for _, found := range regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$").FindAllStringSubmatch(page, -1) {
		blocks = append(blocks, block{found[1], found[2]})
	}
	return blocks
}

// build compiles a program within the module, whose packages it imports.
func (r tutorialReader) build(t *testing.T, name, program string) string {
	t.Helper()
	source, binary := filepath.Join(r.bin, name+".go"), filepath.Join(r.bin, name)
	if err := os.WriteFile(source, []byte(program), 0o644); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "go", "build", "-o", binary, source)
	command.Dir = r.module
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	return binary
}

// call runs a program in the reader's folder and returns what it printed.
func (r tutorialReader) call(t *testing.T, name string, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), name, args...)
	command.Dir = r.folder
	command.Env = append(os.Environ(), "PATH="+r.bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, output)
	}
	return string(output)
}

func compareLines(t *testing.T, expected, output string) {
	t.Helper()
	rest := output
	for line := range strings.Lines(expected) {
		line = strings.TrimSpace(line)
		at := strings.Index(rest, line)
		if at < 0 {
			t.Errorf("%q is not, or not in this order, in\n%s", line, output)
			return
		}
		rest = rest[at+len(line):]
	}
}
