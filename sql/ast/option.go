package ast

// Option is NAME = value of a list of options.
type Option struct {
	Name  string // upper case, words separated by one blank: SSL MODE
	Value Value
	Pos   Pos // of the name
}

// Value is the value of an option. The cases are the types of this file.
type Value interface {
	formatValue(p *printer)
}

// StringValue is a string literal.
type StringValue struct {
	Text string
	Pos  Pos
}

// NumberValue is a numeric literal, as written, with its sign.
type NumberValue struct {
	Text string
	Pos  Pos
}

// BoolValue is TRUE or FALSE. An option without a value is true.
type BoolValue struct {
	Bool    bool
	Implied bool // the option had no value
	Pos     Pos
}

// IdentValue is a bare word, which most options read as a string.
type IdentValue struct {
	Name   string
	Quoted bool
	Pos    Pos
}

// SecretValue is SECRET name.
type SecretValue struct{ Name ObjectName }

// ItemValue names an object: an SSH TUNNEL or AWS CONNECTION option. With
// Options it is the AWS PRIVATELINK of a Kafka connection: conn (PORT n).
type ItemValue struct {
	Name    ObjectName
	Options []Option
}

// NameValue is a dotted name: a REFERENCE, or one of TEXT COLUMNS.
type NameValue struct{ Name Name }

// ListValue is (v, …) or [v, …].
type ListValue struct {
	Items []Value
	Pos   Pos
}

// RetainValue is FOR 'interval', the value of RETAIN HISTORY.
type RetainValue struct {
	Interval string
	Pos      Pos
}

// BrokerValue is a Kafka broker: 'host:port' [USING tunnel].
type BrokerValue struct {
	Address  string
	Matching bool // MATCHING 'pattern' USING …: Address is the pattern
	Tunnel   *BrokerTunnel
	Pos      Pos
}

// BrokerTunnel is how one broker is reached.
type BrokerTunnel struct {
	PrivateLink bool // AWS PRIVATELINK; otherwise SSH TUNNEL
	Connection  ObjectName
	Options     []Option // of AWS PRIVATELINK: AVAILABILITY ZONE, PORT
}

// FindOption gives the first option of the given name.
func FindOption(options []Option, name string) (Option, bool) {
	for _, o := range options {
		if o.Name == name {
			return o, true
		}
	}
	return Option{}, false
}

// ValuePos is where a value stands; NoPos where the option had none.
func ValuePos(v Value) Pos {
	switch v := v.(type) {
	case StringValue:
		return v.Pos
	case NumberValue:
		return v.Pos
	case BoolValue:
		return v.Pos
	case IdentValue:
		return v.Pos
	case SecretValue:
		return v.Name.Pos
	case ItemValue:
		return v.Name.Pos
	case NameValue:
		return v.Name.Pos
	case ListValue:
		return v.Pos
	case RetainValue:
		return v.Pos
	case BrokerValue:
		return v.Pos
	case RawValue:
		return v.Pos
	}
	return NoPos
}

// RawValue is SQL that is kept as text: an option that culvert does not plan.
type RawValue struct {
	Text string
	Pos  Pos
}
