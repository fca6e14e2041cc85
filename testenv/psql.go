package testenv

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// PsqlTarget says where psql connects to.
type PsqlTarget struct {
	Host     string // an address, or the folder of a unix socket
	Port     int
	User     string
	Database string
	Password string   // empty: none is sent
	Args     []string // further arguments, such as -At
}

// Psql runs statements through psql, one after the other in one session, without
// the user's psqlrc, and returns standard output and error as they came. It ends
// at the first error, which is then returned with psql's words.
func Psql(ctx context.Context, target PsqlTarget, sql ...string) (string, error) {
	var script strings.Builder
	for _, s := range sql {
		fmt.Fprintln(&script, s)
	}
	cmd, err := PsqlCommand(ctx, target)
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	cmd.Stdin = strings.NewReader(script.String())
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return out.String(), errors.Join(fmt.Errorf("psql: %w: %s", err, strings.TrimSpace(out.String())), ctx.Err())
	}
	return out.String(), nil
}

// PsqlCommand returns a psql that is ready to run; its standard input, output
// and error are the caller's to set.
func PsqlCommand(ctx context.Context, target PsqlTarget) (*exec.Cmd, error) {
	path, err := findProgram("psql", "postgresql-client-15")
	if err != nil {
		return nil, err
	}
	args := append([]string{
		"-X", "-v", "ON_ERROR_STOP=1", "-P", "pager=off", "-h", target.Host, "-p", strconv.Itoa(target.Port),
		"-U", target.User, "-d", target.Database,
	}, target.Args...)
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append(os.Environ(), "PGPASSWORD="+target.Password, "PGCONNECT_TIMEOUT=10", "PGOPTIONS=")
	return cmd, nil
}

// Target returns where psql finds the server, over the unix socket and without a
// password.
func (p *Postgres) Target() PsqlTarget {
	return PsqlTarget{Host: p.dir, Port: p.port, User: "postgres", Database: "postgres"}
}

// Target returns where psql finds culvert.
func (c *Culvert) Target() PsqlTarget {
	return PsqlTarget{Host: c.host, Port: c.port, User: "materialize", Database: "materialize"}
}
