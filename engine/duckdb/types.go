package duckdb

import (
	"fmt"
	"strconv"
	"strings"

	"culvert/sql/pgerr"
	"culvert/sql/types"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// typeNames are DuckDB's names of the kinds that have no parameter.
var typeNames = map[types.Kind]string{
	types.KindBool: "BOOLEAN", types.KindInt16: "SMALLINT", types.KindInt32: "INTEGER", types.KindInt64: "BIGINT",
	types.KindInt128: "HUGEINT", types.KindFloat32: "FLOAT", types.KindFloat64: "DOUBLE", types.KindText: "VARCHAR",
	types.KindBytes: "BLOB", types.KindDate: "DATE", types.KindTime: "TIME", types.KindTimestamp: "TIMESTAMP",
	types.KindTimestampTZ: "TIMESTAMP WITH TIME ZONE", types.KindInterval: "INTERVAL", types.KindUUID: "UUID",
}

// typeIDs are their IDs in the C API.
var typeIDs = map[types.Kind]bindings.Type{
	types.KindBool: bindings.TypeBoolean, types.KindInt16: bindings.TypeSmallInt, types.KindInt32: bindings.TypeInteger,
	types.KindInt64: bindings.TypeBigInt, types.KindInt128: bindings.TypeHugeInt, types.KindFloat32: bindings.TypeFloat,
	types.KindFloat64: bindings.TypeDouble, types.KindText: bindings.TypeVarchar, types.KindBytes: bindings.TypeBlob,
	types.KindDate: bindings.TypeDate, types.KindTime: bindings.TypeTime, types.KindTimestamp: bindings.TypeTimestamp,
	types.KindTimestampTZ: bindings.TypeTimestampTZ, types.KindInterval: bindings.TypeInterval, types.KindUUID: bindings.TypeUUID,
}

// typeName is DuckDB's name of a physical type.
func typeName(p types.Physical) (string, error) {
	switch p.Kind {
	case types.KindDecimal:
		return fmt.Sprintf("DECIMAL(%d,%d)", p.Width, p.Scale), nil
	case types.KindList:
		if p.Elem == nil {
			break
		}
		elem, err := typeName(*p.Elem)
		return elem + "[]", err
	}
	if name, ok := typeNames[p.Kind]; ok {
		return name, nil
	}
	return "", pgerr.New(pgerr.InternalError, "engine has no type of kind %d", p.Kind)
}

// parseTypeName is the inverse of typeName.
func parseTypeName(name string) (types.Physical, error) {
	if elem, ok := strings.CutSuffix(name, "[]"); ok {
		p, err := parseTypeName(elem)
		return types.Physical{Kind: types.KindList, Elem: &p}, err
	}
	if args, ok := strings.CutPrefix(name, "DECIMAL("); ok {
		width, scale, _ := strings.Cut(strings.TrimSuffix(args, ")"), ",")
		w, errW := strconv.ParseUint(width, 10, 8)
		s, errS := strconv.ParseUint(scale, 10, 8)
		if errW == nil && errS == nil {
			return types.Physical{Kind: types.KindDecimal, Width: uint8(w), Scale: uint8(s)}, nil
		}
	}
	for kind, known := range typeNames {
		if known == name {
			return types.Physical{Kind: kind}, nil
		}
	}
	return types.Physical{}, pgerr.New(pgerr.InternalError, "unknown engine type \"%s\"", name)
}

// logicalType makes DuckDB's type of a physical type. The caller destroys it.
func logicalType(p types.Physical) (bindings.LogicalType, error) {
	switch p.Kind {
	case types.KindDecimal:
		if p.Width < 1 || p.Width > 38 || p.Scale > p.Width {
			return bindings.LogicalType{}, pgerr.New(pgerr.InternalError, "invalid decimal(%d,%d)", p.Width, p.Scale)
		}
		return checkedType(bindings.CreateDecimalType(p.Width, p.Scale))
	case types.KindList:
		if p.Elem == nil {
			break
		}
		elem, err := logicalType(*p.Elem)
		if err != nil {
			return elem, err
		}
		defer bindings.DestroyLogicalType(&elem)
		return checkedType(bindings.CreateListType(elem))
	}
	if id, ok := typeIDs[p.Kind]; ok {
		return checkedType(bindings.CreateLogicalType(id))
	}
	return bindings.LogicalType{}, pgerr.New(pgerr.InternalError, "engine has no type of kind %d", p.Kind)
}

func checkedType(t bindings.LogicalType) (bindings.LogicalType, error) {
	if t.Ptr == nil {
		return t, nullPointer("type")
	}
	return t, nil
}

// logicalTypes makes the types of several columns, and what destroys them.
func logicalTypes(columns []types.Physical) ([]bindings.LogicalType, func(), error) {
	made := make([]bindings.LogicalType, 0, len(columns))
	destroy := func() {
		for i := range made {
			bindings.DestroyLogicalType(&made[i])
		}
	}
	for _, p := range columns {
		t, err := logicalType(p)
		if err != nil {
			destroy()
			return nil, nil, err
		}
		made = append(made, t)
	}
	return made, destroy, nil
}

// quote quotes an identifier.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// literal quotes a text literal.
func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
