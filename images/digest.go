package images

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
)

// Digest returns the SHA-256, in hexadecimal, of the names, classes and bytes
// of all files in the order of Labels: it is another one where a picture was
// changed, added, removed or renamed, and the same where the folder was moved or
// its files were touched. It reads every file; one that cannot be read any more
// counts as empty. "" for pictures of arrays.
func (p *Pictures) Digest(ctx context.Context) (string, error) {
	if p.paths == nil {
		return "", nil
	}
	files := make([][sha256.Size]byte, len(p.paths))
	err := parallel(ctx, len(p.paths), p.flow.Workers, func() (func(int), error) {
		buffer := make([]byte, 64<<10)
		return func(i int) { files[i] = digestFile(p.paths[i], buffer) }, nil
	})
	if err != nil {
		return "", fmt.Errorf("images: stopped while reading the pictures: %w", err)
	}
	whole := sha256.New()
	for i, name := range p.names {
		label := -1
		if p.labels != nil {
			label = p.labels[i]
		}
		fmt.Fprintf(whole, "%q %d %x\n", name, label, files[i])
	}
	return hex.EncodeToString(whole.Sum(nil)), nil
}

// digestFile sums a file piece by piece. What is no regular file any more is
// not opened: a pipe would block for ever.
func digestFile(path string, buffer []byte) (sum [sha256.Size]byte) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return sum
	}
	file, err := os.Open(path)
	if err != nil {
		return sum
	}
	defer file.Close()
	digest := sha256.New()
	// Stripped of its own ways to copy, the file goes through the buffer.
	if _, err := io.CopyBuffer(digest, struct{ io.Reader }{file}, buffer); err != nil {
		return sum
	}
	return [sha256.Size]byte(digest.Sum(nil))
}
