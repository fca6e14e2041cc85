package pgcatalog

import "strings"

// Signature is the name with the types of the input arguments by their names in
// pg_type, as in obj_description(oid,name).
func (p *Proc) Signature() string {
	names := make([]string, len(p.Args))
	for i, arg := range p.Args {
		names[i] = "?"
		if t := Get().Types[arg]; t != nil {
			names[i] = t.Name
		}
	}
	return p.Name + "(" + strings.Join(names, ",") + ")"
}
