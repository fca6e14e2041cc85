package main_test

import (
	"context"
	"flag"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"culvert/testenv"
)

var rewrite = flag.Bool("rewrite", false, "rewrite the expected output of the scripts")

// TestScripts runs the stories of testdata/script: each has a culvert and a
// database upstream of its own, and shares PostgreSQL and the bastion with the
// others. See testdata/script/README.md for their commands.
func TestScripts(t *testing.T) {
	t.Parallel()
	pg := testenv.NewPostgres(t, testenv.PostgresOptions{SSL: true})
	bastion := testenv.NewBastion(t, testenv.BastionOptions{Hosts: map[string]string{hiddenName: pg.Host()}})
	shared := &sharedServers{pg: pg, bastion: bastion}
	testscript.Run(t, testscript.Params{
		Dir:                "testdata/script",
		Setup:              shared.setup,
		UpdateScripts:      *rewrite,
		RequireUniqueNames: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"culvert":       storyCommand((*story).startCulvert),
			"restart":       storyCommand((*story).restart),
			"crash":         storyCommand((*story).crash),
			"database":      storyCommand((*story).useDatabase),
			"session":       storyCommand((*story).session),
			"upstream":      storyCommand((*story).upstream),
			"authorize":     storyCommand((*story).authorize),
			"slow":          storyCommand((*story).slow),
			"hold":          storyCommand((*story).hold),
			"release":       storyCommand((*story).release),
			"await":         storyCommand((*story).await),
			"awaitupstream": storyCommand((*story).awaitUpstream),
		},
	})
}

// sharedServers are what all stories share.
type sharedServers struct {
	pg      *testenv.Postgres
	bastion *testenv.Bastion
	mu      sync.Mutex // of the bastion and of making databases
}

// story is one script while it runs.
type story struct {
	*sharedServers
	culvert  *testenv.Culvert
	database string
	names    map[string]string // ${NAME} in sessions, and what it stands for
	proxy    *testenv.Proxy    // of slow
}

type storyKey struct{}

func (s *sharedServers) setup(env *testscript.Env) error {
	env.Values[storyKey{}] = &story{sharedServers: s, names: map[string]string{
		"BASTION": s.bastion.Host(), "BASTION_USER": s.bastion.User(), "BASTION_PORT": fmt.Sprint(s.bastion.Port()),
		"DB": hiddenName, "DB_HOST": s.pg.Host(), "DB_PORT": fmt.Sprint(s.pg.Port()), "PASSWORD": s.pg.Password(),
	}}
	return nil
}

// storyCommand makes a command of a script.
func storyCommand(run func(*story, *testscript.TestScript, []string) error) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg {
			ts.Fatalf("this command cannot be negated")
		}
		ts.Check(run(ts.Value(storyKey{}).(*story), ts, args))
	}
}

// storyContext bounds one command.
func storyContext() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), time.Minute)
}

// startCulvert is "culvert [flag …]".
func (s *story) startCulvert(ts *testscript.TestScript, flags []string) error {
	ctx, cancel := storyContext()
	defer cancel()
	var err error
	if s.culvert, err = testenv.StartCulvert(ctx, testenv.CulvertOptions{Flags: flags}); err != nil {
		return err
	}
	ts.Defer(func() { ts.Check(s.culvert.Close()) })
	s.names["CULVERT"] = s.culvert.Host()
	return nil
}

// restart is "restart": SIGTERM, and a new start on the same data directory.
func (s *story) restart(*testscript.TestScript, []string) error {
	ctx, cancel := storyContext()
	defer cancel()
	return s.culvert.Restart(ctx)
}

// crash is "crash": SIGKILL, and a new start on the same data directory.
func (s *story) crash(*testscript.TestScript, []string) error {
	ctx, cancel := storyContext()
	defer cancel()
	if err := s.culvert.Kill(); err != nil {
		return err
	}
	return s.culvert.Start(ctx)
}

// useDatabase is "database name": the database upstream, made where needed.
func (s *story) useDatabase(_ *testscript.TestScript, args []string) error {
	s.database = args[0]
	s.names["DATABASE"] = s.database
	if s.database == "postgres" {
		return nil
	}
	ctx, cancel := storyContext()
	defer cancel()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pg.Exec(ctx, "CREATE DATABASE "+s.database)
}

