package plan

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"culvert/catalog"
	"culvert/sql/ast"
	"culvert/sql/parse"
	"culvert/sql/pgerr"
	"culvert/sql/types"

	"github.com/cockroachdb/datadriven"
)

// hidden stands in the scripts for a secret that someone typed: no output has it.
const hidden = "hunter2"

// TestStatements runs the scripts of testdata, each on a catalog of its own.
// Commands:
//
//	run      plans statements and carries them out in the catalog
//	plan     plans statements without carrying them out
//	path     sets the search path
//	show     gives the queries that SHOW statements stand for
//	again    drops an object by name, makes it again from its definition, and
//	         prints the definition if it is the same
//
// run prints what plan does where its argument is verbose.
func TestStatements(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		w := newWorld()
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			out := w.command(t, d)
			if strings.Contains(out, hidden) {
				t.Errorf("%s: a secret shows:\n%s", d.Pos, out)
			}
			return out
		})
	})
}

// world is a catalog in memory with an upstream.
type world struct {
	draft    *catalog.Draft
	last     int
	upstream published
	path     []string
	notices  []*pgerr.Error
}

func newWorld() *world {
	w := &world{draft: catalog.NewDraft(catalog.Empty()), path: []string{catalog.PublicSchema}}
	w.draft.PutSchema(&catalog.Schema{ID: w.nextID(), Name: catalog.PublicSchema, OwnerID: catalog.RoleID})
	return w
}

func (w *world) nextID() catalog.ID {
	w.last++
	return catalog.ID(fmt.Sprintf("u%d", w.last))
}

func (w *world) env() *Env {
	schema := ""
	if i := slices.IndexFunc(w.path, func(name string) bool { return w.draft.Catalog().SchemaNamed(name) != nil }); i >= 0 {
		schema = w.path[i]
	}
	return &Env{
		Catalog: w.draft.Catalog(), Schema: schema, Path: w.path, NextID: w.nextID, Upstream: &w.upstream, Cluster: catalog.ClusterName, Role: catalog.RoleName, Now: time.UnixMilli(1_700_000_000_000),
		Notice: func(n *pgerr.Error) { w.notices = append(w.notices, n) }, View: w.view,
	}
}

func (w *world) command(t *testing.T, d *datadriven.TestData) string {
	switch d.Cmd {
	case "path":
		w.path = strings.Fields(d.Input)
		return ""
	case "run":
		return w.each(d.Input, func(st ast.Statement) (string, error) { return w.run(st, d.HasArg("verbose")) })
	case "plan":
		return w.each(d.Input, func(st ast.Statement) (string, error) {
			last := w.last
			defer func() { w.last = last }()
			p, err := Statement(t.Context(), st, w.env())
			if err != nil {
				return "", err
			}
			return w.describe(p), nil
		})
	case "show":
		return w.each(d.Input, func(st ast.Statement) (string, error) {
			query, err := Show(st, w.env())
			if err != nil {
				return "", err
			}
			return query.Tree.Text + "\n", nil
		})
	case "again":
		return w.again(t, strings.TrimSpace(d.Input))
	}
	t.Fatalf("%s: unknown command %q", d.Pos, d.Cmd)
	return ""
}

// each parses a script and does something with its statements, up to the first
// error.
func (w *world) each(script string, do func(ast.Statement) (string, error)) string {
	statements, err := parse.Parse(script)
	if err != nil {
		return describeError(script, pgerr.From(err))
	}
	var b strings.Builder
	for _, st := range statements {
		out, err := do(st)
		for _, n := range w.notices {
			fmt.Fprintf(&b, "NOTICE %s: %s\n", n.Code, n.Message)
		}
		w.notices = nil
		if err != nil {
			return b.String() + describeError(script, pgerr.From(err))
		}
		b.WriteString(out)
	}
	return b.String()
}

// run carries a plan out in the catalog.
func (w *world) run(st ast.Statement, verbose bool) (string, error) {
	p, err := Statement(context.Background(), st, w.env())
	if err != nil {
		return "", err
	}
	for _, object := range made(p) {
		w.draft.Put(object)
	}
	w.putNamed(p)
	if d, ok := p.(*Drop); ok {
		for _, object := range d.Changed {
			w.draft.Put(object)
		}
		for _, object := range d.Objects {
			w.draft.Drop(object.ID)
		}
		for _, schema := range d.Schemas {
			w.draft.DropSchema(schema.ID)
		}
	}
	if a, ok := p.(*AlterSource); ok {
		for _, object := range a.Drop {
			w.draft.Drop(object.ID)
		}
	}
	if c, ok := p.(*CreateSchema); ok {
		w.draft.PutSchema(c.Schema)
	}
	if verbose {
		return w.describe(p), nil
	}
	return "", nil
}

