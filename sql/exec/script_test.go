package exec

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
)

// TestScripts runs testdata/<statement>: each file is a server of its own. The
// command sql [session=name] runs its input as one Query message.
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		n := newNode(t)
		terminals := map[string]*terminal{}
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd != "sql" {
				return fmt.Sprintf("unknown command %s", d.Cmd)
			}
			name := "main"
			d.MaybeScanArgs(t, "session", &name)
			if terminals[name] == nil {
				terminals[name] = n.terminal(t)
			}
			return strings.TrimRight(terminals[name].run(d.Input), "\n")
		})
	})
}
