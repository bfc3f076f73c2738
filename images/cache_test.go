package images_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/lince-ml/lince/images"
)

// entries returns the paths of a cache's entries.
func entries(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*", "*.pixels"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func cachedFlow(t *testing.T, dir string, cache *images.Cache) *images.Pictures {
	t.Helper()
	flow, err := images.Generator{}.FlowFromDirectory(dir, images.Flow{
		TargetSize: images.Square(8), MemoryLimit: -1, Cache: cache, NoCache: cache == nil, NoShuffle: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	return flow
}

func TestCacheKeepsAndGivesBack(t *testing.T) {
	dir, cacheDir := drawFolders(t, 4, "a", "b"), filepath.Join(t.TempDir(), "cache")
	want := digests(t, cachedFlow(t, dir, nil), 0, 0)
	if got := digests(t, cachedFlow(t, dir, &images.Cache{Dir: cacheDir}), 0, 0); !slices.Equal(got, want) {
		t.Error("pictures differ when they are written to the cache")
	}
	if n := len(entries(t, cacheDir)); n != 8 {
		t.Fatalf("%d entries for 8 pictures", n)
	}
	// A second run reads the entries: mark one and see the mark come back
	// refused, for its checksum is wrong, and the picture decoded instead.
	path := entries(t, cacheDir)[0]
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	content[3] ^= 1
	write(t, path, content)
	if got := digests(t, cachedFlow(t, dir, &images.Cache{Dir: cacheDir}), 0, 0); !slices.Equal(got, want) {
		t.Error("a damaged entry changed the pictures")
	}
	write(t, entries(t, cacheDir)[1], nil) // cut off
	if got := digests(t, cachedFlow(t, dir, &images.Cache{Dir: cacheDir}), 0, 0); !slices.Equal(got, want) {
		t.Error("a truncated entry changed the pictures")
	}
}

// With all entries written, the pictures come from them alone.
func TestCacheIsRead(t *testing.T) {
	dir, cache := drawFolders(t, 4, "a", "b"), &images.Cache{Dir: filepath.Join(t.TempDir(), "cache")}
	flow := cachedFlow(t, dir, cache)
	want := digests(t, flow, 0, 0)
	for _, path := range flow.Filepaths() {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		write(t, path, make([]byte, info.Size())) // no picture any more, but as large and as old
		if err := os.Chtimes(path, info.ModTime(), info.ModTime()); err != nil {
			t.Fatal(err)
		}
	}
	if got := digests(t, cachedFlow(t, dir, cache), 0, 0); !slices.Equal(got, want) {
		t.Error("the pictures were not read from the cache")
	}
	path := flow.Filepaths()[0]
	if err := os.Chtimes(path, time.Time{}, time.Now()); err != nil {
		t.Fatal(err)
	}
	if n := len(cachedFlow(t, dir, cache).Skipped()); n != 1 {
		t.Errorf("%d pictures are bad after one file was changed, want 1", n)
	}
}

func TestCacheLimitAndClean(t *testing.T) {
	dir, cacheDir := drawFolders(t, 10, "a", "b"), filepath.Join(t.TempDir(), "cache")
	const entry = 8*8*3 + 4
	cache := &images.Cache{Dir: cacheDir, Limit: 8 * entry}
	flow := cachedFlow(t, dir, cache)
	if n := len(entries(t, cacheDir)); n != 8 {
		t.Errorf("%d entries, the limit allows 8", n)
	}
	if n := len(digests(t, flow, 0, 0)); n != 1 || flow.Samples() != 20 {
		t.Errorf("the limit changed the flow: %v", flow)
	}
	cachedFlow(t, drawFolders(t, 10, "a", "b"), &images.Cache{Dir: cacheDir, Limit: 8 * entry})
	if n := len(entries(t, cacheDir)); n != 8 {
		t.Errorf("%d entries after another run, the limit allows 8", n)
	}
	write(t, filepath.Join(cacheDir, "mine.txt"), []byte("keep"))
	if size, err := cache.Size(); err != nil || size != 8*entry {
		t.Errorf("size %d, %v, want %d", size, err, 8*entry)
	}
	if freed, err := cache.Clean(); err != nil || freed != 8*entry {
		t.Errorf("freed %d, %v, want %d", freed, err, 8*entry)
	}
	if _, err := os.Stat(filepath.Join(cacheDir, "mine.txt")); err != nil || len(entries(t, cacheDir)) != 0 {
		t.Errorf("cleaning left %v and the other file is %v", entries(t, cacheDir), err)
	}
}

func TestCacheThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, []byte("no folder"))
	dir := drawFolders(t, 3, "a", "b")
	want := digests(t, cachedFlow(t, dir, nil), 0, 0)
	if got := digests(t, cachedFlow(t, dir, &images.Cache{Dir: file}), 0, 0); !slices.Equal(got, want) {
		t.Error("the pictures differ without a usable cache")
	}
}
