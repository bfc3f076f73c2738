//go:build unix

package images_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/lince-ml/lince/images"
)

func TestPipesAreNeverOpened(t *testing.T) {
	dir := drawFolders(t, 3, "a", "b")
	pipe := filepath.Join(dir, "a", "pipe.png")
	if err := syscall.Mkfifo(pipe, 0o644); err != nil {
		t.Skip("cannot make a pipe: ", err)
	}
	flow, err := images.Generator{}.FlowFromDirectory(dir, images.Flow{TargetSize: images.Square(8)})
	if err != nil {
		t.Fatal(err)
	}
	if skipped := flow.Skipped(); len(skipped) != 1 || skipped[0].File != pipe {
		t.Errorf("skipped %v, want the pipe", skipped)
	}
	report, err := images.Check(context.Background(), dir, images.CheckOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if kinds := kindsOf(report); kinds["irregular"] != 1 {
		t.Errorf("found %v, want one irregular file", kinds)
	}
}

func TestUnreadableFilesAndFolders(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("the superuser may read everything")
	}
	dir := drawFolders(t, 3, "a", "b")
	drawFile(t, filepath.Join(dir, "a", "locked", "x.png"), 99)
	for _, path := range []string{filepath.Join(dir, "a", "000.png"), filepath.Join(dir, "a", "locked")} {
		if err := os.Chmod(path, 0); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.Chmod(path, 0o755) })
	}
	flow, err := images.Generator{}.FlowFromDirectory(dir, images.Flow{TargetSize: images.Square(8)})
	if err != nil {
		t.Fatal(err)
	}
	if skipped := flow.Skipped(); len(skipped) != 2 || !errors.Is(skipped[0].Err, fs.ErrPermission) || flow.Samples() != 5 {
		t.Errorf("skipped %v of %v, want a file and a folder", skipped, flow)
	}
}

func TestLinksThatGoInCircles(t *testing.T) {
	dir := drawFolders(t, 3, "a", "b")
	if err := os.Symlink("..", filepath.Join(dir, "a", "up")); err != nil {
		t.Skip("cannot make a link: ", err)
	}
	if err := os.Symlink("nowhere.png", filepath.Join(dir, "a", "broken.png")); err != nil {
		t.Fatal(err)
	}
	for follow, want := range map[bool]int{false: 6, true: 9} { // a/up/b too, but not a/up/a again
		flow, err := images.Generator{}.FlowFromDirectory(dir, images.Flow{TargetSize: images.Square(8), FollowLinks: follow})
		if err != nil {
			t.Fatal(err)
		}
		if flow.Samples() != want {
			t.Errorf("following links is %v: %v, want %d; skipped %v", follow, flow, want, flow.Skipped())
		}
	}
}
