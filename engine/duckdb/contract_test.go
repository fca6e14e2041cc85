package duckdb

import (
	"fmt"
	"os"
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
	if dir := os.Getenv(fullVariable); dir != "" {
		if err := fillDisk(dir); err != nil {
			fmt.Println(err)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

func TestContract(t *testing.T) { enginetest.Run(t, openDirectory) }
