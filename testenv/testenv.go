// Package testenv starts real servers for tests, the demo and the benchmarks:
// PostgreSQL, Apache Kafka, an sshd bastion, a TCP proxy that delays and cuts,
// and culvert itself. Each has a loopback address (127.x.y.z) and a temporary folder of its
// own, so that packages can test in parallel and each server can still have the
// port that people expect (5432, 22, 6875).
//
// The Start functions take a context that bounds the start, and return a server
// whose Close stops every process and removes every file. The functions that
// take a testing.TB do the same, register Close as cleanup, and fail the test,
// saying what to install, when a program is missing; nothing is ever skipped.
//
// The package runs on Linux, as root and as an ordinary user. When the process
// that started a server dies, the kernel ends the server too.
package testenv

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// startTimeout bounds the start of one server in a test: long, because a cold
// machine with two cores may start many at once.
const startTimeout = 60 * time.Second

// startContext returns the context under which the TB helpers start a server.
func startContext(tb testing.TB) context.Context {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	tb.Cleanup(cancel)
	return ctx
}

// logTail registers the printing of a server's log when the test fails.
func logTail(tb testing.TB, name string, log func() string) {
	tb.Helper()
	tb.Cleanup(func() {
		if !tb.Failed() {
			return
		}
		lines := strings.Split(strings.TrimSpace(log()), "\n")
		if len(lines) > 60 {
			lines = lines[len(lines)-60:]
		}
		tb.Logf("the end of the log of %s:\n%s", name, strings.Join(lines, "\n"))
	})
}

// MissingError says that a program which a server needs is not installed.
type MissingError struct {
	Program string // the program or library that was not found
	Package string // the Debian package that has it
}

// Error names the program and how to install it.
func (e *MissingError) Error() string {
	return fmt.Sprintf("%s was not found: run scripts/install-deps.sh, or install it by hand (Debian package %s)", e.Program, e.Package)
}

// tempDir makes a temporary folder with a short path (the path of a unix socket
// has at most 107 bytes) that another user can pass through.
func tempDir(prefix string) (string, error) {
	base := os.TempDir()
	if len(base) > 40 || !passable(base) {
		base = "/tmp"
	}
	return os.MkdirTemp(base, "culvert-"+prefix+"-")
}

// passable reports whether every user may pass through dir and its parents.
func passable(dir string) bool {
	for {
		info, err := os.Stat(dir)
		if err != nil || info.Mode().Perm()&0o001 == 0 {
			return false
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return true
		}
		dir = parent
	}
}

// lockFile takes an exclusive lock on path, waiting for other processes, and
// returns the function that gives it back.
func lockFile(path string) (func(), error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		f.Close()
		return nil, fmt.Errorf("locking %s: %w", path, err)
	}
	return func() { f.Close() }, nil
}

// WaitFor calls ready every 10 ms until it returns nil. When the context ends
// first it returns the context's error with ready's last one.
func WaitFor(ctx context.Context, ready func() error) error { return waitFor(ctx, nil, ready) }

// Eventually is WaitFor for tests: it fails the test when the condition does not
// come true within the time given.
func Eventually(tb testing.TB, within time.Duration, ready func() error) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), within)
	defer cancel()
	if err := WaitFor(ctx, ready); err != nil {
		tb.Fatalf("not within %v: %v", within, err)
	}
}

// waitFor polls until ready returns nil, and gives ready's last error when the
// context ends first. gone, when not nil, ends the wait early.
func waitFor(ctx context.Context, gone <-chan struct{}, ready func() error) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ready()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w (last: %w)", ctx.Err(), err)
		case <-gone:
			return fmt.Errorf("the process ended: %w", err)
		case <-tick.C:
		}
	}
}
