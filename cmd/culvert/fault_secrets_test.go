package main_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"culvert/testenv"

	"github.com/jackc/pgx/v5"
)

// password and canary are long, and in no form to be found anywhere.
const (
	password   = "pAssw0rd-qvzkx-71920-upstream"
	canary     = "cAnary-wjyqh-50417-hunter2"
	unfinished = "uNfinished-xkcqv-88123-open"
)

// forms are how a secret could be written down.
func forms(secret string) map[string][]byte {
	raw := []byte(secret)
	out := map[string][]byte{"as it is": raw, "in hex": []byte(hex.EncodeToString(raw)), "in upper case": []byte(strings.ToUpper(secret))}
	// In base64 of something longer, it starts at one of three offsets; the
	// characters that share bits with neighbours are left out.
	for shift := range 3 {
		text := base64.StdEncoding.EncodeToString(append(make([]byte, shift), raw...))
		from, to := (shift*8+5)/6, len(text)-4
		out[fmt.Sprintf("in base64 at offset %d", shift)] = []byte(text[from:to])
	}
	return out
}

// newSecretWorld is a world whose upstream has the long password.
func newSecretWorld(t *testing.T) *world {
	w := &world{t: t, pg: testenv.NewPostgres(t, testenv.PostgresOptions{Password: password})}
	w.pg.MustExec(t, schema+publication)
	w.bastion = testenv.NewBastion(t, testenv.BastionOptions{Hosts: map[string]string{hiddenName: w.pg.Host()}})
	w.culvert = testenv.NewCulvert(t, testenv.CulvertOptions{Flags: []string{"--log-level", "debug"}})
	w.exec(fmt.Sprintf("CREATE CONNECTION t TO SSH TUNNEL (HOST '%s', USER '%s', PORT %d)", w.bastion.Host(), w.bastion.User(), w.bastion.Port()))
	w.must(w.bastion.SetAuthorizedKeys(w.keys()...))
	return w
}

func TestSecretsAreNowhereToBeRead(t *testing.T) {
	t.Parallel()
	w := newSecretWorld(t)
	_, private := testenvKey(t)
	var answers bytes.Buffer
	say := func(sql string) {
		rows, err := w.culvert.Query(t.Context(), sql)
		fmt.Fprintln(&answers, rows)
		if err != nil {
			fmt.Fprintln(&answers, everything(err))
		}
	}
	w.exec(fmt.Sprintf("CREATE SECRET pgpass AS '%s'", password))
	w.exec(fmt.Sprintf("CREATE SECRET other AS '%s'", canary))
	w.exec(fmt.Sprintf("CREATE SECRET bytes AS '\\x%x'::bytea", canary))
	w.exec(fmt.Sprintf("CREATE SECRET decoded AS decode('%s', 'base64')", base64.StdEncoding.EncodeToString([]byte(canary))))
	w.exec(fmt.Sprintf("CREATE SECRET private AS '%s'", private))
	w.exec(fmt.Sprintf("ALTER SECRET other AS '%s'", canary))
	for _, sql := range wrongStatements() {
		say(sql)
	}
	w.exec(fmt.Sprintf("CREATE CONNECTION c TO POSTGRES (HOST '%s', PORT %d, USER postgres, PASSWORD SECRET pgpass, DATABASE postgres, SSH TUNNEL t)",
		hiddenName, w.pg.Port()))
	w.createSource()
	w.exec("ALTER CONNECTION t ROTATE KEYS")
	w.must(w.bastion.SetAuthorizedKeys(w.keys()...))
	w.exec("VALIDATE CONNECTION c")
	// A wrong password is refused upstream; the error is a status then.
	w.exec(fmt.Sprintf("ALTER SECRET pgpass AS '%s'", unfinished))
	say("VALIDATE CONNECTION c")
	w.exec(fmt.Sprintf("ALTER SECRET pgpass AS '%s'", password))
	w.exec("VALIDATE CONNECTION c")
	w.must(w.pg.Stop(false))
	w.exec("DROP SOURCE s CASCADE") // leaves a sealed cleanup
	answers.WriteString(w.everySystemTable())

	var places places
	places.add("what the statements and the system tables answer", answers.Bytes())
	places.add("the log", []byte(w.culvert.Log()))
	w.must(w.culvert.Kill()) // leaves the engine's log as it is
	places.addFolder(t, w.culvert.DataDir())
	w.must(w.culvert.Start(t.Context()))
	w.must(w.culvert.Stop())
	places.addFolder(t, w.culvert.DataDir())
	places.add("the log", []byte(w.culvert.Log()))
	key := strings.Join(strings.Split(private, "\n")[2:5], "\n")
	for name, secret := range map[string]string{"the password": password, "a secret": canary, "an open literal": unfinished, "a private key": key} {
		places.search(t, name, secret)
	}
	block, _ := pem.Decode([]byte(private))
	places.search(t, "a private key, decoded", string(block.Bytes[100:140]))
	places.search(t, "the head of a private key", "PRIVATE KEY-----")
	// What is no secret is found: the search looks where things are.
	for _, name := range []string{"what the statements and the system tables answer", "file cv.db"} {
		if !slices.ContainsFunc(places, func(p place) bool { return p.name == name && bytes.Contains(p.text, []byte(hiddenName)) }) {
			t.Errorf("the host's name is not in %s", name)
		}
	}
}

