package systables

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"culvert/sql/analyze/pgcatalog"
	"culvert/sql/types"
)

//go:embed views
var viewFiles embed.FS

//go:embed data/shapes.tsv
var shapesFile string

//go:embed data/functions.tsv
var functionsFile string

// viewFile is a file under views: a comment, lines of "--   " that say what the
// columns are, and the query.
type viewFile struct {
	comment string
	columns []string
	query   string
}

func readFile(schema, name string) (*viewFile, bool) {
	text, err := viewFiles.ReadFile(path.Join("views", schema, name+".sql"))
	if err != nil {
		return nil, false
	}
	var f viewFile
	var about []string
	rest := string(text)
	for {
		line, after, _ := strings.Cut(rest, "\n")
		words, ok := strings.CutPrefix(line, "--")
		if !ok {
			break
		}
		if column, ok := strings.CutPrefix(words, "   "); ok {
			f.columns = append(f.columns, column)
		} else {
			about = append(about, strings.TrimSpace(words))
		}
		rest = after
	}
	f.comment = strings.TrimSuffix(strings.Join(about, " "), ".")
	f.query = strings.TrimSpace(rest)
	return &f, true
}

// readView reads a view of culvert's own. Its file has a line for each column:
// name, type, [not null][: comment].
func readView(schema, name string) (*Relation, bool) {
	f, ok := readFile(schema, name)
	if !ok {
		return nil, false
	}
	r := &Relation{Schema: schema, Name: name, Kind: 'v', Comment: f.comment, SQL: f.query}
	for _, c := range f.columns {
		r.Columns = append(r.Columns, parseColumn(c))
	}
	return r, true
}

// fill makes a view of one of PostgreSQL's relations: the file lists the names
// of the columns that its query gives. They get PostgreSQL's types, and the
// others are NULL.
func (r *Relation) fill(f *viewFile) {
	given := strings.Fields(strings.Join(f.columns, " "))
	columns := make([]string, len(r.Columns))
	for i, c := range r.Columns {
		value := "NULL"
		if at := slices.Index(given, c.Name); at >= 0 {
			value = "v." + quote(c.Name)
		}
		columns[i] = value + "::" + types.FormatType(c.Type) + " AS " + quote(c.Name)
	}
	for i, name := range given {
		if !slices.ContainsFunc(r.Columns, func(c Column) bool { return c.Name == name }) {
			panic(fmt.Sprintf("systables: %s.%s has no column %s", r.Schema, r.Name, name))
		}
		given[i] = quote(name)
	}
	r.SQL = "SELECT " + strings.Join(columns, ", ") + " FROM (\n" + f.query + "\n) AS v(" + strings.Join(given, ", ") + ")"
	r.Comment = f.comment
}

// parseColumn reads name, type, "not null" and a comment behind a colon.
func parseColumn(text string) Column {
	spec, comment, _ := strings.Cut(text, ": ")
	spec, notNull := strings.CutSuffix(strings.TrimSpace(spec), " not null")
	name, typ, _ := strings.Cut(spec, " ")
	info, ok := types.ByName(typ)
	if !ok {
		panic(fmt.Sprintf("systables: column %q has no type that is known", text))
	}
	return Column{Name: strings.Trim(name, `"`), Type: types.T(info.OID), NotNull: notNull, Comment: strings.TrimSpace(comment)}
}

