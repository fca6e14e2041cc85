package exec

import (
	"strconv"
	"strings"

	"culvert/catalog/systables"
	"culvert/sql/analyze/pgcatalog"
	"culvert/sql/ast"
	"culvert/sql/types"
)

// appendReg prints the value of a reg* type as PostgreSQL does: by name where
// the object exists, qualified where the search path would not find it, else
// the number; 0 is "-".
func (s *scope) appendReg(dst []byte, typ types.OID, oid uint32) []byte {
	if oid == 0 {
		return append(dst, '-')
	}
	if name := s.regName(typ, oid); name != "" {
		return append(dst, name...)
	}
	return strconv.AppendUint(dst, uint64(oid), 10)
}

func (s *scope) regName(typ types.OID, oid uint32) string {
	switch typ {
	case types.RegclassOID:
		r, ok := s.RelationByOID(oid)
		if !ok {
			return ""
		}
		if visible, ok := s.Relation("", r.Name); ok && visible.OID == oid {
			return ast.QuoteIdent(r.Name)
		}
		return ast.QuoteIdent(r.Schema) + "." + ast.QuoteIdent(r.Name)
	case types.RegtypeOID:
		return types.FormatType(types.Type{OID: types.OID(oid), Mod: -2})
	case types.RegprocOID:
		if proc := pgcatalog.Get().Procs[types.OID(oid)]; proc != nil {
			return proc.Name
		}
	case types.RegprocedureOID:
		if proc := pgcatalog.Get().Procs[types.OID(oid)]; proc != nil {
			args := make([]string, len(proc.Args))
			for i, arg := range proc.Args {
				args[i] = types.FormatType(types.T(arg))
			}
			return proc.Name + "(" + strings.Join(args, ",") + ")"
		}
	case types.RegnamespaceOID:
		for _, schema := range s.catalog.Schemas() {
			if schema.ID.OID() == oid {
				return ast.QuoteIdent(schema.Name)
			}
		}
		for _, schema := range systables.Schemas() {
			if schema.OID == oid {
				return schema.Name
			}
		}
	case types.RegroleOID:
		for _, role := range s.catalog.Roles() {
			if role.OID() == oid {
				return ast.QuoteIdent(role.Name)
			}
		}
	}
	return ""
}
