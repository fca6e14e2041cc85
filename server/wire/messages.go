package wire

import (
	"github.com/jackc/pgx/v5/pgproto3"

	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// Parse asks to prepare a statement.
type Parse struct {
	Name   string
	Query  string
	Params []types.OID
}

// Bind asks to make a portal of a prepared statement. Values alias the
// message; nil is NULL.
type Bind struct {
	Portal, Statement string
	ParamFormats      []int16
	Values            [][]byte
	ResultFormats     []int16
}

// Execute asks to run a portal.
type Execute struct {
	Portal  string
	MaxRows uint32 // 0: all
}

// Target is what Describe and Close name.
type Target struct {
	Kind byte // 'S': statement, 'P': portal
	Name string
}

// DecodeQuery gives the text of a Query message.
func DecodeQuery(body []byte) (string, error) {
	var m pgproto3.Query
	if err := m.Decode(body); err != nil {
		return "", malformed(err)
	}
	return m.String, types.CheckText([]byte(m.String))
}

// DecodeParse takes a Parse message apart.
func DecodeParse(body []byte) (Parse, error) {
	var m pgproto3.Parse
	if err := m.Decode(body); err != nil {
		return Parse{}, malformed(err)
	}
	out := Parse{Name: m.Name, Query: m.Query}
	for _, oid := range m.ParameterOIDs {
		out.Params = append(out.Params, types.OID(oid))
	}
	return out, checkTexts(m.Name, m.Query)
}

// DecodeBind takes a Bind message apart.
func DecodeBind(body []byte) (Bind, error) {
	var m pgproto3.Bind
	if err := m.Decode(body); err != nil {
		return Bind{}, malformed(err)
	}
	return Bind{Portal: m.DestinationPortal, Statement: m.PreparedStatement, ParamFormats: m.ParameterFormatCodes, Values: m.Parameters,
		ResultFormats: m.ResultFormatCodes}, checkTexts(m.DestinationPortal, m.PreparedStatement)
}

// DecodeExecute takes an Execute message apart.
func DecodeExecute(body []byte) (Execute, error) {
	var m pgproto3.Execute
	if err := m.Decode(body); err != nil {
		return Execute{}, malformed(err)
	}
	return Execute{Portal: m.Portal, MaxRows: m.MaxRows}, checkTexts(m.Portal)
}

// DecodeDescribe takes a Describe message apart.
func DecodeDescribe(body []byte) (Target, error) {
	var m pgproto3.Describe
	if err := m.Decode(body); err != nil {
		return Target{}, malformed(err)
	}
	return checkTarget(Target{m.ObjectType, m.Name}, "DESCRIBE")
}

// DecodeClose takes a Close message apart.
func DecodeClose(body []byte) (Target, error) {
	var m pgproto3.Close
	if err := m.Decode(body); err != nil {
		return Target{}, malformed(err)
	}
	return checkTarget(Target{m.ObjectType, m.Name}, "CLOSE")
}

func checkTarget(t Target, message string) (Target, error) {
	if t.Kind != 'S' && t.Kind != 'P' {
		return t, pgerr.New(pgerr.ProtocolViolation, "invalid %s message subtype %d", message, t.Kind)
	}
	return t, checkTexts(t.Name)
}

func checkTexts(texts ...string) error {
	for _, text := range texts {
		if err := types.CheckText([]byte(text)); err != nil {
			return err
		}
	}
	return nil
}
