// Package differential_test runs queries over the same data on culvert, which
// copied it, and on a real PostgreSQL, and compares all that a client sees:
// column names, types with their modifiers, values as text and in binary, and
// errors. What differs is listed in docs/differences.md.
package differential_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"culvert/testenv"
)

// least is how many statements the files have at least.
const least = 1500

// servers are the two sides, each with a session in UTC.
type servers struct {
	culvert, postgres *pgx.Conn
	list              map[string]*difference
}

func TestAgainstPostgreSQL(t *testing.T) {
	s := start(t)
	files, err := filepath.Glob("testdata/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, file := range files {
		if filepath.Base(file) == "schema.sql" {
			continue
		}
		t.Run(strings.TrimSuffix(filepath.Base(file), ".sql"), func(t *testing.T) {
			cases := read(t, file)
			count += len(cases)
			for _, c := range cases {
				s.check(t, c)
			}
		})
	}
	t.Logf("%d statements", count)
	if count < least {
		t.Errorf("%d statements, want %d", count, least)
	}
	for name, d := range s.list {
		if !d.used {
			t.Errorf("docs/differences.md lists %q, and no statement shows it", name)
		}
	}
}

// start gives culvert a source with the tables of testdata/schema.sql.
func start(t *testing.T) *servers {
	pg, cv := testenv.NewPostgres(t, testenv.PostgresOptions{}), testenv.NewCulvert(t, testenv.CulvertOptions{})
	schema, err := os.ReadFile("testdata/schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	pg.MustExec(t, string(schema)+"; CREATE PUBLICATION p FOR ALL TABLES")
	cv.MustExec(t, fmt.Sprintf("CREATE SECRET pgpass AS '%s'", pg.Password()))
	cv.MustExec(t, fmt.Sprintf("CREATE CONNECTION c TO POSTGRES (HOST '%s', PORT %d, USER postgres, PASSWORD SECRET pgpass, DATABASE postgres)", pg.Host(), pg.Port()))
	cv.MustExec(t, "CREATE SOURCE s FROM POSTGRES CONNECTION c (PUBLICATION 'p') FOR ALL TABLES")
	return &servers{culvert: session(t, cv.DSN()), postgres: session(t, pg.DSN()), list: differences(t)}
}

func session(t *testing.T, dsn string) *pgx.Conn {
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	if _, err := conn.Exec(t.Context(), "SET TimeZone = 'UTC'"); err != nil {
		t.Fatal(err)
	}
	return conn
}

// check runs one statement on both sides.
func (s *servers) check(t *testing.T, c statement) {
	t.Helper()
	want, got := run(t.Context(), s.postgres, c), run(t.Context(), s.culvert, c)
	if c.differs == "" {
		if w, g := want.String(), got.String(); w != g {
			t.Errorf("%s\n%s", c.sql, mismatch(w, g))
		}
		return
	}
	d, ok := s.list[c.differs]
	if !ok {
		t.Errorf("%s\nnot a difference of docs/differences.md: %s", c.sql, c.differs)
		return
	}
	d.used = true
	if err := d.holds(want, got); err != nil {
		t.Errorf("%s\n%s: %v\nPostgreSQL: %s\nculvert:    %s", c.sql, c.differs, err, want, got)
	}
}

// OIDs of pg_type.dat and transam.h.
const (
	recordOID    = 2249
	firstUserOID = 16384
)

// answer is what a client sees of a statement.
type answer struct {
	columns []string // name, OID and modifier
	rows    []string // the text of each
	cells   [][]string
	binary  []string // the same in the binary format
	records bool     // a column holds records: binary is not asked for
	code    bool     // of err, only the SQLSTATE counts
	err     error
}

// run asks for the rows as text, then in binary.
func run(ctx context.Context, conn *pgx.Conn, c statement) (a answer) {
	a.code = c.codeOnly
	a.read(ctx, conn, c, 0)
	if a.err == nil && !c.textOnly && (!a.records || c.differs != "") {
		a.read(ctx, conn, c, 1)
	}
	return a
}

func (a *answer) read(ctx context.Context, conn *pgx.Conn, c statement, format int16) {
	result := conn.PgConn().ExecParams(ctx, c.sql, c.args, nil, nil, []int16{format}).Read()
	if a.err = result.Err; a.err != nil {
		return
	}
	var rows []string
	for _, row := range result.Rows {
		cells := make([]string, len(row))
		for i, v := range row {
			switch {
			case v == nil:
				cells[i] = "NULL"
			case format == 1:
				cells[i] = fmt.Sprintf("%x", v)
			default:
				cells[i] = string(v)
			}
		}
		rows = append(rows, strings.Join(cells, " | "))
		if format == 0 {
			a.cells = append(a.cells, cells)
		}
	}
	if !c.ordered() {
		slices.Sort(rows)
	}
	if format == 1 {
		a.binary = rows
		return
	}
	a.rows = rows
	for _, f := range result.FieldDescriptions {
		if f.DataTypeOID >= firstUserOID { // the row type of a table, whose OID is the server's own
			f.DataTypeOID = recordOID
		}
		a.records = a.records || f.DataTypeOID == recordOID
		a.columns = append(a.columns, fmt.Sprintf("%s %d(%d)", f.Name, f.DataTypeOID, f.TypeModifier))
	}
}

// String has everything that is compared.
func (a answer) String() string {
	if a.err != nil {
		return failure(a.err, a.code)
	}
	text := strings.Join(a.columns, ", ") + "\n" + strings.Join(a.rows, "\n")
	if a.binary != nil {
		text += "\nbinary\n" + strings.Join(a.binary, "\n")
	}
	return text
}

// mismatch shows the lines that only one side gives.
func mismatch(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	var out strings.Builder
	print := func(who string, lines, others []string) {
		shown := 0
		for i, line := range lines {
			if (i >= len(others) || others[i] != line) && shown < 8 {
				fmt.Fprintf(&out, "%s %s\n", who, line)
				shown++
			}
		}
	}
	print("PostgreSQL:", w, g)
	print("culvert:   ", g, w)
	return out.String()
}

// failure is the code and, unless code is set, the message of an error.
func failure(err error, code bool) string {
	if pgErr, ok := errors.AsType[*pgconn.PgError](err); ok {
		if code {
			return "ERROR " + pgErr.Code
		}
		return fmt.Sprintf("ERROR %s: %s", pgErr.Code, pgErr.Message)
	}
	return err.Error()
}