// putNamed carries out what a plan does beside objects.
func (w *world) putNamed(p Plan) {
	switch p := p.(type) {
	case *Comment:
		w.put(p.Schema, p.Cluster, p.Role)
	case *AlterOwner:
		w.put(p.Schema, p.Cluster, nil)
	case *CreateCluster:
		w.put(nil, p.Cluster, nil)
	case *CreateClusterReplica:
		w.put(nil, p.Cluster, nil)
	case *AlterCluster:
		w.put(nil, p.Cluster, nil)
	case *CreateRole:
		w.put(nil, nil, p.Role)
	case *AlterRole:
		w.put(nil, nil, p.Role)
	case *Drop:
		for _, c := range p.ChangedClusters {
			w.put(nil, c, nil)
		}
		for _, c := range p.Clusters {
			w.draft.DropCluster(c.ID)
		}
		for _, r := range p.Roles {
			w.draft.DropRole(r.ID)
		}
	}
}

func (w *world) put(schema *catalog.Schema, cluster *catalog.Cluster, role *catalog.Role) {
	if schema != nil {
		w.draft.PutSchema(schema)
	}
	if cluster != nil {
		w.draft.PutCluster(cluster)
	}
	if role != nil {
		w.draft.PutRole(role)
	}
}

// made are the objects that a plan adds or replaces.
func made(p Plan) []*catalog.Object {
	switch p := p.(type) {
	case *CreateSecret:
		return []*catalog.Object{p.Object}
	case *CreateConnection:
		return []*catalog.Object{p.Object}
	case *AlterConnection:
		return []*catalog.Object{p.Object}
	case *AlterSecret:
		return []*catalog.Object{p.Object}
	case *Comment:
		return present(p.Object)
	case *AlterOwner:
		return present(p.Object)
	case *AlterCluster:
		return p.Objects
	case *AlterSetCluster:
		return []*catalog.Object{p.Object}
	case *CreateIndex:
		return []*catalog.Object{p.Index}
	case *AlterRename:
		return p.Objects
	case *AlterSource:
		return p.Put
	case *CreateView:
		return []*catalog.Object{p.View}
	case *CreateTableFromSource:
		return []*catalog.Object{p.Table}
	case *CreateSource:
		return append([]*catalog.Object{p.Source, p.Progress}, p.Tables...)
	}
	return nil
}

func present(o *catalog.Object) []*catalog.Object {
	if o == nil {
		return nil
	}
	return []*catalog.Object{o}
}

// again checks that the definition of an object makes the object: SHOW CREATE
// prints the same after it was dropped and made anew.
func (w *world) again(t *testing.T, name string) string {
	schema := w.draft.Catalog().SchemaNamed(catalog.PublicSchema)
	object := w.draft.Catalog().Lookup(schema.ID, name)
	if object == nil {
		t.Fatalf("there is no %s", name)
	}
	before := *object
	kind := strings.ToUpper(kindText(object))
	if out := w.each("DROP "+kind+" "+ast.QuoteIdent(name)+" CASCADE", func(st ast.Statement) (string, error) { return w.run(st, false) }); out != "" {
		t.Errorf("dropping %s: %s", name, out)
	}
	// SIZE is a notice, not an error.
	out := w.each(before.CreateSQL, func(st ast.Statement) (string, error) { return w.run(st, false) })
	after := w.draft.Catalog().Lookup(schema.ID, name)
	if after == nil {
		return before.CreateSQL + "\n" + out
	}
	if after.CreateSQL != before.CreateSQL || after.Redacted != before.Redacted {
		t.Errorf("the definition of %s changes:\n%s\n%s", name, before.CreateSQL, after.CreateSQL)
	}
	return out + after.CreateSQL + "\n"
}

// describe prints a plan.
func (w *world) describe(p Plan) string {
	var b strings.Builder
	switch p := p.(type) {
	case *Nothing:
		return "nothing\n"
	case *AlterSecret:
		fmt.Fprintf(&b, "value %v %+v %#v\n", p.Value, p.Value, p.Value)
	case *CreateSecret:
		fmt.Fprintf(&b, "value %v %+v %#v\n", p.Value, p.Value, p.Value)
	case *CreateConnection:
		fmt.Fprintf(&b, "validate: %v\n", p.Validate)
	case *AlterConnection:
		fmt.Fprintf(&b, "validate: %v, forget host keys: %v\n", p.Validate, p.ForgetHostKeys)
	case *RotateKeys:
		fmt.Fprintf(&b, "rotate keys of %s %s\n", p.Object.ID, p.Object.Name)
	case *ValidateConnection:
		fmt.Fprintf(&b, "validate %s %s\n", p.Object.ID, p.Object.Name)
	case *Drop:
		for _, o := range p.Objects {
			fmt.Fprintf(&b, "drop %s %s %s\n", kindText(o), o.ID, o.Name)
		}
		for _, s := range p.Schemas {
			fmt.Fprintf(&b, "drop schema %s %s\n", s.ID, s.Name)
		}
		for _, c := range p.Clusters {
			fmt.Fprintf(&b, "drop cluster %s %s\n", c.ID, c.Name)
		}
		for _, r := range p.Roles {
			fmt.Fprintf(&b, "drop role %s %s\n", r.ID, r.Name)
		}
		for _, c := range p.ChangedClusters {
			describeCluster(&b, c)
		}
		for _, o := range p.Changed {
			w.describeObject(&b, o)
		}
	case *CreateCluster:
		describeCluster(&b, p.Cluster)
	case *CreateClusterReplica:
		describeCluster(&b, p.Cluster)
	case *AlterCluster:
		describeCluster(&b, p.Cluster)
	case *CreateRole:
		fmt.Fprintf(&b, "role %+v\n", *p.Role)
	case *AlterRole:
		fmt.Fprintf(&b, "role %+v\n", *p.Role)
	case *AlterOwner:
		describeOwner(&b, p)
	case *AlterSource:
		for _, o := range p.Drop {
			fmt.Fprintf(&b, "drop %s %s %s\n", kindText(o), o.ID, o.Name)
		}
	case *CreateSchema:
		fmt.Fprintf(&b, "schema %s %s\n", p.Schema.ID, p.Schema.Name)
	}
	for _, object := range made(p) {
		w.describeObject(&b, object)
	}
	return b.String()
}

