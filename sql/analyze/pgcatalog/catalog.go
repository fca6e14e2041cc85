package pgcatalog

import (
	"sync"

	"culvert/sql/types"
)

// Type is a row of pg_type, as far as resolution needs it.
type Type struct {
	OID       types.OID
	Name      string
	Kind      byte // typtype: b base, p pseudo, r range, m multirange, d domain, e enum
	Category  byte // typcategory
	Preferred bool
	Elem      types.OID // typelem
	Array     types.OID // typarray
	Subscript types.OID // typsubscript: 6179 for true arrays
	Modin     types.OID // typmodin; 0: the type takes no modifier
	Collates  bool      // typcollation is set
	Len       int
}

// IsArray tells whether the type is a true array, subscripted as one.
func (t *Type) IsArray() bool { return t.Elem != 0 && t.Subscript == arraySubscriptHandler }

const arraySubscriptHandler types.OID = 6179 // pg_proc: array_subscript_handler

// Proc is a row of pg_proc, as far as resolution needs it.
type Proc struct {
	OID         types.OID
	Name        string
	Schema      string // pg_catalog or information_schema
	Kind        byte   // prokind: f function, a aggregate, w window, p procedure
	Strict      bool
	Set         bool // proretset
	Volatile    byte // provolatile: i, s, v
	Variadic    types.OID
	NumDefaults int
	Result      types.OID
	Args        []types.OID // input arguments
	AllArgs     []types.OID // proallargtypes: nil without OUT arguments
	Modes       []string    // proargmodes, for AllArgs
	Names       []string    // proargnames
	Defaults    string      // proargdefaults as SQL; Null without
}

// Operator is a row of pg_operator.
type Operator struct {
	OID    types.OID
	Name   string
	Kind   byte      // b binary, l prefix
	Left   types.OID // 0 for a prefix operator
	Right  types.OID
	Result types.OID
	Func   types.OID // oprcode
	Negate types.OID
	Commut types.OID
}

// Cast is a row of pg_cast.
type Cast struct {
	OID            types.OID
	Source, Target types.OID
	Func           types.OID
	Context        byte // e explicit, a assignment, i implicit
	Method         byte // f function, b binary, i text form
}

// Aggregate is a row of pg_aggregate.
type Aggregate struct {
	Func      types.OID
	Kind      byte // n normal, o ordered-set, h hypothetical-set
	NumDirect int
	SortOp    types.OID
}

// Range is a row of pg_range.
type Range struct{ Type, Subtype, Multirange types.OID }

// Ordering is a type's default operators: those of its default btree operator
// class, and the equality of its hash class where it has no btree one.
type Ordering struct{ Eq, Lt, Gt types.OID }

// Catalog is the typed form of the tables. It is shared: read only.
type Catalog struct {
	Types       map[types.OID]*Type
	TypesByName map[string]*Type
	Procs       map[types.OID]*Proc
	ProcsByName map[string][]*Proc
	Operators   map[types.OID]*Operator
	OpsByName   map[string][]*Operator
	Casts       map[[2]types.OID]*Cast
	Aggregates  map[types.OID]*Aggregate
	Ranges      map[types.OID]*Range // by range type
	Multiranges map[types.OID]*Range // by multirange type
	// Orderings has the operators by the input type of the operator class.
	Orderings map[types.OID]Ordering
	families  map[familyOp]types.OID
	member    map[types.OID][]FamilyMember
}

// FamilyMember says that an operator has a strategy in a btree operator family.
type FamilyMember struct {
	Family   types.OID
	Strategy int // 1 <, 2 <=, 3 =, 4 >=, 5 >
}

type familyOp struct {
	family, left, right types.OID
	strategy            int
}

// Get reads the catalogs at the first call. It is safe for concurrent use.
var Get = sync.OnceValue(load)

func load() *Catalog {
	c := &Catalog{
		Types: map[types.OID]*Type{}, TypesByName: map[string]*Type{},
		Procs: map[types.OID]*Proc{}, ProcsByName: map[string][]*Proc{},
		Operators: map[types.OID]*Operator{}, OpsByName: map[string][]*Operator{},
		Casts: map[[2]types.OID]*Cast{}, Aggregates: map[types.OID]*Aggregate{},
		Ranges: map[types.OID]*Range{}, Multiranges: map[types.OID]*Range{}, Orderings: map[types.OID]Ordering{},
		families: map[familyOp]types.OID{}, member: map[types.OID][]FamilyMember{},
	}
	each("pg_type", c.addType)
	each("pg_proc", c.addProc)
	each("pg_operator", c.addOperator)
	each("pg_cast", c.addCast)
	each("pg_aggregate", c.addAggregate)
	each("pg_range", c.addRange)
	each("pg_amop", c.addFamily)
	each("pg_opclass", c.addOrdering)
	return c
}

