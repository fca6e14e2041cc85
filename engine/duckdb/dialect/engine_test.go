package dialect

import (
	"encoding/json"
	"strings"
	"testing"
	"unsafe"

	"culvert/engine/duckdb/native"
	"culvert/sql/pgerr"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// duck is a DuckDB in memory, prepared as the engine prepares its own.
type duck struct {
	tb   testing.TB
	db   bindings.Database
	conn bindings.Connection
}

func newDuck(tb testing.TB) *duck {
	tb.Helper()
	d := &duck{tb: tb}
	var config bindings.Config
	bindings.CreateConfig(&config)
	defer bindings.DestroyConfig(&config)
	var message string
	if bindings.OpenExt(":memory:", &d.db, config, &message) != bindings.StateSuccess {
		tb.Fatal(message)
	}
	if bindings.Connect(d.db, &d.conn) != bindings.StateSuccess {
		tb.Fatal("connect")
	}
	tb.Cleanup(func() {
		bindings.Disconnect(&d.conn)
		bindings.Close(&d.db)
	})
	if err := native.Register(d.conn); err != nil {
		tb.Fatal(err)
	}
	d.must("ATTACH ':memory:' AS shim; CREATE SCHEMA shim.pg; CREATE SCHEMA shim.static; ATTACH ':memory:' AS cv; CREATE SCHEMA cv.d; SET errors_as_json = true; SET TimeZone = 'UTC'")
	for _, macro := range Macros() {
		d.must(macro)
	}
	return d
}

func (d *duck) must(sql string) {
	d.tb.Helper()
	var res bindings.Result
	defer bindings.DestroyResult(&res)
	if bindings.Query(d.conn, sql, &res) != bindings.StateSuccess {
		d.tb.Fatalf("%s\n%s", bindings.ResultError(&res), sql)
	}
}

// query runs a statement whose columns are all VARCHAR.
func (d *duck) query(sql string, params ...string) ([][]string, error) {
	var stmt bindings.PreparedStatement
	defer bindings.DestroyPrepare(&stmt)
	if bindings.Prepare(d.conn, sql, &stmt) != bindings.StateSuccess {
		return nil, engineError(bindings.PrepareError(stmt))
	}
	for i, p := range params {
		bindings.BindVarchar(stmt, bindings.IdxT(i+1), p)
	}
	var res bindings.Result
	defer bindings.DestroyResult(&res)
	if bindings.ExecutePrepared(stmt, &res) != bindings.StateSuccess {
		return nil, engineError(bindings.ResultError(&res))
	}
	var out [][]string
	for {
		chunk := bindings.FetchChunk(res)
		if chunk.Ptr == nil {
			break
		}
		out = append(out, chunkTexts(chunk)...)
		bindings.DestroyDataChunk(&chunk)
	}
	return out, nil
}

func engineError(text string) error {
	if e, ok := ParseError(text); ok {
		return e
	}
	var j struct {
		Message string `json:"exception_message"`
	}
	if json.Unmarshal([]byte(text), &j) == nil && j.Message != "" {
		text = j.Message
	}
	// What engine/duckdb classifies by its text.
	for _, known := range []struct {
		text string
		code pgerr.Code
	}{
		{"Overflow in", pgerr.NumericValueOutOfRange}, {"out of range for the destination", pgerr.NumericValueOutOfRange},
		{"Failed to cast decimal", pgerr.NumericValueOutOfRange}, {"More than one row", pgerr.CardinalityViolation},
		{"Unknown TimeZone", pgerr.InvalidParameterValue},
	} {
		if strings.Contains(text, known.text) {
			return pgerr.New(known.code, "%s", text)
		}
	}
	return pgerr.New(pgerr.InternalError, "%s", text)
}

func chunkTexts(chunk bindings.DataChunk) [][]string {
	n, cols := int(bindings.DataChunkGetSize(chunk)), int(bindings.DataChunkGetColumnCount(chunk))
	out := make([][]string, n)
	for c := range cols {
		v := bindings.DataChunkGetVector(chunk, bindings.IdxT(c))
		data, valid := bindings.VectorGetData(v), bindings.VectorGetValidity(v)
		for i := range n {
			text := "NULL"
			if valid == nil || bindings.ValidityRowIsValid(valid, bindings.IdxT(i)) {
				text = stringAt(data, i)
			}
			out[i] = append(out[i], text)
		}
	}
	return out
}

func stringAt(data unsafe.Pointer, i int) string {
	type long struct {
		length uint32
		prefix [4]byte
		ptr    *byte
	}
	s := (*long)(unsafe.Add(data, i*16))
	if s.length <= 12 {
		return string(unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(s), 4)), s.length))
	}
	return string(unsafe.Slice(s.ptr, s.length))
}
