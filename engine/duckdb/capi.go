package duckdb

import (
	"fmt"
	"unsafe"

	"culvert/sql/pgerr"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// This file is where pointers from C are checked: a null one becomes an error
// here, since most of the C API crashes on it.

// vectorSize is DuckDB's STANDARD_VECTOR_SIZE: the rows of a data chunk.
const vectorSize = 2048

func nullPointer(what string) error {
	return pgerr.New(pgerr.InternalError, "engine returned no %s", what)
}

// openFile opens a database with the given settings.
func openFile(path string, settings map[string]string) (bindings.Database, error) {
	var config bindings.Config
	if bindings.CreateConfig(&config) != bindings.StateSuccess || config.Ptr == nil {
		return bindings.Database{}, nullPointer("configuration")
	}
	defer bindings.DestroyConfig(&config)
	for name, value := range settings {
		if bindings.SetConfig(config, name, value) != bindings.StateSuccess {
			return bindings.Database{}, pgerr.New(pgerr.InvalidParameterValue, "invalid engine setting %s: \"%s\"", name, value)
		}
	}
	var db bindings.Database
	var message string
	if bindings.OpenExt(path, &db, config, &message) != bindings.StateSuccess {
		return bindings.Database{}, classify(message)
	}
	if db.Ptr == nil {
		return db, nullPointer("database")
	}
	if n := bindings.VectorSize(); n != vectorSize {
		bindings.Close(&db)
		return db, pgerr.New(pgerr.InternalError, "engine has vectors of %d rows instead of %d", n, vectorSize)
	}
	return db, nil
}

// connect opens a connection whose errors are JSON.
func connect(db bindings.Database) (bindings.Connection, error) {
	var c bindings.Connection
	if bindings.Connect(db, &c) != bindings.StateSuccess || c.Ptr == nil {
		return c, nullPointer("connection")
	}
	if err := execute(c, "SET errors_as_json = true"); err != nil {
		bindings.Disconnect(&c)
		return c, err
	}
	return c, nil
}

// connectionID is the ID by which a table function recognises its connection.
func connectionID(c bindings.Connection) (uint64, error) {
	var client bindings.ClientContext
	bindings.ConnectionGetClientContext(c, &client)
	if client.Ptr == nil {
		return 0, nullPointer("client context")
	}
	defer bindings.DestroyClientContext(&client)
	return uint64(bindings.ClientContextGetConnectionId(client)), nil
}

// execute runs statements whose rows do not matter.
func execute(c bindings.Connection, sql string) error {
	_, err := executeCount(c, sql)
	return err
}

// executeCount runs a statement and gives the number of rows it changed.
func executeCount(c bindings.Connection, sql string) (int64, error) {
	var res bindings.Result
	state := bindings.Query(c, sql, &res)
	defer bindings.DestroyResult(&res)
	if state != bindings.StateSuccess {
		return 0, classify(bindings.ResultError(&res))
	}
	return int64(bindings.RowsChanged(&res)), nil
}

// prepare prepares one statement.
func prepare(c bindings.Connection, sql string) (bindings.PreparedStatement, error) {
	var st bindings.PreparedStatement
	state := bindings.Prepare(c, sql, &st)
	if st.Ptr == nil {
		return st, nullPointer("statement")
	}
	if state != bindings.StateSuccess {
		err := classify(bindings.PrepareError(st))
		bindings.DestroyPrepare(&st)
		return st, err
	}
	return st, nil
}

// executePrepared runs a prepared statement whose rows do not matter.
func executePrepared(st bindings.PreparedStatement) error {
	var res bindings.Result
	state := bindings.ExecutePrepared(st, &res)
	defer bindings.DestroyResult(&res)
	if state != bindings.StateSuccess {
		return classify(bindings.ResultError(&res))
	}
	return nil
}

// tableColumns gives the column names of a table of the data file, as the
// connection's transaction sees it. Reading the catalog gives a transaction
// its snapshot.
func tableColumns(c bindings.Connection, schema, table string) ([]string, error) {
	var d bindings.TableDescription
	state := bindings.TableDescriptionCreateExt(c, dataCatalog, schema, table, &d)
	if d.Ptr == nil {
		return nil, nullPointer("table description")
	}
	defer bindings.TableDescriptionDestroy(&d)
	if state != bindings.StateSuccess {
		return nil, classify(bindings.TableDescriptionError(d))
	}
	names := make([]string, bindings.TableDescriptionGetColumnCount(d))
	for i := range names {
		names[i] = bindings.TableDescriptionGetColumnName(d, bindings.IdxT(i))
	}
	return names, nil
}

// bindText binds a parameter, from 1, as VARCHAR; nil is NULL.
func bindText(st bindings.PreparedStatement, number int, text *string) error {
	state := bindings.StateError
	if text == nil {
		state = bindings.BindNull(st, bindings.IdxT(number))
	} else {
		state = bindings.BindVarcharLength(st, bindings.IdxT(number), *text, bindings.IdxT(len(*text)))
	}
	if state != bindings.StateSuccess {
		return pgerr.New(pgerr.InternalError, "engine refused parameter $%d", number)
	}
	return nil
}

// stream starts a prepared statement; its rows are made as they are fetched.
func stream(st bindings.PreparedStatement) (*bindings.Result, error) {
	var pending bindings.PendingResult
	state := bindings.PendingPreparedStreaming(st, &pending)
	if pending.Ptr == nil {
		return nil, nullPointer("pending result")
	}
	defer bindings.DestroyPending(&pending)
	if state != bindings.StateSuccess {
		return nil, classify(bindings.PendingError(pending))
	}
	res := new(bindings.Result)
	if bindings.ExecutePending(pending, res) != bindings.StateSuccess {
		message := bindings.ResultError(res)
		if message == "" {
			message = bindings.PendingError(pending)
		}
		bindings.DestroyResult(res)
		return nil, classify(message)
	}
	return res, nil
}

// fetch gives the next chunk, or one with a nil pointer at the end. An error
// in the middle looks like the end, unless the result is asked.
func fetch(res *bindings.Result) (bindings.DataChunk, error) {
	chunk := bindings.FetchChunk(*res)
	if chunk.Ptr == nil {
		if message := bindings.ResultError(res); message != "" {
			return chunk, classify(message)
		}
	}
	return chunk, nil
}

// chunkVector gives a vector of a chunk.
func chunkVector(chunk bindings.DataChunk, i int) (bindings.Vector, error) {
	v := bindings.DataChunkGetVector(chunk, bindings.IdxT(i))
	if v.Ptr == nil {
		return v, nullPointer("vector")
	}
	return v, nil
}

// vectorData gives the values of a vector as n values of type T.
func vectorData[T any](v bindings.Vector, n int) []T {
	return unsafe.Slice((*T)(bindings.VectorGetData(v)), n)
}

// vectorValidity gives the validity mask of a vector, or nil.
func vectorValidity(v bindings.Vector, n int) []uint64 {
	p := bindings.VectorGetValidity(v)
	if p == nil {
		return nil
	}
	return unsafe.Slice((*uint64)(p), (n+63)/64)
}

// newChunk makes a chunk for columns of the given types.
func newChunk(columns []bindings.LogicalType) (bindings.DataChunk, error) {
	chunk := bindings.CreateDataChunk(columns)
	if chunk.Ptr == nil {
		return chunk, nullPointer("data chunk")
	}
	return chunk, nil
}

// newAppender makes an appender for a table; an unknown table is 42P01.
func newAppender(c bindings.Connection, catalog, schema, table string) (bindings.Appender, error) {
	var a bindings.Appender
	state := bindings.AppenderCreateExt(c, catalog, schema, table, &a)
	if state == bindings.StateSuccess && a.Ptr != nil {
		return a, nil
	}
	err := fmt.Errorf("appending to %s.%s: %w", schema, table, nullPointer("appender"))
	if a.Ptr != nil {
		err = appenderError(a)
		bindings.AppenderDestroy(&a)
	}
	return bindings.Appender{}, err
}

// appenderError gives the error that an appender holds.
func appenderError(a bindings.Appender) error {
	data := bindings.AppenderErrorData(a)
	if data.Ptr == nil {
		return nullPointer("error")
	}
	defer bindings.DestroyErrorData(&data)
	return classify(bindings.ErrorDataMessage(data))
}
