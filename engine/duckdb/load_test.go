package duckdb

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"culvert/testenv"
)

// threadsOf is what the pool is set to.
func threadsOf(d *database) int {
	d.loads.mu.Lock()
	defer d.loads.mu.Unlock()
	return d.loads.set
}

func TestLoadingConnectionsTakeTheThreadsOfThePool(t *testing.T) {
	d := openTest(t)
	c := connectTest(t, d)
	d.loads.threads, d.loads.set = 4, 4
	want := func(threads int) {
		t.Helper()
		testenv.Eventually(t, 10*time.Second, func() error {
			if got := threadsOf(d); got != threads {
				return fmt.Errorf("%d threads", got)
			}
			return nil
		})
		d.loads.settled()
		got, err := run(t, c, "SELECT current_setting('threads')::INTEGER")
		if err != nil || !slices.Equal(got, []string{strconv.Itoa(threads)}) {
			t.Fatalf("the engine has %v threads instead of %d: %v", got, threads, err)
		}
	}
	first := d.Load(2)
	want(2)
	second := d.Load(4)
	want(1)
	first()
	first() // once is enough
	want(1)
	second()
	want(4)
}
