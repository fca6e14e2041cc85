package duckdb

import (
	"culvert/engine"
	"culvert/sql/pgerr"
)

// translated is a query in DuckDB's SQL.
type translated struct {
	SQL    string
	Params []int // the parameters that SQL refers to as $1, $2, …
}

func translate(engine.Statement) (*translated, error) {
	return nil, pgerr.New(pgerr.FeatureNotSupported, "queries are not supported yet")
}

func raised(string) (*pgerr.Error, bool) { return nil, false }