// authorize is "authorize": the bastion lets in the keys of all tunnels.
func (s *story) authorize(*testscript.TestScript, []string) error {
	ctx, cancel := storyContext()
	defer cancel()
	rows, err := s.culvert.Query(ctx, "SELECT public_key_1, public_key_2 FROM mz_ssh_tunnel_connections")
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, row := range rows {
		if err := s.bastion.AddAuthorizedKeys(row...); err != nil {
			return err
		}
	}
	return nil
}

// slowName is the database's name on the way through the proxy of slow.
const slowName = "slow-ledger-db.internal"

// slow is "slow delay": from now on ${DB} goes through a proxy that delays.
func (s *story) slow(ts *testscript.TestScript, args []string) error {
	delay, err := time.ParseDuration(args[0])
	if err != nil {
		return err
	}
	if s.proxy, err = testenv.StartProxy(context.Background(), s.pg.Addr()); err != nil {
		return err
	}
	ts.Defer(s.proxy.Close)
	s.proxy.SetDelay(delay)
	s.names["DB"], s.names["DB_PORT"] = slowName, fmt.Sprint(s.proxy.Port())
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bastion.SetHosts(map[string]string{hiddenName: s.pg.Host(), slowName: s.proxy.Host()})
}

// hold is "hold": the proxy lets nothing pass.
func (s *story) hold(*testscript.TestScript, []string) error {
	s.proxy.Hold()
	return nil
}

// release is "release": the proxy lets everything pass, without delay.
func (s *story) release(*testscript.TestScript, []string) error {
	s.proxy.SetDelay(0)
	s.proxy.Release()
	return nil
}

// await is "await query result": waits until the query answers so.
func (s *story) await(_ *testscript.TestScript, args []string) error {
	return s.awaitOf(s.culvert.Query, args)
}

// awaitUpstream is await against PostgreSQL.
func (s *story) awaitUpstream(_ *testscript.TestScript, args []string) error {
	return s.awaitOf(s.pg.Query, args)
}

func (s *story) awaitOf(query func(context.Context, string) ([][]string, error), args []string) error {
	ctx, cancel := storyContext()
	defer cancel()
	return testenv.WaitFor(ctx, func() error {
		rows, err := query(ctx, s.expand(args[0]))
		if err != nil {
			return err
		}
		var lines []string
		for _, row := range rows {
			lines = append(lines, strings.Join(row, "|"))
		}
		if got := strings.Join(lines, " "); got != args[1] {
			return fmt.Errorf("%s answers %q, not %q", args[0], got, args[1])
		}
		return nil
	})
}

// upstream is "upstream file": psql against PostgreSQL, where nothing fails.
func (s *story) upstream(ts *testscript.TestScript, args []string) error {
	target := s.pg.Target()
	target.Database = s.database
	ctx, cancel := storyContext()
	defer cancel()
	var inputs []string
	for _, in := range transcriptInputs(ts.ReadFile(args[0])) {
		inputs = append(inputs, s.expand(in))
	}
	_, err := testenv.Psql(ctx, target, inputs...)
	return err
}

const boundary = "--end of input--"

// session is "session file": it gives a transcript's inputs to one psql against
// culvert, in one session, and writes the transcript anew, with what psql says
// behind each input.
func (s *story) session(ts *testscript.TestScript, args []string) error {
	ctx, cancel := storyContext()
	defer cancel()
	inputs := transcriptInputs(ts.ReadFile(args[0]))
	var script, out strings.Builder
	fmt.Fprintln(&script, `\set ON_ERROR_STOP 0`)
	fmt.Fprintln(&script, `\set VERBOSITY verbose`)
	for _, in := range inputs {
		fmt.Fprintf(&script, "%s\n\\echo '%s'\n", s.expand(in), boundary)
	}
	cmd, err := testenv.PsqlCommand(ctx, s.culvert.Target())
	if err != nil {
		return err
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(script.String()), &out, &out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("psql: %w\n%s", err, out.String())
	}
	outputs := strings.Split(out.String(), boundary+"\n")
	if len(outputs) != len(inputs)+1 {
		return fmt.Errorf("%d inputs have %d outputs:\n%s", len(inputs), len(outputs)-1, out.String())
	}
	for i, in := range inputs {
		prompt := "=> "
		for line := range strings.SplitSeq(in, "\n") {
			fmt.Fprintf(ts.Stdout(), "%s%s\n", prompt, line)
			prompt = "-> "
		}
		output := outputs[i]
		if s.proxy == nil { // on a busy machine any first SELECT may wait for a second
			output = waiting.ReplaceAllString(output, "")
		}
		fmt.Fprint(ts.Stdout(), s.mask(output))
	}
	return nil
}

