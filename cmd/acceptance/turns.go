package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

const needsPeers = "a Python with TensorFlow, ONNX Runtime and OpenVINO (--python) and the script that times them (--peers)"

// turn runs every peer of a race once, then Lince.
func (s *session) turn(ctx context.Context, race race, folder string) (turn, error) {
	t := turn{Peers: map[string]float64{}, Memory: map[string]float64{}}
	for _, peer := range race.peers {
		rate, memory, err := s.peer(ctx, race, folder, peer)
		if err != nil {
			return t, err
		}
		t.Peers[peer], t.Memory[peer] = rate, memory
	}
	var err error
	t.Lince, t.Memory["lince"], err = s.lince(ctx, race, folder, 2)
	return t, err
}

// peer times a peer and returns its pictures per second and largest memory.
func (s *session) peer(ctx context.Context, race race, folder, peer string) (rate, memory float64, err error) {
	arguments := []string{s.peers, race.workload, "--peer", peer, "--batch", strconv.Itoa(race.batch), "--threads", "2", "--rounds", roundsPerTurn}
	if folder != "" {
		arguments = append(arguments, "--data", folder)
	}
	return timed(ctx, race, exec.CommandContext(ctx, s.python, arguments...))
}

// lince times the project itself, built as users get it.
func (s *session) lince(ctx context.Context, race race, folder string, threads int) (rate, memory float64, err error) {
	binary := s.path("lince")
	if _, err := os.Stat(binary); err != nil {
		if err := s.buildLince(ctx, binary); err != nil {
			return 0, 0, err
		}
	}
	arguments := []string{"bench", race.workload, "--batch", strconv.Itoa(race.batch), "--threads", strconv.Itoa(threads), "--rounds", roundsPerTurn, "--json"}
	if folder != "" {
		arguments = append(arguments, "--data", folder)
	}
	if race.precision != "" {
		arguments = append(arguments, "--precision", race.precision)
	}
	return timed(ctx, race, exec.CommandContext(ctx, binary, arguments...))
}

// roundsPerTurn is of how many rounds the best counts.
const roundsPerTurn = "2"

// timed runs a command that prints its pictures per second as JSON.
func timed(ctx context.Context, race race, command *exec.Cmd) (rate, memory float64, err error) {
	var complaints bytes.Buffer
	command.Stderr = &complaints
	command.WaitDelay = 10 * time.Second
	command.Env = append(append(os.Environ(), "TF_CPP_MIN_LOG_LEVEL=3", "CUDA_VISIBLE_DEVICES=-1", "PYTHONDONTWRITEBYTECODE=1"), race.environment...)
	output, err := command.Output()
	if ctx.Err() != nil {
		return 0, 0, ctx.Err()
	}
	name := filepath.Base(command.Path)
	if err != nil {
		return 0, 0, fmt.Errorf("%s %s: %w: %s", name, race.workload, err, lastLines(complaints.String(), 3))
	}
	var answer struct {
		Rate float64 `json:"images_per_s"`
	}
	line := output[bytes.LastIndexByte(bytes.TrimSpace(output), '\n')+1:]
	if err := json.Unmarshal(line, &answer); err != nil {
		return 0, 0, fmt.Errorf("%s %s printed %q, expected a line of JSON: %w", name, race.workload, line, err)
	}
	return answer.Rate, largestResident(command.ProcessState), nil
}

// findPeers returns the script that times other engines, empty if it is not
// beside the project.
func findPeers(root string) string {
	script := filepath.Join(root, "..", "shared", "peers", "peers.py")
	if _, err := os.Stat(script); err != nil {
		return ""
	}
	return script
}

// median returns the middle value, NaN-free lists of at least one assumed.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}
