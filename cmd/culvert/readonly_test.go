package main_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"culvert/testenv"
)

// readOnly is a disk that becomes read-only instead of full.
type readOnly interface {
	disk
	// mend makes it writable again; culvert does not run.
	mend(t *testing.T)
}

// newReadOnly gives a file system that its kernel makes read-only under a
// running process, as after an error of the device; for users who may not mount,
// a directory that loses its permissions; and for root where nothing can be
// mounted, whom permissions do not hold, files that may not grow.
func newReadOnly(t *testing.T) readOnly {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "disk")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	d := deviceDisk{image: dir + ".img", mountedDisk: mountedDisk(dir)}
	err := d.make()
	switch {
	case err == nil:
		t.Cleanup(func() {
			if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
				t.Errorf("unmounting %s: %v", dir, err)
			}
		})
		return d
	case os.Geteuid() != 0:
		t.Logf("the directory loses its permissions, since mounting is not possible: %v", err)
		return lockedDisk{limitedDisk(filepath.Join(dir, "data"))}
	}
	t.Logf("files are limited, since mounting is not possible: %v", err)
	return limitedDisk(filepath.Join(dir, "data"))
}

// deviceDisk is an ext4 file system on a file.
type deviceDisk struct {
	image string
	mountedDisk
}

func (d deviceDisk) make() error {
	if err := os.WriteFile(d.image, nil, 0o600); err != nil {
		return err
	}
	if err := os.Truncate(d.image, 128<<20); err != nil {
		return err
	}
	for _, args := range [][]string{
		{"mkfs.ext4", "-q", "-F", d.image},
		{"mount", "-o", "loop,errors=remount-ro", d.image, string(d.mountedDisk)},
	} {
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%q: %w: %s", args, err, out)
		}
	}
	return nil
}

func (d deviceDisk) says() string { return "Read-only file system" }

// fill has ext4 meet an error, as far as it knows (ext4(5), abort).
func (d deviceDisk) fill(w *diskWorld) {
	command(w.t, "mount", "-o", "remount,abort", string(d.mountedDisk))
}

// mend mounts the file anew. The kernel lets go of the loop device and of the
// file system on it some time after umount: a mount that comes before is the old
// one, still read-only.
func (d deviceDisk) mend(t *testing.T) {
	t.Helper()
	probe := filepath.Join(string(d.mountedDisk), "probe")
	testenv.Eventually(t, 30*time.Second, func() error {
		command(t, "umount", string(d.mountedDisk))
		command(t, "mount", "-o", "loop,errors=remount-ro", d.image, string(d.mountedDisk))
		return errors.Join(os.WriteFile(probe, nil, 0o600), os.Remove(probe))
	})
}

func command(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %q: %v: %s", name, args, err, out)
	}
}

// lockedDisk is a directory without permission to write.
type lockedDisk struct{ limitedDisk }

func (d lockedDisk) says() string { return "permission denied" }

func (d lockedDisk) fill(w *diskWorld) { w.must(os.Chmod(d.dir(), 0o555)) }

func (d lockedDisk) mend(t *testing.T) {
	t.Helper()
	if err := os.Chmod(d.dir(), 0o700); err != nil {
		t.Fatal(err)
	}
}

func (d limitedDisk) mend(*testing.T) {} // the limit ended with the process

// TestADiskThatBecomesReadOnlyLosesNothing: reading goes on, /readyz and whoever
// writes are told, and what was committed before is there once the disk can be
// written.
func TestADiskThatBecomesReadOnlyLosesNothing(t *testing.T) {
	t.Parallel()
	d := newReadOnly(t)
	w := newDiskWorld(t, d, "")
	w.createSource()
	l := w.startLoad(2, 5*time.Millisecond)
	w.exec("CREATE SECRET before AS 'x'")
	l.more(20)
	w.fillDisk()
	l.more(20)
	w.unready(w.says())
	if _, ok := d.(deviceDisk); ok {
		w.statusHas(15*time.Second, "stalled", w.says())
		w.refusedFor("42501", "CREATE SECRET after AS 'x'") // as PostgreSQL has EROFS
	}
	w.exec("SELECT count(*) FROM left_ledger")
	if _, ended := exitCode(w.culvert); !ended {
		w.must(w.culvert.Stop())
	}
	w.startUnready()
	if _, ok := d.(lockedDisk); ok { // not what waiting mends
		code, err := w.culvert.Wait(t.Context())
		if err != nil || code != 1 || !strings.Contains(w.culvert.Log(), "culvert: ") {
			t.Errorf("the start ends with %d %v", code, err)
		}
	} else {
		w.unready(w.says())
		w.must(w.culvert.Stop())
	}
	d.mend(t)
	w.full = false
	w.must(w.culvert.Start(t.Context()))
	w.mark(60 * time.Second)
	l.stop()
	w.same()
	w.exec("DROP SECRET before; DROP SOURCE s CASCADE")
	w.noSlots(20 * time.Second)
	w.noOrphans()
}

// refusedFor checks the code of an error.
func (w *diskWorld) refusedFor(code, sql string) {
	w.t.Helper()
	if err := w.culvert.Exec(w.t.Context(), sql); !hasCode(err, code) || !strings.Contains(err.Error(), w.says()) {
		w.t.Errorf("%s: %v", sql, err)
	}
}

// TestAStartWaitsForADiskThatCanBeWritten: while the disk is full or read-only
// the process says so, and is ready by itself afterwards.
func TestAStartWaitsForADiskThatCanBeWritten(t *testing.T) {
	t.Parallel()
	d := newDisk(t)
	w := newDiskWorld(t, d, "")
	w.createSource()
	w.must(w.culvert.Stop())
	mounted, ok := d.(mountedDisk)
	if ok {
		w.must(syscall.Mount("tmpfs", string(mounted), "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, fmt.Sprintf("size=%d", roomy)))
	}
	w.startUnready()
	if ok {
		w.unready("read-only file system")
		w.must(syscall.Mount("tmpfs", string(mounted), "tmpfs", syscall.MS_REMOUNT, fmt.Sprintf("size=%d", roomy)))
		w.ready()
		w.same()
	}
	// A new directory on a disk that is full from the beginning.
	w.ready()
	w.must(w.culvert.Stop())
	w.must(os.RemoveAll(w.dir()))
	if ok {
		w.fillDisk()
	} else {
		w.full = true // files are limited from the start on
	}
	w.startUnready()
	w.unready(w.says())
	w.freeDisk()
	w.ready()
	w.exec("CREATE SECRET s AS 'x'")
	w.must(errors.Join(w.culvert.Restart(t.Context()), w.culvert.Exec(t.Context(), "DROP SECRET s")))
}
