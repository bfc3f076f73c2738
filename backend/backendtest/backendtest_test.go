package backendtest_test

import (
	"testing"

	"github.com/lince-ml/lince/backend"
	"github.com/lince-ml/lince/backend/backendtest"
	"github.com/lince-ml/lince/backend/reference"
)

func TestReference(t *testing.T) {
	backendtest.Run(t, func(*testing.T) backend.Backend { return reference.New() })
}
