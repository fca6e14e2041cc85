package duckdb

import (
	"culvert/engine"
	"culvert/engine/duckdb/dialect"
	"culvert/sql/pgerr"
)

// translated is a query in DuckDB's SQL. Its parameters are bound as texts.
type translated = dialect.Translation

func translate(st engine.Statement) (*translated, error) {
	return dialect.Translate(st.Query, st.Tables, dialect.Options{})
}

// raised finds an error that the translation or a native function raised with
// a code of its own.
func raised(text string) (*pgerr.Error, bool) { return dialect.ParseError(text) }
