package testenv

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a running program with everything it starts.
type process struct {
	name string
	cmd  *exec.Cmd
	done chan struct{} // closed when the program has ended
	err  error         // how it ended; read after done
}

// processSpec says how to run a program.
type processSpec struct {
	name  string
	path  string
	args  []string
	env   []string // added to this process's own
	dir   string
	log   string              // file that output is appended to
	cred  *syscall.Credential // nil: this process's own user
	mount bool                // in a mount namespace of its own
	death syscall.Signal      // sent by the kernel when this process dies; 0 means SIGKILL
}

// startProcess runs a program in its own process group. A goroutine that is
// locked to its thread starts it and waits for it: the parent-death signal
// belongs to the starting thread, which therefore must live as long.
func startProcess(spec processSpec) (*process, error) {
	log, err := os.OpenFile(spec.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(spec.path, spec.args...)
	cmd.Env = append(os.Environ(), spec.env...)
	cmd.Dir = spec.dir
	cmd.Stdout, cmd.Stderr = log, log
	if spec.death == 0 {
		spec.death = syscall.SIGKILL
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: spec.death, Credential: spec.cred}
	if spec.mount {
		cmd.SysProcAttr.Unshareflags = syscall.CLONE_NEWNS
	}
	p := &process{name: spec.name, cmd: cmd, done: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		err := cmd.Start()
		log.Close()
		started <- err
		if err == nil {
			p.err = cmd.Wait()
		}
		close(p.done)
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("starting %s: %w", spec.name, err)
	}
	return p, nil
}

// signal sends a signal to the program itself.
func (p *process) signal(sig syscall.Signal) error {
	select {
	case <-p.done:
		return fmt.Errorf("%s is not running", p.name)
	default:
		return p.cmd.Process.Signal(sig)
	}
}

// signalTree sends a signal to the program and all its descendants, which may
// be in sessions of their own. The program is stopped while they are listed, so
// that none is born unseen.
func (p *process) signalTree(sig syscall.Signal) ([]int, error) {
	if err := p.signal(syscall.SIGSTOP); err != nil {
		return nil, err
	}
	pids := append(descendants(p.cmd.Process.Pid), p.cmd.Process.Pid)
	for _, pid := range pids {
		if err := syscall.Kill(pid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
			return nil, fmt.Errorf("sending %v to process %d of %s: %w", sig, pid, p.name, err)
		}
	}
	return pids, nil
}

// kill ends the program and all its descendants at once, and waits until they
// are gone. Killing what has ended already is no error.
func (p *process) kill() error {
	select {
	case <-p.done:
		return nil
	default:
	}
	pids, err := p.signalTree(syscall.SIGKILL)
	if err != nil {
		select {
		case <-p.done:
			return nil
		default:
			return err
		}
	}
	<-p.done
	return waitGone(pids)
}

// stop sends a signal that asks the program to end, and kills it when it has
// not ended within the time given.
func (p *process) stop(sig syscall.Signal, within time.Duration) error {
	if err := p.signal(sig); err != nil {
		return nil
	}
	select {
	case <-p.done:
		return nil
	case <-time.After(within):
		return errors.Join(fmt.Errorf("%s did not end within %v of %v", p.name, within, sig), p.kill())
	}
}

// waitGone waits until none of the processes runs any more (a zombie that waits
// for its parent counts as gone).
func waitGone(pids []int) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return waitFor(ctx, nil, func() error {
		for _, pid := range pids {
			if _, state, ok := readStat(pid); ok && state != "Z" && state != "X" {
				return fmt.Errorf("process %d still runs", pid)
			}
		}
		return nil
	})
}

// descendants lists the processes below pid, by the parents that /proc names.
func descendants(pid int) []int {
	children := map[int][]int{}
	entries, _ := os.ReadDir("/proc") // without /proc there are no descendants to see
	for _, e := range entries {
		child, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		if parent, _, ok := readStat(child); ok {
			children[parent] = append(children[parent], child)
		}
	}
	var all []int
	for queue := []int{pid}; len(queue) > 0; queue = queue[1:] {
		all = append(all, children[queue[0]]...)
		queue = append(queue, children[queue[0]]...)
	}
	return all
}

// readStat returns parent and state of a process from /proc/PID/stat (proc(5):
// pid (comm) state ppid …; comm may itself have spaces and brackets).
func readStat(pid int) (parent int, state string, ok bool) {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return 0, "", false
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(fields) < 2 {
		return 0, "", false
	}
	parent, err = strconv.Atoi(fields[1])
	return parent, fields[0], err == nil
}

// findProgram looks for a program in PATH and then in folders that an ordinary
// user's PATH may leave out.
func findProgram(name, debianPackage string, dirs ...string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return filepath.Abs(path)
	}
	for _, dir := range dirs {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o111 != 0 {
			return path, nil
		}
	}
	return "", &MissingError{Program: name, Package: debianPackage}
}

// isRoot reports whether this process may act for other users.
func isRoot() bool { return os.Geteuid() == 0 }

// isPermission reports whether err is the system's refusal to open a port.
func isPermission(err error) bool { return errors.Is(err, fs.ErrPermission) }

// lookupCredential returns the ids of the first of the users that exists.
func lookupCredential(names ...string) (*syscall.Credential, error) {
	for _, name := range names {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(u.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(uidErr, gidErr); err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, fmt.Errorf("none of the users %s exists", strings.Join(names, ", "))
}
