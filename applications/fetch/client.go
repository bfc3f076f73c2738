package fetch

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/adrg/xdg"
)

// MirrorVariable is the environment variable with the addresses of mirrors,
// separated by blanks.
const MirrorVariable = "LINCE_MIRROR"

// File is a published file.
type File struct {
	// Name is what it is called in the cache, without folders.
	Name string
	// URL is its official address, http or https.
	URL string
	// MD5 and SHA256 are its published checksums in hexadecimal. SHA256 counts
	// where both are there. Where neither is, the checksum of what was fetched
	// first is kept and compared from then on.
	MD5, SHA256 string
	// Whole, where neither checksum is there, tells whether the file at a path is
	// all there, such as by the size that its own header announces; nil takes
	// whatever comes.
	Whole func(path string) error
}

// Client fetches files. The zero value is ready: it uses the folders and the
// mirrors of the user's environment. It has no state and may be used by many
// goroutines at once.
type Client struct {
	// Folder is the cache; DefaultFolder() when empty.
	Folder string
	// Readable are folders of others in which files are looked for and nothing
	// is written; KerasFolders() when nil.
	Readable []string
	// From is a folder that holds the files; when it is given, files are copied
	// from there and nothing is downloaded.
	From string
	// Mirrors are addresses of folders, asked in turn before the official
	// address, for a file of the name with which that address ends; those in
	// LINCE_MIRROR when nil.
	Mirrors []string
	// HTTP sends the requests. When nil it is a client with limits on the time
	// to connect, that follows no redirection from https to http.
	HTTP *http.Client
	// Progress is told, from the calling goroutine, how far a download is.
	Progress func(Progress)
	// MaxBytes is the largest file that is accepted; 4 GiB when 0.
	MaxBytes int64
	// Attempts is how often in a row one address may fail before the next is
	// asked; 5 when 0. An attempt that brought 64 KiB or more begins the count
	// anew.
	Attempts int
	// Wait is how long the first failure is waited for on average; half a
	// second when 0. Each further one takes twice as long, up to 30 seconds.
	Wait time.Duration
	// Stall is how long an address may send nothing; 30 seconds when 0.
	Stall time.Duration
}

// Progress is how far a download is.
type Progress struct {
	// Name is the file's, Address where it comes from.
	Name, Address string
	// Done are the bytes that are here, Total those of the whole file, 0 where
	// the address does not say.
	Done, Total int64
}

// DefaultFolder returns the folder in the user's cache where files are kept.
func DefaultFolder() string { return filepath.Join(xdg.CacheHome, "lince", "models") }

// KerasFolders returns where Keras keeps its files on this machine: below
// $KERAS_HOME if that is set, and below the user's home.
func KerasFolders() []string {
	var folders []string
	if home := os.Getenv("KERAS_HOME"); home != "" {
		folders = append(folders, filepath.Join(home, "models"))
	}
	if home, err := os.UserHomeDir(); err == nil {
		folders = append(folders, filepath.Join(home, ".keras", "models"))
	}
	return folders
}

// Get returns the path of the file on this machine, fetched if need be.
//
// A file in a cache whose checksum is wrong counts as missing; one in From is
// an error.
func (c Client) Get(ctx context.Context, file File) (string, error) {
	path, err := c.get(ctx, file)
	if err != nil && ctx.Err() == nil {
		return "", fmt.Errorf("fetch: %s: %w", file.Name, err)
	}
	return path, err
}

func (c Client) get(ctx context.Context, file File) (string, error) {
	if err := file.check(); err != nil {
		return "", err
	}
	if path, err := c.verified(ctx, file); err != nil || path != "" {
		return path, err
	}
	if err := os.MkdirAll(c.folder(), 0o755); err != nil {
		return "", err
	}
	lock, err := acquire(ctx, filepath.Join(c.folder(), file.Name+".lock"))
	if err != nil {
		return "", err
	}
	defer lock.release()
	// Another process may have fetched it while this one waited.
	if path, err := c.verified(ctx, file); err != nil || path != "" {
		return path, err
	}
	if c.From != "" {
		return c.copyFrom(ctx, file)
	}
	return c.download(ctx, file)
}

// Find returns where the file is on this machine, without comparing its
// checksum; "" if it is nowhere.
func (c Client) Find(file File) string {
	if file.check() != nil {
		return ""
	}
	for _, path := range c.places(file) {
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path
		}
	}
	return ""
}

// places are the paths that the file may have on this machine.
func (c Client) places(file File) []string {
	readable := c.Readable
	if readable == nil {
		readable = KerasFolders()
	}
	places := []string{filepath.Join(c.folder(), file.Name)}
	for _, folder := range readable {
		places = append(places, filepath.Join(folder, file.Name))
	}
	return places
}

// verified returns the path of a file that is there and right, "" for none.
func (c Client) verified(ctx context.Context, file File) (string, error) {
	for _, path := range c.places(file) {
		err := c.verify(ctx, file, path)
		if err == nil {
			return path, nil
		}
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
	}
	return "", nil
}

func (f File) check() error {
	if f.Name == "" || f.Name != filepath.Base(f.Name) || !filepath.IsLocal(f.Name) || strings.ContainsAny(f.Name, `/\:`) {
		return fmt.Errorf("%q is no name for a file in a cache", f.Name)
	}
	if n := len(f.MD5); n != 0 && n != 32 {
		return fmt.Errorf("the MD5 %q has %d digits, expected 32", f.MD5, n)
	}
	if n := len(f.SHA256); n != 0 && n != 64 {
		return fmt.Errorf("the SHA-256 %q has %d digits, expected 64", f.SHA256, n)
	}
	return nil
}

// published reports whether a checksum tells the right file.
func (f File) published() bool { return f.MD5 != "" || f.SHA256 != "" }

func (c Client) folder() string {
	if c.Folder == "" {
		return DefaultFolder()
	}
	return c.Folder
}

// addresses are where the file is asked for, in turn.
func (c Client) addresses(file File) ([]string, error) {
	official, err := parseAddress(file.URL)
	if err != nil {
		return nil, err
	}
	mirrors := c.Mirrors
	if mirrors == nil {
		mirrors = strings.Fields(os.Getenv(MirrorVariable))
	}
	var addresses []string
	for _, mirror := range mirrors {
		address, err := parseAddress(mirror)
		if err != nil {
			return nil, fmt.Errorf("mirror: %w", err)
		}
		addresses = append(addresses, address.JoinPath(lastPart(official)).String())
	}
	return append(addresses, official.String()), nil
}
