package duckdb

import (
	"culvert/engine"
	"culvert/engine/duckdb/dialect"
	"culvert/sql/pgerr"
)

// translated is a query in DuckDB's SQL. Its parameters are bound as texts.
type translated = dialect.Translation

// translate prints a query; stored tells that its rows go into a table.
func translate(st engine.Statement, stored bool) (*translated, error) {
	return dialect.Translate(st.Query, st.Tables, dialect.Options{Stored: stored})
}

// raised finds an error that the translation or a native function raised with
// a code of its own.
func raised(text string) (*pgerr.Error, bool) { return dialect.ParseError(text) }
