package main

import (
	"slices"
	"strings"
	"testing"
)

func TestCountTests(t *testing.T) {
	events := `
{"Action":"run","Package":"m/graph","Test":"TestDerivatives"}
{"Action":"run","Package":"m/graph","Test":"TestDerivatives/add"}
{"Action":"pass","Package":"m/graph","Test":"TestDerivatives/add"}
{"Action":"run","Package":"m/graph","Test":"TestDerivatives/pad"}
{"Action":"pass","Package":"m/graph","Test":"TestDerivatives/pad"}
{"Action":"pass","Package":"m/graph","Test":"TestDerivatives"}
{"Action":"pass","Package":"m/graph"}
{"Action":"run","Package":"m/layers","Test":"TestLayersEqualKeras"}
{"Action":"run","Package":"m/layers","Test":"TestLayersEqualKeras/dense"}
{"Action":"fail","Package":"m/layers","Test":"TestLayersEqualKeras/dense"}
{"Action":"fail","Package":"m/layers","Test":"TestLayersEqualKeras"}
{"Action":"run","Package":"m/layers","Test":"TestOther"}
{"Action":"skip","Package":"m/layers","Test":"TestOther"}
{"Action":"fail","Package":"m/layers"}
{"Action":"run","Package":"m/backend/cpu","Test":"TestConformance"}
{"Action":"run","Package":"m/backend/cpu","Test":"TestConformance/dot"}
{"Action":"pass","Package":"m/backend/cpu","Test":"TestConformance/dot"}
{"Action":"pass","Package":"m/backend/cpu","Test":"TestConformance"}
{"Action":"build-fail","ImportPath":"m/losses"}
{"Action":"fail","Package":"m/losses"}
`
	tally, failures, err := countTests(strings.NewReader(events))
	if err != nil {
		t.Fatal(err)
	}
	want := testTally{passed: 3, failed: 2, skipped: 1, gradients: 2, againstOther: 1}
	if tally != want {
		t.Errorf("tally %+v, expected %+v", tally, want)
	}
	if want := []string{"m/layers TestLayersEqualKeras/dense", "m/losses"}; !slices.Equal(failures, want) {
		t.Errorf("failures %q, expected %q", failures, want)
	}
}
