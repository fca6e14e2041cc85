package main_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"culvert/testenv"
)

// disk is where a culvert keeps its data. It can be filled, so that nothing more
// can be written, and freed again; resize bounds it in bytes.
type disk interface {
	dir() string
	fill(w *diskWorld)
	free(w *diskWorld)
	resize(w *diskWorld, bytes int64)
	// says is how the operating system words a full disk.
	says() string
}

// disks are what can be filled for real: a file system of its own, where this
// user may mount one, and what every user can, a limit of the size of files
// (setrlimit(2), RLIMIT_FSIZE). Both are kept by the kernel.
var disks = map[string]func(*testing.T) disk{"disk": newDisk, "limit": newLimitedDisk}

func newLimitedDisk(t *testing.T) disk {
	return limitedDisk(filepath.Join(t.TempDir(), "data"))
}

// newDisk gives a file system, or limited files where none can be mounted.
func newDisk(t *testing.T) disk {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "disk")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", roomy)); err != nil {
		t.Logf("files are limited, since mounting is not possible: %v", err)
		return limitedDisk(filepath.Join(dir, "data"))
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmounting %s: %v", dir, err)
		}
	})
	return mountedDisk(dir)
}

// roomy is the size of a disk that is large enough for what the tests write.
const roomy = 512 << 20

// mountedDisk is the mount point of a small file system.
type mountedDisk string

func (d mountedDisk) dir() string  { return filepath.Join(string(d), "data") }
func (d mountedDisk) says() string { return "No space left on device" }

// fill writes until the last byte is taken.
func (d mountedDisk) fill(w *diskWorld) {
	w.t.Helper()
	f, err := os.OpenFile(filepath.Join(string(d), "ballast"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		w.t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 64<<10); err == nil; {
		_, err = f.Write(block)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		w.t.Fatal(err)
	}
}

func (d mountedDisk) free(w *diskWorld) {
	w.t.Helper()
	if err := os.Remove(filepath.Join(string(d), "ballast")); err != nil {
		w.t.Fatal(err)
	}
}

func (d mountedDisk) resize(w *diskWorld, bytes int64) {
	w.t.Helper()
	if err := syscall.Mount("tmpfs", string(d), "tmpfs", syscall.MS_REMOUNT, fmt.Sprintf("size=%d", bytes)); err != nil {
		w.t.Fatal(err)
	}
}

// limitedDisk is a data directory of a process that may not write any file.
type limitedDisk string

func (d limitedDisk) dir() string  { return string(d) }
func (d limitedDisk) says() string { return "File too large" }

func (d limitedDisk) fill(w *diskWorld) { limitFiles(w, "0:unlimited") }
func (d limitedDisk) free(w *diskWorld) { limitFiles(w, "unlimited:unlimited") }

func (d limitedDisk) resize(w *diskWorld, bytes int64) {
	limitFiles(w, fmt.Sprintf("%d:unlimited", bytes))
}

func limitFiles(w *diskWorld, limit string) {
	w.t.Helper()
	command(w.t, "prlimit", "--pid", strconv.Itoa(w.culvert.PID()), "--fsize="+limit)
}

// diskWorld is a world without a bastion whose culvert has its data on a disk.
type diskWorld struct {
	*world
	disk
	full bool
}

func newDiskWorld(t *testing.T, d disk, more string) *diskWorld {
	t.Helper()
	w := &world{t: t, pg: testenv.NewPostgres(t, testenv.PostgresOptions{})}
	w.pg.MustExec(t, schema+more)
	w.pg.MustExec(t, publication)
	w.culvert = testenv.NewCulvert(t, testenv.CulvertOptions{DataDir: d.dir(), Flags: []string{"--log-level", "debug"}})
	w.exec(fmt.Sprintf("CREATE SECRET pgpass AS '%s'", w.pg.Password()))
	w.exec(fmt.Sprintf("CREATE CONNECTION c TO POSTGRES (HOST '%s', PORT %d, USER postgres, PASSWORD SECRET pgpass, DATABASE postgres)", w.pg.Host(), w.pg.Port()))
	return &diskWorld{world: w, disk: d}
}

// fillDisk lets nothing more be written.
func (w *diskWorld) fillDisk() {
	w.t.Helper()
	w.fill(w)
	w.full = true
}

// freeDisk gives the room back.
func (w *diskWorld) freeDisk() {
	w.t.Helper()
	w.free(w)
	w.full = false
}

// startUnready starts culvert, whose disk is as full as it was.
func (w *diskWorld) startUnready() {
	w.t.Helper()
	w.must(w.culvert.StartUnready())
	if limited, ok := w.disk.(limitedDisk); ok && w.full { // the limit was the process's
		limited.fill(w)
	}
}

// lives checks that the process answers, or has ended with exit code 70 after
// the engine failed; then it is started again, as its supervisor would do, and
// must answer as well.
func (w *diskWorld) lives() {
	w.t.Helper()
	testenv.Eventually(w.t, 20*time.Second, func() error {
		if code, ended := exitCode(w.culvert); ended {
			if code != 70 {
				w.t.Fatalf("culvert ended with exit code %d", code)
			}
			w.t.Log("the engine failed for good")
			w.startUnready()
		}
		code, body, err := ask(w.t.Context(), w.culvert, "/livez")
		if err == nil && (code != http.StatusOK || body != "ok\n") {
			err = fmt.Errorf("/livez answers %d %q", code, body)
		}
		return err
	})
}

// unready waits until /readyz gives a reason.
func (w *diskWorld) unready(reason string) {
	w.t.Helper()
	testenv.Eventually(w.t, 20*time.Second, func() error {
		w.lives()
		code, body, err := ask(w.t.Context(), w.culvert, "/readyz")
		if err == nil && (code != http.StatusServiceUnavailable || !strings.Contains(strings.ToLower(body), strings.ToLower(reason))) {
			err = fmt.Errorf("/readyz answers %d %q", code, body)
		}
		return err
	})
}

// ready waits until the process is ready; one whose engine has failed is
// started again.
func (w *diskWorld) ready() {
	w.t.Helper()
	testenv.Eventually(w.t, 30*time.Second, func() error {
		w.lives()
		return w.culvert.Ready(w.t.Context())
	})
}
