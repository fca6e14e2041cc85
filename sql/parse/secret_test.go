package parse

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

const password = "hunter2"

// TestSecretsAreInNoErrorAndNoText breaks statements that hold a secret in
// every place, by leaving out each piece, cutting the text short and putting
// something wrong everywhere: what comes of it never shows the secret.
func TestSecretsAreInNoErrorAndNoText(t *testing.T) {
	texts := []string{
		"CREATE SECRET s AS 'hunter2'", "ALTER SECRET IF EXISTS s AS E'hunter2'", "CREATE SECRET s AS $$hunter2$$",
		"CREATE SECRET IF NOT EXISTS a.s AS decode('hunter2', 'hex')::bytea", `CREATE SECRET s AS U&'hunter2'`,
		"CREATE SECRET s AS hunter2", `CREATE SECRET s AS "hunter2"`, "CREATE SECRET s AS my hunter2",
	}
	for _, text := range texts {
		for _, broken := range breakText(text) {
			checkNotShown(t, broken)
		}
	}
}

// breakText gives a text, its beginnings, and it with pieces left out or put in.
func breakText(text string) []string {
	out := []string{text, "SELECT 1; " + text + "; SELECT 2", "/* é */ " + text}
	for i := range text {
		out = append(out, text[:i])
		for _, insert := range []string{"'", `"`, "$", " x ", ";", "(", ")", ",", " || ", " NULL ", `\`, "/*", " 1a "} {
			out = append(out, text[:i]+insert+text[i:])
		}
	}
	words := strings.Fields(text)
	for i := range words {
		out = append(out, strings.Join(append(append([]string{}, words[:i]...), words[i+1:]...), " "))
	}
	return out
}

func checkNotShown(t *testing.T, text string) {
	t.Helper()
	stmts, err := Parse(text)
	if err != nil {
		e := pgerr.From(err)
		shown := fmt.Sprintf("%s %s %s", e.Message, e.Detail, e.Hint)
		// A cut or a word put in may break the secret: look for its halves, too.
		if isSecret(text) && (strings.Contains(shown, "hunt") || strings.Contains(shown, "nter2")) {
			t.Errorf("%s\n shows %s", text, shown)
		}
		return
	}
	for _, s := range stmts {
		switch s.(type) {
		case *ast.CreateSecret, *ast.AlterSecret:
		default:
			continue // the broken text is another statement
		}
		encoded, _ := json.Marshal(s)
		shown := []string{
			s.String(), s.Redacted(), string(encoded), fmt.Sprintf("%v %+v %#v %s", s, s, s, s), slog.AnyValue(s).String(),
		}
		if all := strings.Join(shown, "\n"); strings.Contains(all, password) {
			t.Errorf("%s\n shows %s", text, all)
		}
	}
}

// isSecret tells whether a broken text still says that it sets a secret.
func isSecret(text string) bool {
	_, after, _ := strings.Cut(text, "; ")
	for _, s := range []string{text, after, strings.TrimPrefix(text, "/* é */ ")} {
		if strings.HasPrefix(s, "CREATE SECRET ") || strings.HasPrefix(s, "ALTER SECRET ") {
			return true
		}
	}
	return false
}

func TestRedactedTextHasNoLiterals(t *testing.T) {
	for _, text := range []string{
		"CREATE CONNECTION c TO POSTGRES (HOST 'hunter2', PASSWORD 'hunter2', SSL KEY hunter2, PORT 31337)",
		"ALTER CONNECTION c SET (SASL PASSWORD = hunter2)",
		"CREATE ROLE r PASSWORD 'hunter2'",
		"SELECT 'hunter2', E'hunter2', $$hunter2$$, U&'hunter2', B'1', 31337, -31337.0",
		"CREATE VIEW v AS SELECT 'hunter2' WHERE a = 31337",
		"SHOW TABLES WHERE name = 'hunter2'", "SHOW TABLES LIKE 'hunter2'", "COMMENT ON TABLE t IS 'hunter2'",
		"CREATE INDEX i ON t (a) WHERE b = 'hunter2'",
		"CREATE SOURCE s FROM KAFKA CONNECTION k (TOPIC 'hunter2', START OFFSET (31337)) FORMAT AVRO USING SCHEMA 'hunter2'",
	} {
		stmts, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if r := stmts[0].Redacted(); strings.Contains(r, password) || strings.Contains(r, "31337") {
			t.Errorf("%s\n redacted: %s", text, r)
		}
		if _, err := Parse(stmts[0].Redacted()); err != nil {
			t.Errorf("%s\n is not read back: %v", stmts[0].Redacted(), err)
		}
	}
}
