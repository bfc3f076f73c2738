package transfer

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"math"
	"path/filepath"

	"github.com/lince-ml/lince"
	"github.com/lince-ml/lince/images"
)

// Key names the features that a base makes of pictures: a digest of the base's
// layers and weights, of the pictures' paths and bytes and of all that is done to
// them. settings are what else decides, such as the generator that augments. It
// reads all files.
func Key(ctx context.Context, base *lince.Model, pictures *images.Pictures, settings ...any) (string, error) {
	digest := sha256.New()
	about := append([]any{pictures.Preprocessing(), pictures.Spec().BatchSize, pictures.ClassMode(), pictures.Labels()}, settings...)
	for _, one := range about {
		content, err := json.Marshal(one)
		if err != nil {
			return "", fmt.Errorf("transfer: %w", err)
		}
		digest.Write(content)
	}
	for _, path := range pictures.Filepaths() {
		full, err := filepath.Abs(path)
		if err != nil {
			return "", fmt.Errorf("transfer: %w", err)
		}
		fmt.Fprintf(digest, "%q\n", full)
	}
	content, err := pictures.Digest(ctx)
	if err != nil {
		return "", fmt.Errorf("transfer: %w", err)
	}
	fmt.Fprintln(digest, content)
	if err := digestModel(digest, base); err != nil {
		return "", fmt.Errorf("transfer: %w", err)
	}
	return hex.EncodeToString(digest.Sum(nil)), nil
}

// digestModel adds a model's layers and weights.
func digestModel(digest hash.Hash, model *lince.Model) error {
	config, err := model.MarshalJSON()
	if err != nil {
		return err
	}
	digest.Write(config)
	buffered := bufio.NewWriterSize(digest, 64<<10)
	var number [4]byte
	for _, instance := range model.Layers() {
		values, err := model.Weights(instance.Name())
		if err != nil {
			return err
		}
		for _, value := range values {
			for _, element := range value.Float32s() {
				binary.LittleEndian.PutUint32(number[:], math.Float32bits(element))
				buffered.Write(number[:])
			}
		}
	}
	return buffered.Flush()
}
