package decode

import (
	"testing"

	"culvert/sql/types"
)

// TestUndoForgetsNulls: what is appended after an error must not inherit the
// NULLs of what was taken back, in the column or in the elements of a list.
func TestUndoForgetsNulls(t *testing.T) {
	r, ok := RowsOf([]Field{{Type: types.T(types.Int4OID)}, {Type: types.T(types.TextArrayOID)}, {Type: types.T(types.TextOID)}})
	if !ok {
		t.Fatal("no columns")
	}
	for n := range 200 {
		number, list, text := &r.Cols[0], &r.Cols[1], &r.Cols[2]
		number.Null()
		AppendNull(list.Child, ListLen(&list.Column))
		text.Data = append(text.Data, "half"...)
		Undo(r.Pointers(), n)

		number.Int32(int32(n))
		if n%3 == 0 {
			AppendNull(list.Child, ListLen(&list.Column))
		} else {
			AppendBytes(list.Child, []byte("x"))
		}
		AppendList(&list.Column, 1)
		list.Len++
		text.Text("t")
		r.EndRow()
	}
	batch := r.Batch()
	for n := range 200 {
		if batch.Cols[0].IsNull(n) || batch.Cols[1].Child.IsNull(n) != (n%3 == 0) || string(batch.Cols[2].Bytes(n)) != "t" {
			t.Fatalf("row %d: %v %v %q", n, batch.Cols[0].IsNull(n), batch.Cols[1].Child.IsNull(n), batch.Cols[2].Bytes(n))
		}
	}
}
