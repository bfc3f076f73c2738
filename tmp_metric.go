package lince

import (
	"fmt"

	"github.com/lince-ml/lince/config"
	"github.com/lince-ml/lince/metrics"
)

func decodeMetric(o config.Object) (metrics.Metric, error) {
	if o.Class == "accuracy" || o.Class == "Accuracy" {
		return metrics.Accuracy{}, nil
	}
	return nil, fmt.Errorf("metric %s", o.Class)
}
