package augment_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/lince-ml/lince/images/augment"
)

func TestStandardizeAsKeras(t *testing.T) {
	var golden struct {
		Sources []array
		Cases   []struct {
			Options struct {
				Rescale           float64 `json:"rescale"`
				SamplewiseCenter  bool    `json:"samplewise_center"`
				SamplewiseStd     bool    `json:"samplewise_std_normalization"`
				FeaturewiseCenter bool    `json:"featurewise_center"`
				FeaturewiseStd    bool    `json:"featurewise_std_normalization"`
				Whitening         bool    `json:"zca_whitening"`
				Epsilon           float64 `json:"zca_epsilon"`
			}
			Result array
		}
	}
	readGolden(t, "standardize.json", &golden)
	bytes := golden.Sources[0]
	n, features := bytes.Shape[0], bytes.Shape[1]*bytes.Shape[2]*bytes.Shape[3]
	for _, c := range golden.Cases {
		t.Run(fmt.Sprintf("%+v", c.Options), func(t *testing.T) {
			o := c.Options
			all := make([]float32, len(bytes.Data))
			for i, v := range bytes.Data {
				all[i] = float32(v)
			}
			if o.Rescale != 0 {
				augment.Rescale(all, o.Rescale)
			}
			statistics := augment.NewStatistics(3)
			for i := range n {
				if err := statistics.Add(all[i*features:][:features]); err != nil {
					t.Fatal(err)
				}
			}
			got := append([]float32(nil), all[features:2*features]...)
			if o.SamplewiseCenter || o.SamplewiseStd {
				augment.SamplewiseCenter(got)
			}
			if o.SamplewiseStd {
				augment.SamplewiseStd(got)
			}
			if o.FeaturewiseCenter || o.FeaturewiseStd || o.Whitening {
				augment.FeaturewiseCenter(got, statistics.Mean())
			}
			if o.FeaturewiseStd {
				augment.FeaturewiseStd(got, statistics.Std())
			}
			if o.Whitening {
				augment.FeaturewiseCenter(all, statistics.Mean())
				whitening, err := augment.ZCA(all, n, features, o.Epsilon)
				if err != nil {
					t.Fatal(err)
				}
				white := make([]float32, features)
				if err := whitening.Apply(white, got); err != nil {
					t.Fatal(err)
				}
				got = white
			}
			want := c.Result.floats()
			largest := 0.0
			for _, v := range want {
				largest = max(largest, math.Abs(float64(v)))
			}
			equal(t, got, want, 5e-6*largest) // Keras sums 1800 values in float32
		})
	}
}

func TestStatisticsRefusePartialPixels(t *testing.T) {
	if err := augment.NewStatistics(3).Add(make([]float32, 4)); err == nil {
		t.Error("4 values were taken for pixels of 3 channels")
	}
	if err := augment.NewStatistics(0).Add(nil); err == nil {
		t.Error("pixels without channels were taken")
	}
}

func TestStatisticsFarFromZero(t *testing.T) {
	s := augment.NewStatistics(1)
	for range 1000 {
		if err := s.Add([]float32{1e6, 1e6 + 1}); err != nil {
			t.Fatal(err)
		}
	}
	if mean, std := s.Mean()[0], s.Std()[0]; mean != 1e6+0.5 || math.Abs(float64(std)-0.5) > 1e-6 {
		t.Errorf("mean %v and deviation %v of 1000000 and 1000001, expected 1000000.5 and 0.5", mean, std)
	}
}

func TestZCARefusals(t *testing.T) {
	for want, err := range map[string]error{
		"smaller target size": refusal(augment.ZCA(make([]float32, 150*150*3), 1, 150*150*3, 1e-6)),
		"expected 2 pictures": refusal(augment.ZCA(make([]float32, 5), 2, 3, 1e-6)),
		"epsilon above 0":     refusal(augment.ZCA(make([]float32, 6), 2, 3, 0)),
		"epsilon NaN":         refusal(augment.ZCA(make([]float32, 6), 2, 3, math.NaN())),
		"the value NaN":       refusal(augment.ZCA([]float32{1, float32(math.NaN())}, 1, 2, 1e-6)),
		"whitening a picture": new(augment.Whitening).Apply(nil, nil),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, expected one with %q", err, want)
		}
	}
}

func refusal(_ *augment.Whitening, err error) error { return err }
