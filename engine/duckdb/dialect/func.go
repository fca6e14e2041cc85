package dialect

import (
	"strings"

	"culvert/engine/query"
	"culvert/sql/types"
)

// A function of pg_proc is found by its signature, name(type, …) with the
// names of pg_type, else by its name alone. Either gives a template, in which
// $1 to $9 stand for the arguments, or a builder.

// builder prints a function call.
type builder func(t *translator, f *query.Func, args []expr) expr

// templates are the functions of PostgreSQL that are one expression of the
// engine's: the result has the form of the function's type. A template that
// begins with ! yields another engine type, and is cast.
type templates map[string]string

func signature(f *query.Func) string {
	return f.Name + "(" + joinSQL(f.Args, ", ", func(e query.Expr) string { return e.Type().OID.Name() }) + ")"
}

func catalogSignature(f *query.Func) string {
	var b strings.Builder
	b.WriteString(f.Name + "(")
	for i, e := range f.Args {
		if i > 0 {
			b.WriteString(",")
		}
		if info, ok := types.Lookup(e.Type().OID); ok {
			b.WriteString(info.Name)
		}
	}
	b.WriteString(")")
	return b.String()
}

func (t *translator) function(f *query.Func) expr {
	if f.Set {
		set := t.setOf(f)
		if len(set.fields) != 1 {
			unsupported("function %s returns rows and is supported in FROM only", signature(f))
		}
		return expr{sql: "unnest(" + set.list + ")", phys: set.fields[0]}
	}
	args := t.exprs(f.Args)
	key := catalogSignature(f)
	for _, table := range t.known.templates {
		if template, ok := table[key]; ok {
			return fillTemplate(t, template, f, args)
		}
	}
	for _, table := range t.known.builders {
		if build, ok := table[key]; ok {
			return build(t, f, args)
		}
		if build, ok := table[f.Name]; ok {
			return build(t, f, args)
		}
	}
	unsupported("function %s is not supported", signature(f))
	return expr{}
}

func fillTemplate(t *translator, template string, f *query.Func, args []expr) expr {
	phys := physOf(f.T)
	sqls := make([]string, len(args))
	for i, a := range args {
		if f.Args[i].Type().OID == types.NumericOID {
			a = convertForm(t, a, physText) // natives take numerics as text
		}
		sqls[i] = a.sql
	}
	template = shimmed(t, template)
	if strings.HasPrefix(template, "!") {
		return expr{sql: castSQL(fill(template[1:], sqls...), phys), phys: phys}
	}
	return expr{sql: fill(template, sqls...), phys: phys}
}

// shimmed gives macros in a template, which are written pg.name, their catalog.
func shimmed(t *translator, template string) string {
	if strings.Contains(template, "cat.") || strings.Contains(template, "fix.") {
		return withCatalogs(t, template)
	}
	return strings.ReplaceAll(template, "pg.", t.opts.Shim+".pg.")
}

// registry has the functions that reach the engine. It is passed to the
// translator, since the builders refer to the translator.
type registry struct {
	templates  []templates
	builders   []map[string]builder
	sets       map[string]func(t *translator, f *query.Func) setResult
	aggregates map[string]aggregateBuilder
}

func newRegistry() registry {
	return registry{
		templates:  []templates{stringTemplates, mathTemplates, timeTemplates, jsonTemplates, systemTemplates},
		builders:   []map[string]builder{stringBuilders, mathBuilders, timeBuilders, jsonBuilders, arrayBuilders, rangeBuilders, systemBuilders},
		sets:       setFunctions,
		aggregates: aggregates,
	}
}
