package dialect

import (
	"strings"
	"testing"

	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// Every template is SQL that the engine accepts for arguments of its
// signature's types, with a result of the form that the function's type has.
// Catalog functions are tested with the system tables.
func TestEveryTemplateIsValid(t *testing.T) {
	d := newDuck(t)
	for _, table := range newRegistry().templates {
		for signature, template := range table {
			if strings.Contains(template, "cat.") || strings.Contains(template, "fix.") {
				continue
			}
			f := callOf(t, signature)
			for _, null := range []bool{true, false} {
				sql := templateCall(f, template, null)
				if _, err := d.query("SELECT CAST((" + sql + ") IS NULL AS VARCHAR)"); err != nil && unclassified(err) {
					t.Errorf("%s: %v\n%s", signature, err, sql)
				}
			}
		}
	}
}

func callOf(t *testing.T, signature string) *query.Func {
	name, list, _ := strings.Cut(strings.TrimSuffix(signature, ")"), "(")
	f := &query.Func{Name: name, T: types.T(types.TextOID)}
	if list == "" {
		return f
	}
	for arg := range strings.SplitSeq(list, ",") {
		info, ok := types.ByName(arg)
		if !ok {
			t.Fatalf("%s: no type %s", signature, arg)
		}
		f.Args = append(f.Args, &query.Const{T: types.T(info.OID), Null: true})
	}
	return f
}

// samples are values of the types of arguments.
var samples = map[types.Kind]string{
	types.KindBool: "t", types.KindInt16: "1", types.KindInt32: "1", types.KindInt64: "1", types.KindFloat32: "1", types.KindFloat64: "1",
	types.KindText: "1", types.KindBytes: `\x01`, types.KindDate: "2024-01-01", types.KindTime: "10:00:00", types.KindTimestamp: "2024-01-01 00:00:00",
	types.KindTimestampTZ: "2024-01-01 00:00:00+00", types.KindInterval: "1 day", types.KindList: "{1}", types.KindUUID: "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
}

func templateCall(f *query.Func, template string, null bool) string {
	tr := &translator{opts: Options{Data: "cv", Shim: "shim"}, known: newRegistry()}
	args := make([]expr, len(f.Args))
	for i, a := range f.Args {
		typ := a.Type()
		if null {
			args[i] = printConst(tr, typ, true, "")
		} else {
			args[i] = printConst(tr, typ, false, samples[physOf(typ).Kind])
		}
	}
	return fillTemplate(tr, strings.TrimPrefix(template, "!"), f, args).sql
}

// unclassified tells errors of the engine from those that a function raises
// for its arguments.
func unclassified(err error) bool {
	return pgerr.Is(err, pgerr.InternalError) && !strings.Contains(err.Error(), "out of range") && !strings.Contains(err.Error(), "Unknown TimeZone")
}
