package duckdb

/*
#include <stdint.h>
#include <stdlib.h>

extern void culvertScanBind(void *info);
extern void culvertFeedBind(void *info);
extern void culvertScanInit(void *info);
extern void culvertScanNext(void *info, void *chunk);
extern void culvertFree(void *handle);

typedef void (*culvert_info_callback)(void *);
typedef void (*culvert_chunk_callback)(void *, void *);
*/
import "C"

import (
	"fmt"
	"runtime/cgo"
	"unsafe"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// The callbacks of table functions. DuckDB calls them from any of its threads;
// a panic must not leave them, since it would end the process.

var (
	scanBind = unsafe.Pointer(C.culvert_info_callback(C.culvertScanBind))
	feedBind = unsafe.Pointer(C.culvert_info_callback(C.culvertFeedBind))
	scanInit = unsafe.Pointer(C.culvert_info_callback(C.culvertScanInit))
	scanNext = unsafe.Pointer(C.culvert_chunk_callback(C.culvertScanNext))
	freeFunc = unsafe.Pointer(C.culvert_info_callback(C.culvertFree))
)

// newHandle makes a pointer for C that leads to v, until freeFunc is called
// with it. C must not hold pointers into Go's memory.
func newHandle(v any) unsafe.Pointer {
	p := C.malloc(C.size_t(unsafe.Sizeof(cgo.Handle(0))))
	*(*cgo.Handle)(p) = cgo.NewHandle(v)
	return p
}

func handleValue[T any](p unsafe.Pointer) T { return (*(*cgo.Handle)(p)).Value().(T) }

//export culvertFree
func culvertFree(p unsafe.Pointer) {
	h := *(*cgo.Handle)(p)
	if s, ok := h.Value().(*scan); ok {
		s.pins.Unpin()
	}
	h.Delete()
	C.free(p)
}

//export culvertScanBind
func culvertScanBind(p unsafe.Pointer) {
	info := bindings.BindInfo{Ptr: p}
	defer recovered(func(message string) { bindings.BindSetError(info, message) })
	f := handleValue[*liveFunction](bindings.BindGetExtraInfo(info))
	var client bindings.ClientContext
	bindings.TableFunctionGetClientContext(info, &client)
	id := uint64(bindings.ClientContextGetConnectionId(client))
	bindings.DestroyClientContext(&client)
	s, err := f.bind(id)
	bindScan(info, s, err)
}

//export culvertFeedBind
func culvertFeedBind(p unsafe.Pointer) {
	info := bindings.BindInfo{Ptr: p}
	defer recovered(func(message string) { bindings.BindSetError(info, message) })
	f := handleValue[*feeds](bindings.BindGetExtraInfo(info))
	v := bindings.BindGetParameter(info, 0)
	number := bindings.GetInt64(v)
	bindings.DestroyValue(&v)
	s, err := f.bind(number)
	bindScan(info, s, err)
}

// bindScan tells DuckDB the columns of s and keeps s as the bind data.
func bindScan(info bindings.BindInfo, s *scan, err error) {
	if err != nil {
		bindings.BindSetError(info, err.Error())
		return
	}
	for i, phys := range s.types {
		t, err := logicalType(phys)
		if err != nil {
			bindings.BindSetError(info, err.Error())
			return
		}
		bindings.BindAddResultColumn(info, s.names[i], t)
		bindings.DestroyLogicalType(&t)
	}
	bindings.BindSetCardinality(info, bindings.IdxT(s.batch.Len), true)
	bindings.BindSetBindData(info, newHandle(s), freeFunc)
}

//export culvertScanInit
func culvertScanInit(p unsafe.Pointer) {
	info := bindings.InitInfo{Ptr: p}
	defer recovered(func(message string) { bindings.InitSetError(info, message) })
	cur := &cursor{scan: handleValue[*scan](bindings.InitGetBindData(info))}
	for i := range bindings.InitGetColumnCount(info) {
		cur.cols = append(cur.cols, uint64(bindings.InitGetColumnIndex(info, i)))
	}
	bindings.InitSetMaxThreads(info, 1)
	bindings.InitSetInitData(info, newHandle(cur), freeFunc)
}

//export culvertScanNext
func culvertScanNext(p, chunk unsafe.Pointer) {
	info := bindings.FunctionInfo{Ptr: p}
	defer recovered(func(message string) { bindings.FunctionSetError(info, message) })
	cur := handleValue[*cursor](bindings.FunctionGetInitData(info))
	if err := cur.fill(bindings.DataChunk{Ptr: chunk}); err != nil {
		bindings.FunctionSetError(info, err.Error())
	}
}

// recovered reports a panic as an error.
func recovered(report func(string)) {
	if p := recover(); p != nil {
		report(fmt.Sprintf("panic in a table function: %v", p))
	}
}

// newTableFunction registers a table function. Names are the engine's, for all
// connections; a name that is taken would be kept as it was, in silence.
func newTableFunction(c bindings.Connection, name string, extra any, bind unsafe.Pointer, params ...bindings.Type) error {
	f := bindings.CreateTableFunction()
	if f.Ptr == nil {
		return nullPointer("table function")
	}
	defer bindings.DestroyTableFunction(&f)
	bindings.TableFunctionSetName(f, name)
	for _, id := range params {
		t := bindings.CreateLogicalType(id)
		bindings.TableFunctionAddParameter(f, t)
		bindings.DestroyLogicalType(&t)
	}
	bindings.TableFunctionSetExtraInfo(f, newHandle(extra), freeFunc)
	bindings.TableFunctionSetBind(f, bind)
	bindings.TableFunctionSetInit(f, scanInit)
	bindings.TableFunctionSetFunction(f, scanNext)
	bindings.TableFunctionSupportsProjectionPushdown(f, true)
	if bindings.RegisterTableFunction(c, f) != bindings.StateSuccess {
		return fmt.Errorf("registering %s: %w", name, nullPointer("table function"))
	}
	return nil
}
