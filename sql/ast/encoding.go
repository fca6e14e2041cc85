package ast

import "strconv"

// Encoding is how a source's messages become rows: FORMAT, INCLUDE, ENVELOPE.
type Encoding struct {
	Key      Format // of KEY FORMAT … VALUE FORMAT …; nil otherwise
	Value    Format // nil: no FORMAT
	Pos      Pos    // of FORMAT
	Include  []Include
	Envelope *Envelope
}

// Format is a format of messages. The cases are the types of this file.
type Format interface{ formatFormat(p *printer) }

// TextFormat is TEXT.
type TextFormat struct{}

// BytesFormat is BYTES.
type BytesFormat struct{}

// JSONFormat is JSON [ARRAY].
type JSONFormat struct{ Array bool }

// RegexFormat is REGEX 'pattern'.
type RegexFormat struct{ Pattern StringValue }

// CSVFormat is CSV WITH {n COLUMNS | HEADER [(names)]} [DELIMITED BY 'c'].
type CSVFormat struct {
	Columns   int // 0 with a header
	Header    bool
	Names     []Ident
	Delimiter *StringValue
}

// AvroFormat is AVRO USING a registry, or USING SCHEMA 'json'.
type AvroFormat struct {
	Registry *SchemaRegistry
	Schema   *StringValue
	Options  []Option // of SCHEMA: CONFLUENT WIRE FORMAT
}

// ProtobufFormat is PROTOBUF USING a registry, or MESSAGE 'm' USING SCHEMA 's'.
type ProtobufFormat struct {
	Registry *SchemaRegistry
	Message  *StringValue
	Schema   *StringValue
}

// SchemaRegistry is {CONFLUENT | AWS GLUE} SCHEMA REGISTRY CONNECTION name.
type SchemaRegistry struct {
	Glue          bool
	Connection    ObjectName
	Options       []Option // of Glue: SCHEMA NAME
	KeySeed       *Seed
	ValueSeed     *Seed
	KeyStrategy   *Strategy
	ValueStrategy *Strategy
}

// Seed is a schema that stands in for the registry's.
type Seed struct {
	Schema  StringValue
	Message *StringValue // of Protobuf
}

// Strategy chooses a reader schema: ID n, LATEST, or INLINE 'schema'.
type Strategy struct {
	ID     *NumberValue
	Inline *StringValue // LATEST: neither
}

// Include is one piece of metadata that becomes a column.
type Include struct {
	What   string // KEY, PARTITION, OFFSET, TIMESTAMP, HEADERS, HEADER
	Header StringValue
	As     Ident // empty: the default name
	Bytes  bool  // of HEADER
	Pos    Pos
}

// Envelope says what a message does to the rows.
type Envelope struct {
	Kind         string // NONE, DEBEZIUM, UPSERT, MATERIALIZE
	InlineErrors bool   // of UPSERT: VALUE DECODING ERRORS = (INLINE [AS name])
	InlineAs     Ident
	Pos          Pos
}

func (e Encoding) format(p *printer) {
	switch {
	case e.Key != nil:
		p.text(" KEY FORMAT ")
		e.Key.formatFormat(p)
		p.text(" VALUE FORMAT ")
		e.Value.formatFormat(p)
	case e.Value != nil:
		p.text(" FORMAT ")
		e.Value.formatFormat(p)
	}
	if len(e.Include) > 0 {
		p.text(" INCLUDE ")
		separated(p, e.Include, func(i Include) { i.format(p) })
	}
	if e.Envelope != nil {
		e.Envelope.format(p)
	}
}

func (i Include) format(p *printer) {
	p.text(i.What)
	if i.What == "HEADER" {
		p.text(" ")
		p.literal(i.Header.Text)
	}
	if i.As.Name != "" {
		p.text(" AS ")
		p.ident(i.As.Name)
	}
	p.flag(i.Bytes, " BYTES")
}

func (e Envelope) format(p *printer) {
	p.text(" ENVELOPE ", e.Kind)
	if !e.InlineErrors {
		return
	}
	p.text(" (VALUE DECODING ERRORS = (INLINE")
	if e.InlineAs.Name != "" {
		p.text(" AS ")
		p.ident(e.InlineAs.Name)
	}
	p.text("))")
}

func (TextFormat) formatFormat(p *printer)  { p.text("TEXT") }
func (BytesFormat) formatFormat(p *printer) { p.text("BYTES") }

func (f JSONFormat) formatFormat(p *printer) {
	p.text("JSON")
	p.flag(f.Array, " ARRAY")
}

func (f RegexFormat) formatFormat(p *printer) {
	p.text("REGEX ")
	p.literal(f.Pattern.Text)
}

func (f CSVFormat) formatFormat(p *printer) {
	p.text("CSV WITH ")
	if f.Header {
		p.text("HEADER")
		p.columns(f.Names)
	} else {
		p.text(strconv.Itoa(f.Columns), " COLUMNS")
	}
	if f.Delimiter != nil {
		p.text(" DELIMITED BY ")
		p.literal(f.Delimiter.Text)
	}
}

func (f AvroFormat) formatFormat(p *printer) {
	p.text("AVRO USING ")
	if f.Registry != nil {
		f.Registry.format(p)
		return
	}
	p.text("SCHEMA ")
	p.literal(f.Schema.Text)
	if len(f.Options) > 0 {
		p.text(" (")
		p.options(f.Options)
		p.text(")")
	}
}

func (f ProtobufFormat) formatFormat(p *printer) {
	p.text("PROTOBUF ")
	if f.Registry != nil {
		p.text("USING ")
		f.Registry.format(p)
		return
	}
	p.text("MESSAGE ")
	p.literal(f.Message.Text)
	p.text(" USING SCHEMA ")
	p.literal(f.Schema.Text)
}

func (r SchemaRegistry) format(p *printer) {
	if r.Glue {
		p.text("AWS GLUE SCHEMA REGISTRY CONNECTION ")
	} else {
		p.text("CONFLUENT SCHEMA REGISTRY CONNECTION ")
	}
	ItemValue{Name: r.Connection, Options: r.Options}.formatValue(p)
	if r.ValueSeed != nil {
		p.text(" SEED")
		if r.KeySeed != nil {
			p.text(" KEY")
			r.KeySeed.format(p)
		}
		p.text(" VALUE")
		r.ValueSeed.format(p)
	}
	if r.KeyStrategy != nil {
		p.text(" KEY STRATEGY ")
		r.KeyStrategy.format(p)
	}
	if r.ValueStrategy != nil {
		p.text(" VALUE STRATEGY ")
		r.ValueStrategy.format(p)
	}
}

func (s Seed) format(p *printer) {
	p.text(" SCHEMA ")
	p.literal(s.Schema.Text)
	if s.Message != nil {
		p.text(" MESSAGE ")
		p.literal(s.Message.Text)
	}
}

func (s Strategy) format(p *printer) {
	switch {
	case s.ID != nil:
		p.text("ID ")
		p.raw(s.ID.Text)
	case s.Inline != nil:
		p.text("INLINE ")
		p.literal(s.Inline.Text)
	default:
		p.text("LATEST")
	}
}
