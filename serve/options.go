package serve

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"runtime"
	"slices"
	"time"

	"github.com/lince-ml/lince"
)

// Model is one that a server answers for: a name in its addresses, and the
// file that it is read from, now and whenever that has changed.
type Model struct{ Name, Path string }

// Options say what a server serves, and how.
type Options struct {
	// Models, each with a name of its own. The first is the one of POST /classify.
	Models []Model
	// Load reads a model's file; nil is lince.LoadWith without its training.
	// An engine that it gives to several models stays the caller's to close.
	Load func(path string) (*lince.Model, error)
	// Explain makes what explains the pictures of a model, when the first one
	// is to be explained; it is kept as long as the model. Without it, explaining
	// answers 501.
	Explain func(ctx context.Context, model *lince.Model) (Explainer, error)
	// Page serves what is not part of the protocols, / among it; nil for nothing.
	Page http.Handler
	// Log is told of requests and of models that come and go; nil for nobody.
	Log *slog.Logger

	// TLS, if not nil, encrypts the connections that Serve accepts.
	TLS *tls.Config
	// Token, if not empty, is what clients have to bear.
	Token string
	// Hosts are the names by which the server may be called, beside localhost and
	// addresses of numbers; "*" among them for any. On a loopback address, and
	// without a token anywhere, the names keep pages of others, whose name
	// suddenly leads here, away from it.
	Hosts []string

	// BatchSize is the most pictures in one run of a model; 0 means 32.
	BatchSize int
	// BatchDelay is how long a run waits at most for pictures that have arrived
	// but are still being decoded; 0 means 2 ms, less than 0 no time.
	BatchDelay time.Duration
	// Poll is how often models' files are looked at for changes; 0 means
	// never. A change is taken up when the file has been left alone for as long.
	Poll time.Duration
	// Limits bound what clients may ask.
	Limits Limits
}

// Limits bound what a server spends on its clients. Of each the zero value is
// the default.
type Limits struct {
	// Queue is the most pictures that wait for one model, and so the most in one
	// request; more are refused with 503. 0 means 128.
	Queue int
	// Decoders is the number of pictures decoded at the same time; 0 means as
	// many as the process may use processors.
	Decoders int
	// Body is the largest body of a request, in bytes; 0 means 32 MiB. Bodies is
	// the memory for all that are held at the same time; 0 means 256 MiB.
	Body, Bodies int64
	// Pixels is the most height × width of a picture, checked before it is
	// decoded; 0 means 32 Mi.
	Pixels int
	// Connections is the most that are open; more wait to be accepted. 0 means 4096.
	Connections int
	// Header and Idle are how long a client may take for the header of a request,
	// and rest between two requests; 0 means 10 s and 2 min.
	Header, Idle time.Duration
	// Upload and Answer are how long the body of a request may take to arrive,
	// and what follows, to the last byte of the answer; 0 means 30 s each.
	Upload, Answer time.Duration
	// Notice is how long a server that is told to stop goes on answering, says
	// that it is not ready so that balancers turn away, and asks clients to close
	// their connections: what they have sent on resting ones is not lost. 0 means
	// half a second. Drain is how long it then waits for the requests at hand; 0
	// means 30 s.
	Drain, Notice time.Duration
}

const mebibyte = 1 << 20

// withDefaults fills in what is zero.
func (l Limits) withDefaults() Limits {
	return Limits{
		Queue:    cmp.Or(l.Queue, 128),
		Decoders: cmp.Or(l.Decoders, runtime.GOMAXPROCS(0)),
		Body:     cmp.Or(l.Body, 32*mebibyte), Bodies: cmp.Or(l.Bodies, 256*mebibyte),
		Pixels: cmp.Or(l.Pixels, 32*mebibyte), Connections: cmp.Or(l.Connections, 4096),
		Header: cmp.Or(l.Header, 10*time.Second), Idle: cmp.Or(l.Idle, 2*time.Minute),
		Upload: cmp.Or(l.Upload, 30*time.Second), Answer: cmp.Or(l.Answer, 30*time.Second),
		Drain: cmp.Or(l.Drain, 30*time.Second), Notice: cmp.Or(l.Notice, 500*time.Millisecond),
	}
}

func (l Limits) validate() error {
	whole := []struct {
		name  string
		value int64
	}{
		{"Queue", int64(l.Queue)}, {"Decoders", int64(l.Decoders)}, {"Body", l.Body}, {"Bodies", l.Bodies},
		{"Pixels", int64(l.Pixels)}, {"Connections", int64(l.Connections)}, {"Header", int64(l.Header)}, {"Idle", int64(l.Idle)},
		{"Upload", int64(l.Upload)}, {"Answer", int64(l.Answer)}, {"Drain", int64(l.Drain)}, {"Notice", int64(l.Notice)},
	}
	for _, limit := range whole {
		if limit.value < 0 {
			return fmt.Errorf("serve: Limits.%s is %d, expected a positive one, or 0 for the default", limit.name, limit.value)
		}
	}
	return nil
}

// modelName is what a name in addresses may be: nothing that needs escaping.
var modelName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$`)

// complete checks the options and fills in defaults.
func (o Options) complete() (Options, error) {
	if len(o.Models) == 0 {
		return o, errors.New("serve: there is nothing to serve: Options.Models is empty")
	}
	for i, model := range o.Models {
		if !modelName.MatchString(model.Name) {
			return o, fmt.Errorf("serve: %q cannot be a model's name, expected letters, digits, _, . and -", model.Name)
		}
		if slices.ContainsFunc(o.Models[:i], func(other Model) bool { return other.Name == model.Name }) {
			return o, fmt.Errorf("serve: two models are named %q; give each a name of its own", model.Name)
		}
	}
	if o.BatchSize < 0 || o.Poll < 0 {
		return o, fmt.Errorf("serve: BatchSize %d and Poll %v must not be negative", o.BatchSize, o.Poll)
	}
	if err := o.Limits.validate(); err != nil {
		return o, err
	}
	o.Limits = o.Limits.withDefaults()
	o.BatchSize = min(cmp.Or(o.BatchSize, 32), o.Limits.Queue)
	o.BatchDelay = max(0, cmp.Or(o.BatchDelay, 2*time.Millisecond))
	if o.Load == nil {
		o.Load = func(path string) (*lince.Model, error) {
			return lince.LoadWith(path, lince.LoadOptions{NoCompile: true})
		}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o, nil
}
