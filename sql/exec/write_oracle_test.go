package exec

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"culvert/engine"
	"culvert/server/wire"
	"culvert/sql/pgerr"
	"culvert/sql/types"
	"culvert/testenv"
)

// writesSchema makes the tables of oracle/writes.sql.
const writesSchema = `
CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL DEFAULT 'none', qty numeric(10,2) DEFAULT 0 CONSTRAINT t_qty_check CHECK (qty >= 0),
  at timestamptz, tags text[], CONSTRAINT t_name_key UNIQUE (name));
CREATE TABLE u (a int, b varchar(5), c int REFERENCES t (id), d int GENERATED ALWAYS AS (a * 10) STORED, "E f" text DEFAULT 'e', PRIMARY KEY (a, b));
CREATE TABLE w (a int REFERENCES t (id) ON DELETE CASCADE ON UPDATE CASCADE, b text, i int GENERATED ALWAYS AS IDENTITY);
CREATE TABLE k (id int, bo bool, i2 int2, i8 int8, f4 float4, f8 float8, n numeric, vc varchar(5), ch char(3), by bytea, da date, ti time, ts timestamp,
  iv interval, uu uuid, js json, jb jsonb, ra int4range, ia int[], CONSTRAINT k_n UNIQUE (n));
`

// TestWritesAgainstPostgreSQL runs oracle/writes.sql on both sides: a statement a
// line, indented lines go on; "-- args: 1 | NULL" stands before one with
// parameters, and "-- differs: why" before one that answers differently.
func TestWritesAgainstPostgreSQL(t *testing.T) {
	pg := testenv.NewPostgres(t, testenv.PostgresOptions{})
	pg.MustExec(t, writesSchema)
	conn, err := pgx.Connect(t.Context(), pg.DSN())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	term := newNode(t).terminal(t)
	if out := term.run(writesSchema); code(out) != "" {
		t.Fatal(out)
	}
	for _, setting := range []string{"SET TimeZone = 'UTC'"} {
		term.run(setting)
		if _, err := conn.Exec(t.Context(), setting); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile("oracle/writes.sql")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, c := range oracleCases(string(raw)) {
		count++
		want, got := askPostgres(t, conn, c), term.ask(c)
		if (want == got) == c.differs {
			t.Errorf("%s\nPostgreSQL: %s\nculvert:    %s", c.sql, want, got)
		}
	}
	t.Logf("%d statements", count)
}

type oracleCase struct {
	sql     string
	args    []*string
	differs bool
}

func oracleCases(text string) (out []oracleCase) {
	var next oracleCase
	for line := range strings.SplitSeq(text, "\n") {
		args, isArgs := strings.CutPrefix(line, "-- args: ")
		switch {
		case isArgs:
			for arg := range strings.SplitSeq(args, " | ") {
				if arg == "NULL" {
					next.args = append(next.args, nil)
				} else {
					next.args = append(next.args, &arg)
				}
			}
		case strings.HasPrefix(line, "-- differs"):
			next.differs = true
		case strings.TrimSpace(line) == "" || strings.HasPrefix(line, "--"):
		case line[0] == ' ':
			out[len(out)-1].sql += "\n" + line
		default:
			next.sql = line
			out, next = append(out, next), oracleCase{}
		}
	}
	return out
}

// oracleAnswer prints what a client sees.
func oracleAnswer(sql string, columns, rows []string, tag string) string {
	if !strings.Contains(strings.ToLower(sql), "order by") {
		slices.Sort(rows)
	}
	return fmt.Sprintf("%s %s\n%s", tag, strings.Join(columns, ", "), strings.Join(rows, "\n"))
}

func askPostgres(t *testing.T, conn *pgx.Conn, c oracleCase) string {
	args := make([][]byte, len(c.args))
	for i, arg := range c.args {
		if arg != nil {
			args[i] = []byte(*arg)
		}
	}
	result := conn.PgConn().ExecParams(t.Context(), c.sql, args, nil, nil, nil).Read()
	if e, ok := errors.AsType[*pgconn.PgError](result.Err); ok {
		return oracleError(&pgerr.Error{Code: pgerr.Code(e.Code), Message: e.Message, Detail: e.Detail, Hint: e.Hint, Position: int(e.Position),
			Schema: e.SchemaName, Table: e.TableName, Column: e.ColumnName, Constraint: e.ConstraintName})
	}
	var columns, rows []string
	for _, f := range result.FieldDescriptions {
		columns = append(columns, fmt.Sprintf("%s %d(%d)", f.Name, f.DataTypeOID, f.TypeModifier))
	}
	if len(result.Rows) == 0 { // the driver has no columns then
		return oracleAnswer(c.sql, nil, nil, result.CommandTag.String())
	}
	for _, row := range result.Rows {
		cells := make([]string, len(row))
		for i, v := range row {
			if cells[i] = string(v); v == nil {
				cells[i] = "NULL"
			}
		}
		rows = append(rows, strings.Join(cells, " | "))
	}
	return oracleAnswer(c.sql, columns, rows, result.CommandTag.String())
}

func oracleError(e *pgerr.Error) string {
	return fmt.Sprintf("ERROR %s: %s\n  detail %q hint %q at %d of %q %q %q %q", e.Code, e.Message, e.Detail, e.Hint, e.Position, e.Schema, e.Table, e.Column, e.Constraint)
}

func (term *terminal) ask(c oracleCase) string {
	answer, err := term.askOne(context.Background(), c)
	if err == nil {
		err = term.session.Sync(context.Background())
	}
	if err != nil {
		term.session.Abort()
		return oracleError(pgerr.From(err))
	}
	return answer
}

func (term *terminal) askOne(ctx context.Context, c oracleCase) (string, error) {
	statements, err := term.session.Parse(c.sql)
	if err != nil {
		return "", err
	}
	p, err := term.session.Prepare(ctx, statements[0], []types.OID{})
	if err != nil {
		return "", err
	}
	var args []engine.Param
	for i, typ := range p.Params() {
		args = append(args, engine.Param{Type: typ})
		if c.args[i] != nil {
			text, err := types.Canonical(typ, *c.args[i], term.session.Env())
			if err != nil {
				return "", err
			}
			args[i].Text = &text
		}
	}
	r, err := term.session.Execute(ctx, p, args)
	if err != nil {
		return "", err
	}
	defer r.Close()
	var columns, rows []string
	for _, c := range r.Columns() {
		columns = append(columns, fmt.Sprintf("%s %d(%d)", c.Name, c.Type.OID, c.Type.Mod))
	}
	for {
		batch, err := r.Next(ctx)
		if err != nil {
			return "", err
		}
		if batch == nil {
			if len(rows) == 0 {
				columns = nil
			}
			return oracleAnswer(c.sql, columns, rows, r.Tag(int64(len(rows)))), nil
		}
		encoder, err := wire.NewEncoder(r.Columns(), batch, nil, term.session.Output())
		if err != nil {
			return "", err
		}
		for i := range batch.Len {
			message, _, err := encoder.Append(nil, batch, i, i+1, 1<<30)
			if err != nil {
				return "", err
			}
			rows = append(rows, strings.Join(shownTexts(rowTexts(message)), " | "))
		}
	}
}

func shownTexts(values []*string) []string {
	out := make([]string, len(values))
	for i, v := range values {
		if out[i] = "NULL"; v != nil {
			out[i] = *v
		}
	}
	return out
}
