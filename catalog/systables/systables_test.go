package systables

import "testing"

func TestEveryRelationIsDefined(t *testing.T) {
	s := New()
	ids, oids := map[string]bool{}, map[uint32]bool{}
	for _, r := range s.Relations() {
		if ids[r.ID] || oids[r.OID] || r.OID == 0 || r.OID >= 16384 {
			t.Errorf("%s.%s: ID %s and OID %d are not its own", r.Schema, r.Name, r.ID, r.OID)
		}
		ids[r.ID], oids[r.OID] = true, true
		if (r.SQL == "") == (r.Engine == "") || len(r.Columns) == 0 {
			t.Errorf("%s.%s has no definition", r.Schema, r.Name)
		}
	}
}