// transcriptInputs reads the inputs of a transcript: "=> " begins one, "-> "
// goes on with it, and all other lines are output.
func transcriptInputs(text string) []string {
	var inputs []string
	for line := range strings.SplitSeq(text, "\n") {
		if rest, ok := strings.CutPrefix(line, "=> "); ok {
			inputs = append(inputs, rest)
		} else if rest, ok := strings.CutPrefix(line, "-> "); ok && len(inputs) > 0 {
			inputs[len(inputs)-1] += "\n" + rest
		}
	}
	return inputs
}

var placeholder = regexp.MustCompile(`\$\{[A-Z_]+\}`)

// expand puts values in the place of ${NAME}.
func (s *story) expand(text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(p string) string {
		if value, ok := s.names[p[2:len(p)-1]]; ok {
			return value
		}
		return p
	})
}

var waiting = regexp.MustCompile(`(?m)^NOTICE: .* waiting for the first snapshot of .*\n`)

// masks are what differs from run to run.
var masks = []struct {
	pattern *regexp.Regexp
	with    string
}{
	{regexp.MustCompile(`AAAA[A-Za-z0-9+/]{40,}=*`), "AAAA..."},
	{regexp.MustCompile(`SHA256:[A-Za-z0-9+/]{43}`), "SHA256:..."},
	{regexp.MustCompile(`materialize_[0-9a-f]{32}`), "materialize_..."},
	{regexp.MustCompile(`OID \d{5,}`), "OID ..."}, // of a type that the user made
	{regexp.MustCompile(`PORT = \d+`), "PORT = ..."},
	{regexp.MustCompile(`(?m)^LOCATION: .*\n`), ""}, // of PostgreSQL's source code
	{regexp.MustCompile(`(?m)[ \t]+$`), ""},
}

// mask takes out what differs from run to run.
func (s *story) mask(text string) string {
	for _, m := range masks {
		text = m.pattern.ReplaceAllString(text, m.with)
	}
	for _, name := range []string{"BASTION", "DB_HOST", "CULVERT"} {
		if value := s.names[name]; value != "" {
			text = strings.ReplaceAll(text, value, "${"+name+"}")
		}
	}
	text = strings.ReplaceAll(text, "USER = '"+s.bastion.User()+"'", "USER = '${BASTION_USER}'")
	return text
}

// TestATunnelWorksInTheTransactionThatMadeIt: once its keys are authorised, which
// its own session alone can read, checks go through a tunnel that is not
// committed; a rollback leaves nothing.
func TestATunnelWorksInTheTransactionThatMadeIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	w.exec("DROP CONNECTION c, t")
	w.must(w.bastion.SetAuthorizedKeys())
	for _, end := range []string{"ROLLBACK", "COMMIT"} {
		conn := connect(t, w.culvert.DSN())
		exec := func(format string, args ...any) {
			t.Helper()
			if _, err := conn.Exec(t.Context(), fmt.Sprintf(format, args...)); err != nil {
				t.Fatal(err)
			}
		}
		exec("BEGIN")
		exec("CREATE CONNECTION t TO SSH TUNNEL (HOST '%s', USER '%s', PORT %d)", w.bastion.Host(), w.bastion.User(), w.bastion.Port())
		var keys [2]string
		if err := conn.QueryRow(t.Context(), "SELECT public_key_1, public_key_2 FROM mz_ssh_tunnel_connections").Scan(&keys[0], &keys[1]); err != nil {
			t.Fatal(err)
		}
		w.must(w.bastion.SetAuthorizedKeys(keys[:]...))
		exec("CREATE CONNECTION c TO POSTGRES (HOST '%s', PORT %d, USER postgres, PASSWORD SECRET pgpass, DATABASE postgres, SSH TUNNEL t)", hiddenName, w.proxy.Port())
		exec("VALIDATE CONNECTION c")
		exec(createSource)
		if n, err := w.slots(t.Context()); err != nil || n != 0 {
			t.Errorf("before the end of the transaction there are %d slots upstream: %v", n, err)
		}
		exec("%s", end)
		if end == "ROLLBACK" {
			testenv.Eventually(t, 10*time.Second, func() error {
				if n := w.bastion.Sessions(); n != 0 {
					return fmt.Errorf("%d sessions at the bastion", n)
				}
				return nil
			})
			w.noSlots(time.Second)
		}
	}
	w.same()
}
