package format

import (
	"culvert/connectors/decode"
	"culvert/connectors/decode/jsonvalue"
	"culvert/sql/types"
)

type bytesFormat struct{}

// Decode appends the message as it is.
func (bytesFormat) Decode(payload []byte, dst []*decode.Column) error {
	appendBytes(dst[0], payload)
	return nil
}

func appendBytes(c *decode.Column, b []byte) {
	decode.AppendBytes(&c.Column, b)
	c.Len++
}

type textFormat struct{}

// Decode appends the message, which must be UTF-8 without NUL.
func (textFormat) Decode(payload []byte, dst []*decode.Column) error {
	if err := types.CheckText(payload); err != nil {
		return err
	}
	appendBytes(dst[0], payload)
	return nil
}

type jsonFormat struct{ norm jsonvalue.Normaliser }

// Decode appends the message as jsonb prints it.
func (f *jsonFormat) Decode(payload []byte, dst []*decode.Column) error {
	c := dst[0]
	out, err := f.norm.Append(c.Data, payload)
	if err != nil {
		return err
	}
	c.Data = out
	c.Ends = append(c.Ends, uint32(len(out)))
	c.Len++
	return nil
}