func describeCluster(b *strings.Builder, c *catalog.Cluster) {
	fmt.Fprintf(b, "cluster %s %s\n  %s\n", c.ID, c.Name, c.CreateSQL)
	for _, r := range c.Replicas {
		fmt.Fprintf(b, "  replica %+v\n", r)
	}
}

func describeOwner(b *strings.Builder, p *AlterOwner) {
	switch {
	case p.Schema != nil:
		fmt.Fprintf(b, "schema %s is of %s\n", p.Schema.Name, p.Schema.OwnerID)
	case p.Cluster != nil:
		fmt.Fprintf(b, "cluster %s is of %s\n", p.Cluster.Name, p.Cluster.OwnerID)
		for _, r := range p.Cluster.Replicas {
			fmt.Fprintf(b, "  replica %s is of %s\n", r.Name, r.OwnerID)
		}
	default:
		fmt.Fprintf(b, "%s is of %s\n", p.Object.Name, p.Object.OwnerID)
	}
}

var (
	slotName    = regexp.MustCompile(`materialize_[0-9a-f]{32}`)
	groupSuffix = regexp.MustCompile(`,"GroupSuffix":"[0-9a-f]{8}"`)
)

func (w *world) describeObject(b *strings.Builder, o *catalog.Object) {
	fmt.Fprintf(b, "%s %s %s.%s", kindText(o), o.ID, w.draft.Catalog().Schema(o.SchemaID).Name, o.Name)
	if len(o.Uses) > 0 {
		fmt.Fprintf(b, " uses %v", o.Uses)
	}
	b.WriteString("\n")
	if o.Comment != "" {
		fmt.Fprintf(b, "  comment %q\n", o.Comment)
	}
	for _, c := range o.Columns {
		fmt.Fprintf(b, "  %s %s", c.Name, types.FormatType(c.Type))
		if c.NotNull {
			b.WriteString(" not null")
		}
		if c.Comment != "" {
			fmt.Fprintf(b, " comment %q", c.Comment)
		}
		b.WriteString("\n")
	}
	for _, k := range o.Keys {
		fmt.Fprintf(b, "  key %s primary %v columns %v\n", k.Name, k.Primary, k.Columns)
	}
	def, err := json.Marshal(o.Def)
	if err != nil {
		def = []byte(err.Error())
	}
	def = groupSuffix.ReplaceAll(def, nil)
	fmt.Fprintf(b, "  %T %s\n", o.Def, slotName.ReplaceAll(def, []byte("materialize_<32 hex digits>")))
	fmt.Fprintf(b, "  %s\n", o.CreateSQL)
	if o.Redacted != o.CreateSQL {
		fmt.Fprintf(b, "  %s\n", o.Redacted)
	}
}

// describeError prints an error with a caret under its position, which counts
// characters. The statement's own secret is masked; the error has to do without.
func describeError(text string, e *pgerr.Error) string {
	text = strings.ReplaceAll(text, hidden, "*******")
	var b strings.Builder
	fmt.Fprintf(&b, "ERROR %s: %s\n", e.Code, e.Message)
	if e.Position > 0 {
		before := strings.Split(string([]rune(text)[:e.Position-1]), "\n")
		line := strings.Split(text, "\n")[len(before)-1]
		fmt.Fprintf(&b, "  %s\n  %s^\n", line, strings.Repeat(" ", len([]rune(before[len(before)-1]))))
	}
	if e.Detail != "" {
		fmt.Fprintf(&b, "DETAIL: %s\n", e.Detail)
	}
	if e.Hint != "" {
		fmt.Fprintf(&b, "HINT: %s\n", e.Hint)
	}
	return b.String()
}
