package main_test

import (
	"testing"
	"time"
)

// TestSIGTERMWithinAnyWorkLosesNothing ends culvert while it copies a large
// table and while it applies, under write load. It is gone within ten seconds,
// with exit code 0, and goes on where it was.
func TestSIGTERMWithinAnyWorkLosesNothing(t *testing.T) {
	t.Parallel()
	w := killer{world: newWorld(t, incompressible(16000))}
	l := w.startLoad(2, 5*time.Millisecond)
	for _, p := range []phase{
		{name: "snapshot", times: 1, longest: 500 * time.Millisecond},
		{name: "apply", times: 1, longest: 50 * time.Millisecond},
		{name: "apply", times: 20, longest: 8 * time.Millisecond},
	} {
		w.phase = p
		at := w.logSize()
		if p.name == "snapshot" {
			w.exec(createSource)
		} else {
			w.pg.MustExec(t, "UPDATE large SET noise = 'x' || noise")
		}
		w.await(at)
		begun := time.Now()
		w.must(w.culvert.Stop())
		if took := time.Since(begun); took > 10*time.Second {
			t.Errorf("within the phase %q, SIGTERM took %v", p.name, took)
		}
		w.must(w.culvert.Start(t.Context()))
		w.mark(100 * time.Second)
		w.statusHas(15*time.Second, "running: NULL")
	}
	l.stop()
	w.mark(60 * time.Second)
	w.compare()
	w.exec("DROP SOURCE s CASCADE")
	w.noSlots(20 * time.Second)
	w.noOrphans()
}
