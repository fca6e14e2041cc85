package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"culvert/testenv"
)

// forward is an ssh -L: what connects to addr reaches the target from the
// bastion. The references go through it, as culvert goes through its tunnel.
type forward struct {
	addr string
	cmd  *exec.Cmd
	log  *strings.Builder // read after done
	done chan struct{}    // closed when ssh has ended
}

// startForward starts ssh and waits until it listens on addr.
func startForward(ctx context.Context, b *testenv.Bastion, key testenv.SSHKey, addr, target string) (*forward, error) {
	path, err := exec.LookPath("ssh")
	if err != nil {
		return nil, &testenv.MissingError{Program: "ssh", Package: "openssh-client"}
	}
	f := &forward{addr: addr, log: &strings.Builder{}, done: make(chan struct{})}
	f.cmd = exec.Command(path, "-N", "-F", "none", "-i", key.Path, "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes",
		"-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "ExitOnForwardFailure=yes",
		"-p", strconv.Itoa(b.Port()), "-L", addr+":"+target, b.User()+"@"+b.Host())
	f.cmd.Stderr = f.log
	f.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // the parent-death signal belongs to the starting thread
		err := f.cmd.Start()
		started <- err
		if err == nil {
			_ = f.cmd.Wait() // how ssh ended is in its log
		}
		close(f.done)
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("starting ssh: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if err := testenv.WaitFor(ctx, f.listens); err != nil {
		f.close()
		return nil, errors.Join(fmt.Errorf("waiting for ssh -L: %w", err), errors.New(f.log.String()))
	}
	return f, nil
}

// listens reports whether ssh takes connections, which it does once it has
// logged in.
func (f *forward) listens() error {
	conn, err := net.DialTimeout("tcp", f.addr, time.Second)
	if err != nil {
		return err
	}
	return conn.Close()
}

// close ends ssh. It may be called after ssh has ended by itself.
func (f *forward) close() {
	_ = f.cmd.Process.Kill() // it may have ended already
	<-f.done
}
