package main

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"github.com/lince-ml/lince/backend/cpu"
	"github.com/lince-ml/lince/cmd/acceptance/internal/ledger"
)

func describeMachine() (ledger.Machine, error) {
	engine, err := cpu.New(cpu.Options{})
	if err != nil {
		return ledger.Machine{}, err
	}
	defer engine.Close()
	return ledger.Machine{
		CPU: processor(), Cores: runtime.NumCPU(), Instructions: engine.Name(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
	}, nil
}

// processor returns the model that Linux knows the processor by.
func processor() string {
	file, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return "unknown processor"
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if key, value, found := strings.Cut(lines.Text(), ":"); found && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown processor"
}

// describeCommit names the commit that is checked out, and whether files were
// changed since.
func describeCommit(ctx context.Context, root string) string {
	git := func(arguments ...string) (string, error) {
		command := exec.CommandContext(ctx, "git", arguments...)
		command.Dir = root
		output, err := command.Output()
		return strings.TrimSpace(string(output)), err
	}
	commit, err := git("rev-parse", "--short=10", "HEAD")
	if err != nil {
		return "unknown commit"
	}
	if changes, err := git("status", "--porcelain", "--untracked-files=no"); err != nil || changes != "" {
		return commit + " + changes"
	}
	return commit
}
