package main

import (
	"context"
	"debug/elf"
	"fmt"
	"os"
	"os/exec"
	"runtime"
)

// buildLince builds the command as users get it.
func (s *session) buildLince(ctx context.Context, path string, flags ...string) error {
	arguments := append(append([]string{"build", "-trimpath"}, flags...), "-o", path, "./cmd/lince")
	command := exec.CommandContext(ctx, "go", arguments...)
	command.Dir = s.root
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("go build ./cmd/lince: %w: %s", err, lastLines(string(output), 5))
	}
	return nil
}

// measureBinary looks at the command built without cgo, for Linux.
func measureBinary(ctx context.Context, s *session) (*result, error) {
	if runtime.GOOS != "linux" {
		return nil, missing{"Linux, whose binaries it looks into"}
	}
	r := &result{}
	for _, build := range []struct {
		what  string
		flags []string
	}{{"as go install builds it", nil}, {"without symbols (-ldflags '-s -w')", []string{"-ldflags", "-s -w"}}} {
		path := s.path("lince")
		if err := s.buildLince(ctx, path, build.flags...); err != nil {
			return nil, err
		}
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		r.below("size "+build.what, float64(info.Size())/1e6, 40, "MB")
		dynamic, err := dynamicParts(path)
		if err != nil {
			return nil, err
		}
		r.equals("dynamic sections and interpreters in it", float64(dynamic), 0, "")
	}
	return r, nil
}

// dynamicParts counts what makes a binary depend on libraries at run time.
func dynamicParts(path string) (int, error) {
	file, err := elf.Open(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	count := 0
	for _, section := range file.Sections {
		if section.Type == elf.SHT_DYNAMIC {
			count++
		}
	}
	for _, program := range file.Progs {
		if program.Type == elf.PT_INTERP || program.Type == elf.PT_DYNAMIC {
			count++
		}
	}
	return count, nil
}
