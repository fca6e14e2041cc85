package auth

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"culvert/sql/pgerr"
)

func from(host, user string) Startup {
	return Startup{User: user, Remote: &net.TCPAddr{IP: net.ParseIP(host), Port: 1000}}
}

func TestWhoFailsWaitsLongerAndLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := NewFailures()
		waits := func(s Startup) time.Duration {
			begun := time.Now()
			if err := f.wait(t.Context(), s); err != nil {
				t.Fatal(err)
			}
			return time.Since(begun)
		}
		bad := from("192.0.2.1", "joe")
		for i, want := range []time.Duration{0, firstDelay, 2 * firstDelay, 4 * firstDelay, 8 * firstDelay, lastDelay, lastDelay} {
			if got := waits(bad); got != want {
				t.Errorf("attempt %d waited %v, not %v", i+1, got, want)
			}
			f.note(bad, pgerr.InvalidPassword)
		}
		for _, other := range []Startup{from("192.0.2.2", "joe"), from("192.0.2.1", "jim")} {
			if got := waits(other); got != 0 {
				t.Errorf("%v waited %v for another's failures", other, got)
			}
		}
		if n := f.Counts()[pgerr.InvalidPassword]; n != 7 {
			t.Errorf("%d failures were counted", n)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		gone := errors.New("gone")
		cancel(gone)
		if err := f.wait(ctx, bad); !errors.Is(err, gone) {
			t.Errorf("a client that is gone: %v", err)
		}
		<-time.After(forgetAfter)
		if got := waits(bad); got != 0 {
			t.Errorf("waited %v for what is long ago", got)
		}
	})
}

func TestWhatIsRememberedOfFailuresIsBounded(t *testing.T) {
	f := NewFailures()
	for i := range maxCallers + 10 {
		f.note(from("192.0.2.1", fmt.Sprint(i)), pgerr.InvalidPassword)
	}
	if n := len(f.callers); n != maxCallers {
		t.Errorf("%d callers are remembered", n)
	}
	if f.delay(callerOf(from("192.0.2.1", fmt.Sprint(maxCallers+9)))) == 0 {
		t.Error("the youngest was forgotten")
	}
}
