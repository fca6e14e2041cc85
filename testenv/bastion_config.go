package testenv

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
)

// SSHKey is an Ed25519 key pair for the ssh client.
type SSHKey struct {
	Path   string // the private key's file
	Public string // "ssh-ed25519 AAAA…", without a comment
}

// NewSSHKey makes a key pair without passphrase at path (and path.pub),
// replacing what is there.
func NewSSHKey(ctx context.Context, path string) (SSHKey, error) {
	keygen, err := findProgram("ssh-keygen", "openssh-client")
	if err != nil {
		return SSHKey{}, err
	}
	for _, old := range []string{path, path + ".pub"} {
		if err := os.Remove(old); err != nil && !errors.Is(err, os.ErrNotExist) {
			return SSHKey{}, err
		}
	}
	if err := run(ctx, nil, keygen, "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path); err != nil {
		return SSHKey{}, err
	}
	public, err := os.ReadFile(path + ".pub")
	if err != nil {
		return SSHKey{}, err
	}
	return SSHKey{Path: path, Public: strings.TrimSpace(string(public))}, nil
}

// DefaultUser returns who can log in at a bastion that this process starts: the
// user itself, or as root the first of root and some system users whose account
// is not locked (sshd refuses those whose entry in /etc/shadow starts with "!").
func DefaultUser() (string, error) {
	if !isRoot() {
		u, err := user.Current()
		if err != nil {
			return "", err
		}
		return u.Username, nil
	}
	shadow, err := os.Open("/etc/shadow")
	if err != nil {
		return "root", nil // no shadow file, no locked accounts
	}
	defer shadow.Close()
	open := map[string]bool{}
	for lines := bufio.NewScanner(shadow); lines.Scan(); {
		name, rest, _ := strings.Cut(lines.Text(), ":")
		open[name] = !strings.HasPrefix(rest, "!")
	}
	for _, name := range []string{"root", "daemon", "nobody", "games"} {
		if open[name] {
			return name, nil
		}
	}
	return "", errors.New("no account is open for logins: unlock root, or name a user")
}

// prepare writes the bastion's keys, configuration and hosts file.
func (b *Bastion) prepare(ctx context.Context) error {
	// Whoever logs in reads authorized_keys with rights of their own.
	if err := os.Chmod(b.dir, 0o755); err != nil {
		return err
	}
	if err := makeRunDir(); err != nil {
		return err
	}
	if err := b.NewHostKey(ctx); err != nil {
		return err
	}
	if err := b.SetAuthorizedKeys(b.opts.AuthorizedKeys...); err != nil {
		return err
	}
	if err := b.writeHosts(); err != nil {
		return err
	}
	return os.WriteFile(b.path("sshd_config"), []byte(b.config()), 0o644)
}

// config returns the text of sshd_config. sshd takes the first value of an
// option, so the caller's own lines come first.
func (b *Bastion) config() string {
	lines := slices.Clone(b.opts.Config)
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	add("ListenAddress %s", b.host)
	add("Port %d", b.port)
	add("HostKey %s", b.path("host_key"))
	add("AuthorizedKeysFile %s", b.path("authorized_keys"))
	add("PidFile none")
	add("UsePAM no")
	add("StrictModes no")
	add("PasswordAuthentication no")
	add("KbdInteractiveAuthentication no")
	add("PermitRootLogin prohibit-password")
	add("UseDNS no")
	add("LogLevel VERBOSE")
	if b.opts.AllowTCPForwarding != "" {
		add("AllowTcpForwarding %s", b.opts.AllowTCPForwarding)
	}
	if len(b.opts.PermitOpen) > 0 {
		add("PermitOpen %s", strings.Join(b.opts.PermitOpen, " "))
	}
	if b.opts.MaxStartups != "" {
		add("MaxStartups %s", b.opts.MaxStartups)
	}
	return strings.Join(lines, "\n") + "\n"
}

// CheckSSHDConfig has sshd read a configuration file (sshd -t) and returns what it
// finds wrong.
func CheckSSHDConfig(ctx context.Context, path string) error {
	program, err := findSSHD()
	if err != nil {
		return err
	}
	if err := makeRunDir(); err != nil {
		return err
	}
	return run(ctx, nil, program, "-t", "-f", path)
}

func findSSHD() (string, error) {
	return findProgram("sshd", "openssh-server", "/usr/sbin", "/usr/local/sbin", "/sbin")
}

// makeRunDir makes the empty folder that sshd wants to see when it runs as root.
func makeRunDir() error {
	if !isRoot() {
		return nil
	}
	return os.MkdirAll("/run/sshd", 0o755)
}

// writeHosts writes the hosts file in place: it is bind-mounted, and a new file
// under the old name would not be seen. The machine's own entries come last.
func (b *Bastion) writeHosts() error {
	var text strings.Builder
	for name, addr := range b.opts.Hosts {
		fmt.Fprintf(&text, "%s %s\n", addr, name)
	}
	own, err := os.ReadFile("/etc/hosts")
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	text.Write(own)
	return os.WriteFile(b.path("hosts"), []byte(text.String()), 0o644)
}

// spec returns how to run sshd so that it sees its own hosts file: in a mount
// namespace as root, with libnss-wrapper otherwise.
func (b *Bastion) spec() (processSpec, error) {
	args := []string{"-D", "-e", "-f", b.path("sshd_config")}
	spec := processSpec{name: "sshd", path: b.program, args: args, dir: b.dir, log: b.path("log")}
	switch {
	case len(b.opts.Hosts) == 0:
		return spec, nil
	case !b.opts.NSSWrapper && canMount():
		shell := `mount --bind "$1" /etc/hosts && shift && exec "$@"`
		spec.path = "/bin/sh"
		spec.args = append([]string{"-c", shell, "sh", b.path("hosts"), b.program}, args...)
		spec.mount = true
		return spec, nil
	}
	wrapper, err := findNSSWrapper()
	if err != nil {
		return spec, err
	}
	spec.env = []string{"LD_PRELOAD=" + wrapper, "NSS_WRAPPER_HOSTS=" + b.path("hosts")}
	return spec, nil
}

// canMount reports whether this process may make a mount namespace and bind a
// file in it. Containers often let root do neither.
var canMount = sync.OnceValue(func() bool {
	if !isRoot() {
		return false
	}
	cmd := exec.Command("/bin/sh", "-c", "mount --bind /etc/hosts /etc/hosts")
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	return cmd.Run() == nil
})

// findNSSWrapper looks for the library that answers name lookups from a file.
func findNSSWrapper() (string, error) {
	for _, pattern := range []string{
		"/usr/lib/*/libnss_wrapper.so", "/usr/lib/libnss_wrapper.so",
		"/usr/lib64/libnss_wrapper.so", "/usr/local/lib/libnss_wrapper.so",
	} {
		if found, err := filepath.Glob(pattern); err == nil && len(found) > 0 {
			return found[0], nil
		}
	}
	return "", &MissingError{Program: "libnss_wrapper.so", Package: "libnss-wrapper"}
}