// wrongStatements are statements with a secret that fail, in many ways.
func wrongStatements() []string {
	var all []string
	for _, format := range []string{
		"CREATE SECRET other AS '%s'",               // exists
		"CREATE SECRET IF NOT EXISTS other AS '%s'", // a notice
		"CREATE SECRET x AS %s",
		`CREATE SECRET x AS "%s"`,
		"CREATE SECRET x '%s'",
		"CREATE SECRET x AS '%s' AS '%[1]s'",
		"CREATE SECRET x AS '%s'::int",
		"CREATE SECRET x AS '%s'::bytea || 1",
		"CREATE SECRET x AS decode('%s', 'base64')",
		"CREATE SECRET x AS decode('%s', 'hex')",
		"CREATE SECRET x AS encode('%s', 'rot13')",
		"CREATE SECRET x AS (SELECT '%s')",
		"CREATE SECRET x AS ARRAY['%s']",
		"CREATE SECRET x AS no_such_function('%s')",
		"CREATE SECRET x AS '%s' + 1",
		"CREATE SECRET x AS E'%s\\xZZ\\u12'",
		"CREATE SECRET no_such_schema.x AS '%s'",
		"CREATE SECRET x AS '%s'; SELECT 1/0",
		"BEGIN; CREATE SECRET x AS '%s'; ROLLBACK",
		"ALTER SECRET no_such AS '%s'",
		"ALTER SECRET other AS %s",
		"ALTER SECRET other TO '%s'",
		"CRATE SECRET x AS '%s'",
		"EXPLAIN CREATE SECRET x AS '%s'",
		"CREATE CONNECTION y TO POSTGRES (HOST 'h', PASSWORD '%s')",
		"CREATE CONNECTION y TO POSTGRES (HOST 'h', USER 'u', DATABASE 'd', PASSWORD SECRET %s)",
	} {
		all = append(all, strings.ReplaceAll(fmt.Sprintf(format, canary), "%!(EXTRA string="+canary+")", ""))
	}
	return append(all, "CREATE SECRET x AS '"+unfinished, "CREATE SECRET x AS $q$"+unfinished, "CREATE SECRET x AS E'"+unfinished+`\'`,
		"ALTER SECRET other AS '"+unfinished)
}

// testenvKey makes a key pair and returns the public and the private key.
func testenvKey(t *testing.T) (public, private string) {
	t.Helper()
	key, err := testenv.NewSSHKey(t.Context(), filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(key.Path)
	if err != nil {
		t.Fatal(err)
	}
	return key.Public, string(text)
}

// everySystemTable reads every system relation as text, over a session that has
// statements with secrets behind it, while two others have such a one as their
// last.
func (w *world) everySystemTable() string {
	w.t.Helper()
	ctx := w.t.Context()
	var session *pgx.Conn
	for range 3 {
		var err error
		session, err = w.culvert.Connect(ctx)
		w.must(err)
		defer session.Close(context.WithoutCancel(ctx))
		for _, sql := range []string{"CREATE SECRET x_%d AS '%s'", "CREATE SECRET x_%d AS '%s'"} { // the second one is there
			sql = fmt.Sprintf(sql, session.PgConn().PID(), canary)
			if _, err := session.Exec(ctx, sql); err != nil && !strings.Contains(err.Error(), "already exists") {
				w.t.Fatal(err)
			}
		}
	}
	relations := w.culvert.MustQuery(w.t, `SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname)
		FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'v', 'm') AND n.nspname IN ('pg_catalog', 'information_schema', 'mz_catalog', 'mz_internal', 'culvert')`)
	if len(relations) < 100 {
		w.t.Fatalf("only %d system relations are listed", len(relations))
	}
	var all strings.Builder
	for _, r := range relations {
		results, err := session.PgConn().Exec(ctx, "SELECT * FROM "+r[0]).ReadAll()
		if err != nil {
			w.t.Errorf("reading %s: %v", r[0], err)
			continue
		}
		for _, row := range results[0].Rows {
			fmt.Fprintf(&all, "%s %s\n", r[0], bytes.Join(row, []byte(" ")))
		}
	}
	return all.String()
}

// place is a text or file that must not have a secret.
type place struct {
	name string
	text []byte
}

type places []place

func (p *places) add(name string, text []byte) { *p = append(*p, place{name, text}) }

func (p *places) addFolder(t *testing.T, dir string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		p.add("file "+filepath.Base(path), text)
		files++
		return err
	})
	if err != nil || files < 2 {
		t.Fatalf("%d files in the data directory: %v", files, err)
	}
}

func (p places) search(t *testing.T, name, secret string) {
	t.Helper()
	for form, text := range forms(secret) {
		for _, place := range p {
			if at := bytes.Index(place.text, text); at >= 0 {
				t.Errorf("%s is in %s, %s: %q", name, place.name, form, place.text[max(at-60, 0):at+len(text)])
			}
		}
	}
}
