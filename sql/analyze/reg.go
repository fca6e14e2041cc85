package analyze

import (
	"strconv"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/sql/analyze/pgcatalog"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

func isReg(oid types.OID) bool {
	switch oid {
	case types.RegclassOID, types.RegtypeOID, types.RegprocOID, types.RegprocedureOID, types.RegoperOID,
		types.RegoperatorOID, types.RegnamespaceOID, types.RegroleOID:
		return true
	}
	return false
}

// regReader reads the literals of the reg* types.
type regReader struct{ *env }

// RegReader gives the function that types.Env.Reg asks for: it finds objects
// of the reg* types by name in the catalog and among the built-in ones.
func RegReader(cat Catalog) func(types.OID, string) (types.OID, error) {
	v := regReader{&env{typeRules: &typeRules{pg: pgcatalog.Get()}, cat: cat, viewDepth: 1}}
	return func(oid types.OID, name string) (out types.OID, err error) {
		defer func() {
			switch r := recover().(type) {
			case nil:
			case failure:
				err = r.err
			default:
				panic(r)
			}
		}()
		n, convErr := strconv.ParseUint(v.readReg(oid, name, -1), 10, 32)
		return types.OID(n), convErr
	}
}

// readReg reads a literal of a reg* type as the OID in digits.
func (v regReader) readReg(oid types.OID, text string, loc int) string {
	if text == "-" {
		return "0"
	}
	if n, err := strconv.ParseUint(text, 10, 32); err == nil && text != "" {
		return strconv.FormatUint(n, 10)
	}
	var found uint32
	if oid == types.RegtypeOID {
		found = uint32(v.regType(text, loc))
	} else {
		found = v.regObject(oid, text, loc)
	}
	return strconv.FormatUint(uint64(found), 10)
}

func (v regReader) regObject(oid types.OID, text string, loc int) uint32 {
	switch oid {
	case types.RegprocedureOID, types.RegoperatorOID:
		return v.regSignature(oid, text, loc)
	case types.RegoperOID:
		return v.regOperator(text, loc)
	}
	parts, ok := splitName(text)
	if !ok {
		v.failAt(loc, pgerr.New(pgerr.InvalidName, "invalid name syntax"))
	}
	switch oid {
	case types.RegnamespaceOID:
		return v.regNamespace(parts, loc)
	case types.RegroleOID:
		if r, ok := v.cat.(RoleOIDs); ok && len(parts) == 1 {
			if found, ok := r.RoleOID(parts[0]); ok {
				return found
			}
		}
		v.failAt(loc, pgerr.New(pgerr.UndefinedObject, "role \"%s\" does not exist", parts[0]))
	case types.RegprocOID:
		return v.regProc(parts, loc)
	}
	schema, name := v.relationName(parts, loc)
	rel, ok := v.cat.Relation(schema, name)
	if !ok {
		v.needSchema(parts, loc)
		v.failAt(loc, pgerr.New(pgerr.UndefinedTable, "relation \"%s\" does not exist", joinName(parts)))
	}
	v.relations.add(rel.ID)
	v.noting().relationLiteral(loc, rel)
	return rel.OID
}

// relationName takes a name apart: [database.][schema.]name.
func (v regReader) relationName(parts []string, loc int) (schema, name string) {
	switch len(parts) {
	case 1:
		return "", parts[0]
	case 2:
		return parts[0], parts[1]
	case 3:
		return parts[1], parts[2]
	}
	v.failAt(loc, pgerr.New(pgerr.SyntaxError, "improper relation name (too many dotted names): %s", joinName(parts)))
	return "", ""
}

func (v regReader) regNamespace(parts []string, loc int) uint32 {
	if len(parts) == 1 && parts[0] == "pg_catalog" {
		return 11
	}
	if c, ok := v.cat.(SchemaOIDs); ok && len(parts) == 1 {
		if found, ok := c.SchemaOID(parts[0]); ok {
			return found
		}
	}
	v.failAt(loc, pgerr.New(pgerr.InvalidSchemaName, "schema \"%s\" does not exist", parts[0]))
	return 0
}

func (v regReader) regProc(parts []string, loc int) uint32 {
	var list []*pgcatalog.Proc
	if inPgCatalog(parts) {
		list = v.pg.ProcsByName[parts[len(parts)-1]]
	}
	switch len(list) {
	case 0:
		v.failAt(loc, pgerr.New(pgerr.UndefinedFunction, "function \"%s\" does not exist", joinName(parts)))
	case 1:
		return uint32(list[0].OID)
	}
	v.failAt(loc, pgerr.New(pgerr.AmbiguousFunction, "more than one function named \"%s\"", joinName(parts)))
	return 0
}

// inPgCatalog tells whether a name of a function, operator or type may be one
// of pg_catalog.
func inPgCatalog(parts []string) bool {
	return len(parts) == 1 || len(parts) == 2 && parts[0] == "pg_catalog"
}

// needSchema fails when the schema of a qualified name does not exist.
func (v *env) needSchema(parts []string, loc int) {
	if n := len(parts); n >= 2 && parts[n-2] != "pg_catalog" && !v.cat.SchemaExists(parts[n-2]) {
		v.failAt(loc, pgerr.New(pgerr.InvalidSchemaName, "schema \"%s\" does not exist", parts[n-2]))
	}
}

func (v regReader) regOperator(text string, loc int) uint32 {
	list := v.pg.OpsByName[strings.TrimPrefix(text, "pg_catalog.")]
	switch len(list) {
	case 0:
		v.failAt(loc, pgerr.New(pgerr.UndefinedFunction, "operator does not exist: %s", text))
	case 1:
		return uint32(list[0].OID)
	}
	v.failAt(loc, pgerr.New(pgerr.AmbiguousFunction, "more than one operator named %s", text))
	return 0
}

// regSignature reads name(type, type).
func (v regReader) regSignature(oid types.OID, text string, loc int) uint32 {
	open := strings.IndexByte(text, '(')
	if open < 0 || !strings.HasSuffix(text, ")") {
		v.failAt(loc, pgerr.New(pgerr.InvalidTextRepresentation, "expected a left parenthesis"))
	}
	var args []types.OID
	if list := strings.TrimSpace(text[open+1 : len(text)-1]); list != "" {
		for _, arg := range strings.Split(list, ",") {
			if arg = strings.TrimSpace(arg); strings.EqualFold(arg, "none") {
				args = append(args, 0)
				continue
			}
			args = append(args, v.regType(arg, loc))
		}
	}
	name := strings.TrimSpace(text[:open])
	if oid == types.RegoperatorOID {
		for _, op := range v.pg.OpsByName[strings.TrimPrefix(name, "pg_catalog.")] {
			if len(args) == 2 && op.Left == args[0] && op.Right == args[1] {
				return uint32(op.OID)
			}
		}
		v.failAt(loc, pgerr.New(pgerr.UndefinedFunction, "operator does not exist: %s", text))
	}
	if parts, ok := splitName(name); ok && inPgCatalog(parts) {
		for _, p := range v.pg.ProcsByName[parts[len(parts)-1]] {
			if p.Schema == "pg_catalog" && equalOIDs(p.Args, args) {
				return uint32(p.OID)
			}
		}
	}
	v.failAt(loc, pgerr.New(pgerr.UndefinedFunction, "function \"%s\" does not exist", text))
	return 0
}

func equalOIDs(a, b []types.OID) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// regType reads a type name as SQL has it.
func (v regReader) regType(text string, loc int) types.OID {
	tree, err := pg_query.Parse("SELECT NULL::" + text)
	if err == nil && len(tree.Stmts) == 1 {
		if list := tree.Stmts[0].Stmt.GetSelectStmt().GetTargetList(); len(list) == 1 {
			if cast := list[0].GetResTarget().GetVal().GetTypeCast(); cast != nil && cast.Arg.GetAConst().GetIsnull() {
				cast.TypeName.Location = int32(loc)
				return v.resolveType(cast.TypeName).OID
			}
		}
	}
	v.failAt(loc, pgerr.New(pgerr.SyntaxError, "invalid type name \"%s\"", text))
	return 0
}

// splitName takes a dotted name of identifiers apart, as stringToQualifiedNameList.
func splitName(text string) ([]string, bool) {
	var parts []string
	rest := strings.TrimSpace(text)
	for {
		part, after, ok := nextIdentifier(rest)
		if !ok {
			return nil, false
		}
		parts = append(parts, part)
		after = strings.TrimLeft(after, " \t\n\r")
		if after == "" {
			return parts, true
		}
		if after[0] != '.' {
			return nil, false
		}
		rest = strings.TrimLeft(after[1:], " \t\n\r")
	}
}

func nextIdentifier(text string) (name, rest string, ok bool) {
	if !strings.HasPrefix(text, `"`) {
		end := strings.IndexAny(text, ". \t\n\r")
		if end < 0 {
			end = len(text)
		}
		return strings.ToLower(text[:end]), text[end:], end > 0
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		if text[i] != '"' {
			b.WriteByte(text[i])
			continue
		}
		if i+1 < len(text) && text[i+1] == '"' {
			b.WriteByte('"')
			i++
			continue
		}
		return b.String(), text[i+1:], b.Len() > 0
	}
	return "", "", false
}