// ownOrder lists the relations of mz_catalog, mz_internal and culvert. A
// relation's OID and ID come from its place, so that new ones go to the end.
const ownOrder = `
mz_catalog.mz_ssh_tunnel_connections
mz_catalog.mz_egress_ips
mz_catalog.mz_connections
mz_catalog.mz_secrets
mz_catalog.mz_sources
mz_catalog.mz_tables
mz_catalog.mz_views
mz_catalog.mz_materialized_views
mz_catalog.mz_indexes
mz_catalog.mz_columns
mz_catalog.mz_schemas
mz_catalog.mz_databases
mz_catalog.mz_objects
mz_catalog.mz_relations
mz_catalog.mz_roles
mz_catalog.mz_clusters
mz_catalog.mz_cluster_replicas
mz_catalog.mz_kafka_connections
mz_catalog.mz_kafka_sources
mz_catalog.mz_sinks
mz_catalog.mz_types
mz_internal.mz_object_dependencies
mz_internal.mz_object_transitive_dependencies
mz_internal.mz_object_fully_qualified_names
mz_internal.mz_comments
mz_internal.mz_source_statuses
mz_internal.mz_source_status_history
mz_internal.mz_source_statistics
mz_internal.mz_postgres_sources
mz_internal.mz_postgres_source_tables
mz_internal.mz_kafka_source_tables
mz_internal.mz_sessions
mz_internal.mz_show_create
mz_internal.mz_show_connections
mz_internal.mz_show_secrets
mz_internal.mz_show_sources
mz_internal.mz_show_subsources
mz_internal.mz_show_tables
mz_internal.mz_show_views
mz_internal.mz_show_materialized_views
mz_internal.mz_show_schemas
mz_internal.mz_show_databases
mz_internal.mz_show_columns
mz_internal.mz_show_objects
mz_internal.mz_show_clusters
mz_internal.mz_show_indexes
mz_internal.mz_show_roles
mz_internal.mz_show_types
culvert.tunnels
culvert.cleanups
culvert.host_keys
culvert.source_tables
culvert.sessions
culvert.source_errors
mz_internal.mz_show_cluster_replicas
mz_internal.mz_show_create_cluster
`

const firstOwnOID = 15001

func ownRelations() []*Relation {
	var all []*Relation
	for i, full := range strings.Fields(ownOrder) {
		schema, name, _ := strings.Cut(full, ".")
		r, ok := readView(schema, name)
		if !ok {
			panic("systables: no file for " + full)
		}
		r.OID = firstOwnOID + uint32(i)
		r.ID = "s" + strconv.Itoa(int(r.OID))
		all = append(all, r)
	}
	return all
}

// baseRelations are the views of schema base.
func baseRelations() []*Relation {
	entries, err := viewFiles.ReadDir("views/base")
	if err != nil {
		panic(fmt.Sprintf("systables: %v", err))
	}
	var all []*Relation
	for _, e := range entries {
		r, _ := readView("base", strings.TrimSuffix(e.Name(), ".sql"))
		r.ID = "base." + r.Name
		all = append(all, r)
	}
	return all
}

// shapes reads the relations of pg_catalog and information_schema as
// PostgreSQL has them, without their rows.
func shapes() []*Relation {
	var all []*Relation
	var last *Relation
	for line := range strings.Lines(shapesFile) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if last == nil || last.Schema != f[0] || last.Name != f[1] {
			last = &Relation{ID: "s" + f[2], OID: uint32(mustInt(f[2])), Schema: f[0], Name: f[1], Kind: f[3][0]}
			all = append(all, last)
		}
		last.Columns = append(last.Columns, Column{Name: f[4], Type: shapeType(f[5], f[6]), NotNull: f[7] == "t"})
	}
	return all
}

// postgresRelations are those of pg_catalog and information_schema: the rows
// of fixed ones are static, the others are views.
func postgresRelations() []*Relation {
	all := shapes()
	fixed := pgcatalog.Names()
	for _, r := range all {
		if file, ok := readFile(r.Schema, r.Name); ok {
			r.fill(file)
			continue
		}
		if r.Schema == SchemaPgCatalog && slices.Contains(fixed, r.Name) {
			over := engineRelation("static", r.Name, r.Columns)
			r.Engine, r.Physical = over.Engine, over.Physical
			continue
		}
		r.SQL = emptyView(r)
	}
	return all
}

// shapeType is a column's type; for anyarray, which only PostgreSQL's own
// catalogs can have, text[].
func shapeType(oid, mod string) types.Type {
	t := types.Type{OID: types.OID(mustInt(oid)), Mod: int32(mustInt(mod))}
	if t.OID == types.AnyarrayOID {
		return types.T(types.TextArrayOID)
	}
	return t
}

// emptyView is the query of a relation that has no rows here.
func emptyView(r *Relation) string {
	var b strings.Builder
	b.WriteString("SELECT ")
	for i, c := range r.Columns {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "NULL::%s AS %s", types.FormatType(c.Type), quote(c.Name))
	}
	return b.String() + " WHERE false"
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func mustInt(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		panic(fmt.Sprintf("systables: %v", err))
	}
	return n
}
