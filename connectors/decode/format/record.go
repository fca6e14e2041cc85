package format

import (
	"culvert/connectors/decode"
	"culvert/connectors/decode/jsonvalue"
	"culvert/sql/types"
)

// recordFormat writes the texts of another format as one object of JSON.
type recordFormat struct {
	texts  Format
	names  [][]byte
	values *decode.Rows
	into   []*decode.Column
	json   jsonvalue.Builder
}

func newRecord(s Spec) (Format, error) {
	columns, err := s.fields()
	if err != nil {
		return nil, err
	}
	f := &recordFormat{}
	var text []types.Physical
	for _, c := range columns {
		f.names = append(f.names, []byte(c.Name))
		text = append(text, types.Physical{Kind: types.KindText})
	}
	f.values = decode.NewRows(text)
	f.into = f.values.Pointers()
	s.Record = false
	f.texts, err = New(s, nil)
	return f, err
}

// Decode appends the object of a message.
func (f *recordFormat) Decode(payload []byte, dst []*decode.Column) error {
	f.values.Reset()
	if err := f.texts.Decode(payload, f.into); err != nil {
		return err
	}
	f.values.EndRow()
	values := f.values.Batch().Cols
	c := dst[0]
	f.json.Out = c.Data
	o := f.json.Object()
	for i, name := range f.names {
		f.json.Key(&o, name)
		if values[i].IsNull(0) {
			f.json.Out = append(f.json.Out, "null"...)
		} else {
			f.json.Out = jsonvalue.AppendString(f.json.Out, values[i].Bytes(0))
		}
	}
	f.json.End(&o)
	c.Data, f.json.Out = f.json.Out, nil
	c.Ends = append(c.Ends, uint32(len(c.Data)))
	c.Len++
	return nil
}
