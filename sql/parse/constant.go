package parse

import "google.golang.org/protobuf/reflect/protoreflect"

// refersToRows tells whether a tree has a column, a relation or a subquery in it.
func refersToRows(m protoreflect.Message) bool {
	switch m.Descriptor().Name() {
	case "ColumnRef", "SubLink", "RangeVar", "SelectStmt":
		return true
	}
	found := false
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case f.Message() == nil:
		case f.IsList():
			for i := range v.List().Len() {
				found = found || refersToRows(v.List().Get(i).Message())
			}
		default:
			found = refersToRows(v.Message())
		}
		return !found
	})
	return found
}
