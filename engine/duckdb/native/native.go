// Package native adds scalar functions to DuckDB that SQL cannot express: the
// arithmetic of PostgreSQL's numeric, its regular expressions, the text of its
// types, to_char and jsonb. engine/duckdb/dialect calls them by name.
//
// A function is called with a whole chunk of rows and crosses into C a fixed
// number of times for each. Its errors are texts of pgError, which
// dialect.ParseError reads back.
package native

/*
#include <stdint.h>
#include <stdlib.h>

extern void culvertScalar(void *info, void *input, void *output);
typedef void (*culvert_scalar_callback)(void *, void *, void *);

extern void duckdb_vector_assign_string_element_len(void *vector, uint64_t index, const char *str, uint64_t str_len);

static void culvert_assign(void *vector, const char *data, const uint32_t *ends, uint64_t n) {
	uint32_t from = 0;
	for (uint64_t i = 0; i < n; i++) {
		duckdb_vector_assign_string_element_len(vector, i, data + from, ends[i] - from);
		from = ends[i];
	}
}
*/
import "C"

import (
	"errors"
	"fmt"
	"unsafe"

	"culvert/sql/pgerr"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// function is a scalar function. Its shape is "result:arguments" in the
// letters of shapes.
type function struct {
	name  string
	shape string
	nulls bool // called with NULL arguments too; else NULL gives NULL
	row   func(r *row) error
	// volatile: called for each row, whatever the arguments.
	volatile bool
}

// shapes are the engine's types that functions take and return.
var shapes = map[byte]bindings.Type{
	'b': bindings.TypeBoolean, 'i': bindings.TypeInteger, 'l': bindings.TypeBigInt, 'd': bindings.TypeDouble, 'f': bindings.TypeFloat,
	'v': bindings.TypeVarchar, 'x': bindings.TypeBlob, 'p': bindings.TypeInterval,
}

const (
	shapeDecimal = 'D' // DECIMAL(38,18)
	shapeList    = 'V' // VARCHAR[]
)

func logicalType(shape byte) bindings.LogicalType {
	switch shape {
	case shapeDecimal:
		return bindings.CreateDecimalType(38, 18)
	case shapeList:
		elem := bindings.CreateLogicalType(bindings.TypeVarchar)
		defer bindings.DestroyLogicalType(&elem)
		return bindings.CreateListType(elem)
	}
	return bindings.CreateLogicalType(shapes[shape])
}

var all = func() []function {
	var list []function
	for _, group := range [][]function{numericFunctions, textFunctions, regexFunctions, arrayFunctions, timeFunctions, mathFunctions, jsonFunctions, orderKeyFunctions, rangeFunctions, timetzFunctions, caseFunctions, byteFunctions, regexNthFunctions, jsonBuildFunctions, sequenceFunctions} {
		list = append(list, group...)
	}
	return list
}()

// Register adds the functions to the engine that conn belongs to: they are
// seen by all its connections. It is called once for each engine.
func Register(conn bindings.Connection) error {
	for i := range all {
		if err := register(conn, i); err != nil {
			return err
		}
	}
	return nil
}

func register(conn bindings.Connection, index int) error {
	f := all[index]
	fn := bindings.CreateScalarFunction()
	defer bindings.DestroyScalarFunction(&fn)
	bindings.ScalarFunctionSetName(fn, f.name)
	for i := range f.shape {
		typ := logicalType(f.shape[i])
		switch i {
		case 0:
			bindings.ScalarFunctionSetReturnType(fn, typ)
		case 1: // the colon
		default:
			bindings.ScalarFunctionAddParameter(fn, typ)
		}
		if i != 1 {
			bindings.DestroyLogicalType(&typ)
		}
	}
	if f.nulls {
		bindings.ScalarFunctionSetSpecialHandling(fn)
	}
	if f.volatile {
		bindings.ScalarFunctionSetVolatile(fn)
	}
	handle := C.malloc(8)
	*(*uint64)(handle) = uint64(index)
	bindings.ScalarFunctionSetExtraInfo(fn, handle, C.free)
	bindings.ScalarFunctionSetFunction(fn, unsafe.Pointer(C.culvert_scalar_callback(C.culvertScalar)))
	if bindings.RegisterScalarFunction(conn, fn) != bindings.StateSuccess {
		return pgerr.New(pgerr.InternalError, "engine refused the function %s", f.name)
	}
	return nil
}

//export culvertScalar
func culvertScalar(infoPtr, input, output unsafe.Pointer) {
	info := bindings.FunctionInfo{Ptr: infoPtr}
	defer func() {
		if p := recover(); p != nil {
			bindings.ScalarFunctionSetError(info, errorText(pgerr.New(pgerr.InternalError, "native function failed: %v", p)))
		}
	}()
	f := &all[*(*uint64)(bindings.ScalarFunctionGetExtraInfo(info))]
	if err := run(f, bindings.DataChunk{Ptr: input}, bindings.Vector{Ptr: output}); err != nil {
		bindings.ScalarFunctionSetError(info, errorText(err))
	}
}

// errorText encodes an error as dialect.ErrorText does: dialect is above this
// package, and a test compares the two.
func errorText(err error) string {
	var e *pgerr.Error
	if !errors.As(err, &e) {
		e = pgerr.From(err)
	}
	return fmt.Sprintf("culvert:%s:%s\x01", e.Code, e.Message)
}

// maxChunk bounds the bytes that one call makes for a chunk of rows, and
// maxText those of one padded or repeated text.
const (
	maxChunk = 1 << 28
	maxText  = 1 << 26
)

func run(f *function, input bindings.DataChunk, output bindings.Vector) error {
	r := newRow(f, input, output)
	for ; r.i < r.n; r.i++ {
		if !f.nulls && r.anyNull() {
			r.setNull()
		} else if err := f.row(r); err != nil {
			return err
		}
		if len(r.buf) > maxChunk {
			return pgerr.New(pgerr.ProgramLimitExceeded, "result is too large")
		}
		r.endRow()
	}
	r.finish()
	return nil
}

// assign gives a vector all its strings at once.
func assign(v bindings.Vector, data []byte, ends []uint32) {
	if len(ends) == 0 {
		return
	}
	data = append(data, 0)
	C.culvert_assign(v.Ptr, (*C.char)(unsafe.Pointer(&data[0])), (*C.uint32_t)(unsafe.Pointer(&ends[0])), C.uint64_t(len(ends)))
}
