package duckdb

import (
	"testing"

	"culvert/engine"
	"culvert/engine/enginetest"

	"go.uber.org/goleak"
)

func openDirectory(dir string) (engine.Engine, error) { return Open(Options{Dir: dir}) }

func TestMain(m *testing.M) {
	if enginetest.Child(openDirectory) {
		return
	}
	goleak.VerifyTestMain(m)
}

func TestContract(t *testing.T) { enginetest.Run(t, openDirectory) }
