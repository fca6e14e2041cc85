package testenv

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// postgresTools says where PostgreSQL's programs are and as whom they run.
type postgresTools struct {
	bin  string              // folder of initdb and postgres
	cred *syscall.Credential // nil as an ordinary user
}

// findPostgres looks for PostgreSQL's server programs: where pg_config says,
// where Debian puts them (the newest first, 15 before all), and in PATH.
func findPostgres() (postgresTools, error) {
	dirs := []string{"/usr/lib/postgresql/15/bin"}
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
		dirs = append(dirs, strings.TrimSpace(string(out)))
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // the pattern is well formed
	slices.Reverse(found)
	dirs = append(dirs, found...)
	if path, err := exec.LookPath("initdb"); err == nil {
		dirs = append(dirs, filepath.Dir(path))
	}
	tool := postgresTools{}
	for _, dir := range dirs {
		_, initdbErr := os.Stat(filepath.Join(dir, "initdb"))
		_, serverErr := os.Stat(filepath.Join(dir, "postgres"))
		if initdbErr == nil && serverErr == nil {
			tool.bin = dir
			break
		}
	}
	if tool.bin == "" {
		return tool, &MissingError{Program: "the server of PostgreSQL (initdb, postgres)", Package: "postgresql-15"}
	}
	if !isRoot() {
		return tool, nil
	}
	var err error // PostgreSQL refuses to run as root
	tool.cred, err = lookupCredential("postgres", "nobody")
	return tool, err
}

// prepare fills the server's folder: data from the template, settings,
// pg_hba.conf and the certificate.
func (p *Postgres) prepare(ctx context.Context) error {
	template, err := p.tool.template(ctx)
	if err != nil {
		return err
	}
	if err := run(ctx, nil, "cp", "-r", "--reflink=auto", template, p.dataDir()); err != nil {
		return fmt.Errorf("copying the template of PostgreSQL: %w", err)
	}
	if p.opts.SSL {
		if err := writeCertificate(p.dataDir(), p.host); err != nil {
			return err
		}
	}
	hba := strings.Join(append(slices.Clone(p.opts.HBA),
		"local all all trust",
		"local replication all trust",
		"host all all all scram-sha-256",
		"host replication all all scram-sha-256"), "\n") + "\n"
	if err := os.WriteFile(filepath.Join(p.dataDir(), "pg_hba.conf"), []byte(hba), 0o600); err != nil {
		return err
	}
	conf := filepath.Join(p.dataDir(), "postgresql.auto.conf")
	if err := os.WriteFile(conf, []byte(p.settings()), 0o600); err != nil {
		return err
	}
	if err := os.Chmod(p.dataDir(), 0o700); err != nil {
		return err
	}
	return p.tool.own(p.dir)
}

// settings returns the text of postgresql.auto.conf, which wins over
// postgresql.conf.
func (p *Postgres) settings() string {
	settings := map[string]string{
		"listen_addresses":           p.host,
		"port":                       strconv.Itoa(p.port),
		"unix_socket_directories":    p.dir,
		"wal_level":                  "logical",
		"max_wal_senders":            "30",
		"max_replication_slots":      "30",
		"max_connections":            "120",
		"password_encryption":        "scram-sha-256",
		"dynamic_shared_memory_type": "mmap", // no files are left in /dev/shm after a kill
		"log_line_prefix":            "%m [%p] %a ",
		"timezone":                   "UTC",
	}
	if !p.opts.Durable {
		settings["fsync"] = "off"
		settings["synchronous_commit"] = "off"
		settings["full_page_writes"] = "off"
	}
	if p.opts.SSL {
		settings["ssl"] = "on"
	}
	maps.Copy(settings, p.opts.Settings)
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		fmt.Fprintf(&b, "%s = %s\n", name, quoteLiteral(settings[name]))
	}
	return b.String()
}

// template returns a data folder that initdb has filled, to be copied. It is
// made once per user and version of PostgreSQL, since initdb takes seconds.
func (t postgresTools) template(ctx context.Context) (string, error) {
	version, err := exec.CommandContext(ctx, filepath.Join(t.bin, "initdb"), "--version").Output()
	if err != nil {
		return "", fmt.Errorf("asking initdb for its version: %w", err)
	}
	cache, err := cacheDir()
	if err != nil {
		return "", err
	}
	name := strings.NewReplacer(" ", "-", "(", "", ")", "", "/", "").Replace(strings.TrimSpace(string(version)))
	template := filepath.Join(cache, name+"-v1")
	unlock, err := lockFile(template + ".lock")
	if err != nil {
		return "", err
	}
	defer unlock()
	if _, err := os.Stat(template); err == nil {
		return template, nil
	}
	work, err := tempDir("initdb") // a folder that the server's user can reach
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(work)
	if err := t.own(work); err != nil {
		return "", err
	}
	data := filepath.Join(work, "data")
	err = run(ctx, t.cred, filepath.Join(t.bin, "initdb"), "-D", data, "-U", "postgres",
		"--locale=C", "-E", "UTF8", "-A", "trust", "--no-sync", "--no-instructions")
	if err != nil {
		return "", err
	}
	// The copy gets its final name when it is whole: a killed run leaves no half
	// a template.
	partial := template + ".partial"
	if err := os.RemoveAll(partial); err != nil {
		return "", err
	}
	if err := run(ctx, nil, "cp", "-r", data, partial); err != nil {
		return "", err
	}
	return template, os.Rename(partial, template)
}

// own gives a folder and everything in it to the user that the server runs as.
func (t postgresTools) own(dir string) error {
	if t.cred == nil {
		return nil
	}
	return filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, int(t.cred.Uid), int(t.cred.Gid))
	})
}

// cacheDir returns the folder for what is made once per user.
func cacheDir() (string, error) {
	base, err := os.UserCacheDir()
	if err == nil {
		err = os.MkdirAll(filepath.Join(base, "culvert-testenv"), 0o700)
	}
	if err == nil {
		return filepath.Join(base, "culvert-testenv"), nil
	}
	dir := filepath.Join(os.TempDir(), "culvert-testenv-"+strconv.Itoa(os.Getuid()))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return "", err
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); !ok || int(stat.Uid) != os.Getuid() || !info.IsDir() {
		return "", fmt.Errorf("%s belongs to somebody else: set XDG_CACHE_HOME to a folder of your own", dir)
	}
	return dir, nil
}

// removeSharedMemory gives back the System V segment that a killed server
// leaves; its id is on the seventh line of postmaster.pid.
func (p *Postgres) removeSharedMemory() {
	text, err := os.ReadFile(filepath.Join(p.dataDir(), "postmaster.pid"))
	if err != nil {
		return // it ended cleanly
	}
	lines := strings.Split(string(text), "\n")
	if len(lines) < 7 {
		return
	}
	if key := strings.Fields(lines[6]); len(key) == 2 {
		if id, err := strconv.Atoi(key[1]); err == nil {
			_, _ = unix.SysvShmCtl(id, unix.IPC_RMID, nil) // gone already is as good
		}
	}
}

func (p *Postgres) dataDir() string { return filepath.Join(p.dir, "data") }
func (p *Postgres) logPath() string { return filepath.Join(p.dir, "log") }

// run runs a program to its end, as another user when cred is given, and puts
// what it printed into the error.
func run(ctx context.Context, cred *syscall.Credential, path string, args ...string) error {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: cred}
	out, err := cmd.CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		return &MissingError{Program: path, Package: "coreutils"}
	}
	if err != nil {
		return fmt.Errorf("running %s: %w\n%s", filepath.Base(path), err, out)
	}
	return nil
}
