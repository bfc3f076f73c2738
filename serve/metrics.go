package serve

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// meters are what /metrics tells, in a registry of the server's own.
type meters struct {
	registry    *prometheus.Registry
	requests    *prometheus.CounterVec
	durations   *prometheus.HistogramVec
	batches     *prometheus.HistogramVec
	runs        *prometheus.HistogramVec
	decodes     prometheus.Histogram
	loads       *prometheus.CounterVec
	versions    *prometheus.GaugeVec
	ready       prometheus.Gauge
	connections prometheus.Gauge
}

func newMeters() *meters {
	seconds := []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}
	m := &meters{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lince_requests_total", Help: "Requests by route and status."}, []string{"route", "status"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "lince_request_duration_seconds", Help: "From the header of a request to its answer.", Buckets: seconds}, []string{"route"}),
		batches: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "lince_batch_size", Help: "Pictures in one run of a model.", Buckets: prometheus.ExponentialBuckets(1, 2, 9)}, []string{"model"}),
		runs: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "lince_run_duration_seconds", Help: "One run of a model.", Buckets: seconds}, []string{"model"}),
		decodes: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "lince_decode_duration_seconds", Help: "Decoding, resizing and scaling of one picture.", Buckets: seconds}),
		loads: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lince_model_loads_total", Help: "Files of models read, by what came of it."}, []string{"model", "result"}),
		versions: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "lince_model_version", Help: "The version that answers; it grows with every load."}, []string{"model"}),
		ready: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "lince_ready", Help: "1 while the server takes requests, 0 when it is stopping."}),
		connections: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "lince_connections", Help: "Open connections."}),
	}
	m.registry.MustRegister(m.requests, m.durations, m.batches, m.runs, m.decodes, m.loads, m.versions, m.ready, m.connections,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// watchQueue adds the queue of a model.
func (m *meters) watchQueue(model string, waiting func() int) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "lince_queue_length", Help: "Pictures that wait for a model or are being decoded for it.",
		ConstLabels: prometheus.Labels{"model": model},
	}, func() float64 { return float64(waiting()) }))
}

func (m *meters) answered(route string, status int, took time.Duration) {
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Inc()
	m.durations.WithLabelValues(route).Observe(took.Seconds())
}

func (m *meters) ran(model string, samples int, took time.Duration) {
	m.batches.WithLabelValues(model).Observe(float64(samples))
	m.runs.WithLabelValues(model).Observe(took.Seconds())
}

func (m *meters) loaded(model string, version int, err error) {
	result := "ok"
	if err != nil {
		result = "error"
	} else {
		m.versions.WithLabelValues(model).Set(float64(version))
	}
	m.loads.WithLabelValues(model, result).Inc()
}

func (m *meters) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry, DisableCompression: true})
}
