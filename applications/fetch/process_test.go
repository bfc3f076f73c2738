package fetch_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/lince-ml/lince/applications/fetch"
)

// childVariable makes a run of this test's program fetch one file: it is the
// address, the folder is the argument.
const childVariable = "LINCE_FETCH_CHILD"

func TestMain(m *testing.M) {
	address := os.Getenv(childVariable)
	if address == "" {
		os.Exit(m.Run())
	}
	c := fetch.Client{Folder: os.Args[1], Readable: []string{}, Mirrors: []string{}, Wait: time.Millisecond}
	if _, err := c.Get(context.Background(), fetch.File{Name: "net.h5", URL: address}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func child(t *testing.T, address, folder string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], folder)
	cmd.Env = append(os.Environ(), childVariable+"="+address)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

// TestTwoProcesses: two processes at once fetch once; and one that is killed
// while it holds the lock leaves the file to the next.
func TestTwoProcesses(t *testing.T) {
	s := newServer(t, size)
	began, goOn := make(chan struct{}), make(chan struct{})
	wait := func(w http.ResponseWriter, r *http.Request) {
		began <- struct{}{}
		select {
		case <-goOn:
		case <-r.Context().Done():
		}
		s.serve(w, r)
	}
	s.begin(wait, wait)
	c := client(t)
	address := s.file().URL
	killed := child(t, address, c.Folder)
	<-began
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	killed.Wait()
	first := child(t, address, c.Folder)
	<-began
	second := child(t, address, c.Folder)
	close(goOn)
	for _, cmd := range []*exec.Cmd{first, second} {
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
	path, err := c.Get(t.Context(), fetch.File{Name: "net.h5", URL: address})
	check(t, c, s, path, err)
	if len(s.ranges()) != 2 {
		t.Errorf("%d requests, want that of the killed process and one more", len(s.ranges()))
	}
}