func each(name string, add func(*reader)) {
	t, _ := Lookup(name)
	r := newReader(t)
	for _, row := range t.Rows {
		r.row = row
		add(r)
	}
}

func (c *Catalog) addType(r *reader) {
	t := &Type{
		OID: r.oid("oid"), Name: r.text("typname"), Kind: r.char("typtype"), Category: r.char("typcategory"),
		Preferred: r.bool("typispreferred"), Elem: r.oid("typelem"), Array: r.oid("typarray"),
		Subscript: r.oid("typsubscript"), Modin: r.oid("typmodin"), Collates: r.oid("typcollation") != 0, Len: r.int("typlen"),
	}
	c.Types[t.OID], c.TypesByName[t.Name] = t, t
}

const pgCatalogNamespace types.OID = 11

func (c *Catalog) addProc(r *reader) {
	p := &Proc{
		OID: r.oid("oid"), Name: r.text("proname"), Kind: r.char("prokind"), Strict: r.bool("proisstrict"),
		Set: r.bool("proretset"), Volatile: r.char("provolatile"), Variadic: r.oid("provariadic"),
		NumDefaults: r.int("pronargdefaults"), Result: r.oid("prorettype"), Args: r.oids("proargtypes"),
		AllArgs: r.oids("proallargtypes"), Modes: r.optional("proargmodes"), Names: r.optional("proargnames"),
		Defaults: r.text("proargdefaults"), Schema: "information_schema",
	}
	if r.oid("pronamespace") == pgCatalogNamespace {
		p.Schema = "pg_catalog"
	}
	c.Procs[p.OID] = p
	c.ProcsByName[p.Name] = append(c.ProcsByName[p.Name], p)
}

func (c *Catalog) addOperator(r *reader) {
	o := &Operator{
		OID: r.oid("oid"), Name: r.text("oprname"), Kind: r.char("oprkind"), Left: r.oid("oprleft"), Right: r.oid("oprright"),
		Result: r.oid("oprresult"), Func: r.oid("oprcode"), Negate: r.oid("oprnegate"), Commut: r.oid("oprcom"),
	}
	c.Operators[o.OID] = o
	c.OpsByName[o.Name] = append(c.OpsByName[o.Name], o)
}

func (c *Catalog) addCast(r *reader) {
	k := &Cast{
		OID: r.oid("oid"), Source: r.oid("castsource"), Target: r.oid("casttarget"), Func: r.oid("castfunc"),
		Context: r.char("castcontext"), Method: r.char("castmethod"),
	}
	c.Casts[[2]types.OID{k.Source, k.Target}] = k
}

func (c *Catalog) addAggregate(r *reader) {
	a := &Aggregate{Func: r.oid("aggfnoid"), Kind: r.char("aggkind"), NumDirect: r.int("aggnumdirectargs"), SortOp: r.oid("aggsortop")}
	c.Aggregates[a.Func] = a
}

func (c *Catalog) addRange(r *reader) {
	g := &Range{Type: r.oid("rngtypid"), Subtype: r.oid("rngsubtype"), Multirange: r.oid("rngmultitypid")}
	c.Ranges[g.Type], c.Multiranges[g.Multirange] = g, g
}

const (
	btreeAM types.OID = 403
	hashAM  types.OID = 405
)

func (c *Catalog) addFamily(r *reader) {
	method := r.oid("amopmethod")
	if method != btreeAM && method != hashAM || r.char("amoppurpose") != 's' {
		return
	}
	key := familyOp{r.oid("amopfamily"), r.oid("amoplefttype"), r.oid("amoprighttype"), r.int("amopstrategy")}
	c.families[key] = r.oid("amopopr")
	if method == btreeAM {
		op := r.oid("amopopr")
		c.member[op] = append(c.member[op], FamilyMember{key.family, key.strategy})
	}
}

func (c *Catalog) addOrdering(r *reader) {
	if !r.bool("opcdefault") {
		return
	}
	family, in := r.oid("opcfamily"), r.oid("opcintype")
	o := c.Orderings[in]
	switch r.oid("opcmethod") {
	case btreeAM:
		o = Ordering{
			Lt: c.families[familyOp{family, in, in, 1}], Eq: c.families[familyOp{family, in, in, 3}],
			Gt: c.families[familyOp{family, in, in, 5}],
		}
	case hashAM:
		if o.Eq == 0 {
			o.Eq = c.families[familyOp{family, in, in, 1}]
		}
	default:
		return
	}
	c.Orderings[in] = o
}

// Families lists the btree operator families in which an operator has a place.
func (c *Catalog) Families(op types.OID) []FamilyMember { return c.member[op] }
