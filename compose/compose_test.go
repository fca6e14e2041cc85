package compose_test

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"culvert/testenv"
)

//go:embed copy.sql
var copySQL string

// TestTheThreeLinesGiveALiveCopy plays docker-compose.yml without an engine: the
// same names, the same shop, the same program that asks culvert for its keys.
func TestTheThreeLinesGiveALiveCopy(t *testing.T) {
	shop, err := os.ReadFile("../demo/shop.sql")
	if err != nil {
		t.Fatal(err)
	}
	postgres := testenv.NewPostgres(t, testenv.PostgresOptions{SSL: true, Password: "shop-password"})
	postgres.MustExec(t, string(shop))
	bastion := testenv.NewBastion(t, testenv.BastionOptions{Hosts: map[string]string{"postgres": postgres.Host()}})
	culvert := testenv.NewCulvert(t, testenv.CulvertOptions{})

	lines := strings.Split(strings.TrimSpace(copySQL), "\n")
	if len(lines) != 3 {
		t.Fatalf("copy.sql has %d lines", len(lines))
	}
	here := strings.NewReplacer(
		"HOST 'bastion'", "HOST '"+bastion.Host()+"'", "USER 'tunnel'", "USER '"+bastion.User()+"'",
		"PORT 22", "PORT "+strconv.Itoa(bastion.Port()), "PORT 5432", "PORT "+strconv.Itoa(postgres.Port()))
	for i, line := range lines {
		if out, err := culvert.Psql(t.Context(), here.Replace(line)); err != nil {
			t.Fatalf("line %d: %v\n%s", i+1, err, out)
		}
		if i > 0 {
			continue
		}
		// The container's sshd runs this at each login.
		keys, err := authorizedKeys(t.Context(), culvert)
		if err != nil {
			t.Fatal(err)
		}
		if err := bastion.SetAuthorizedKeys(keys...); err != nil {
			t.Fatal(err)
		}
	}
	postgres.MustExec(t, "INSERT INTO page_views VALUES (now(), 1, '/live', 1.5, NULL)")
	testenv.Eventually(t, 30*time.Second, func() error {
		rows, err := culvert.Query(t.Context(), "SELECT count(*) FROM page_views WHERE path = '/live'")
		if err != nil {
			return err
		}
		if rows[0][0] != "1" {
			return fmt.Errorf("%s rows", rows[0][0])
		}
		return nil
	})
}

// authorizedKeys runs the bastion's own program; libpq takes the address of
// "culvert" from PGHOSTADDR.
func authorizedKeys(ctx context.Context, culvert *testenv.Culvert) ([]string, error) {
	cmd := exec.CommandContext(ctx, "bastion/authorized-keys")
	cmd.Env = append(os.Environ(), "PGHOSTADDR="+culvert.Host(), "PGPORT="+strconv.Itoa(culvert.Port()))
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("asking for the keys: %w", err)
	}
	keys := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(keys) != 2 {
		return nil, fmt.Errorf("two keys were expected: %q", out)
	}
	return keys, nil
}

func TestSSHDAcceptsTheBastionsConfiguration(t *testing.T) {
	config, err := os.ReadFile("bastion/sshd_config")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	key, err := testenv.NewSSHKey(t.Context(), filepath.Join(dir, "key"))
	if err != nil {
		t.Fatal(err)
	}
	// Whoever the command is, sshd only looks at it at a login.
	text := strings.ReplaceAll(string(config), "/etc/ssh/keys/ssh_host_ed25519_key", key.Path)
	path := filepath.Join(dir, "sshd_config")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := testenv.CheckSSHDConfig(t.Context(), path); err != nil {
		t.Fatal(err)
	}
}
