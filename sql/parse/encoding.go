package parse

import (
	"strconv"

	"culvert/sql/ast"
)

// encoding reads [FORMAT …] [INCLUDE …] [ENVELOPE …].
func (p *parser) encoding() ast.Encoding {
	e := ast.Encoding{Pos: p.pos()}
	switch {
	case p.accept("key format"):
		e.Key = p.format()
		p.expect("value format")
		e.Value = p.format()
	case p.accept("format"):
		e.Value = p.format()
	}
	if p.accept("include") {
		e.Include = list(p, p.include)
	}
	if p.looking("envelope") {
		e.Envelope = p.envelope()
	}
	return e
}

func (p *parser) format() ast.Format {
	switch {
	case p.accept("avro using"):
		return p.avro()
	case p.accept("protobuf"):
		return p.protobuf()
	case p.accept("regex"):
		return ast.RegexFormat{Pattern: p.str()}
	case p.accept("csv with"):
		return p.csv()
	case p.accept("json"):
		return ast.JSONFormat{Array: p.accept("array")}
	case p.accept("text"):
		return ast.TextFormat{}
	case p.accept("bytes"):
		return ast.BytesFormat{}
	}
	p.expected = []string{"AVRO", "PROTOBUF", "REGEX", "CSV", "JSON", "TEXT", "BYTES"}
	p.fail()
	return ast.TextFormat{}
}

func (p *parser) avro() ast.Format {
	if !p.accept("schema") {
		return ast.AvroFormat{Registry: p.registry()}
	}
	f := ast.AvroFormat{Schema: p.strPtr()}
	if p.peek().IsPunct("(") {
		f.Options = p.optionsInBrackets(avroOptions)
	}
	return f
}

func (p *parser) protobuf() ast.Format {
	if p.accept("using") {
		return ast.ProtobufFormat{Registry: p.registry()}
	}
	p.expect("message")
	f := ast.ProtobufFormat{Message: p.strPtr()}
	p.expect("using schema")
	f.Schema = p.strPtr()
	return f
}

// registry reads {CONFLUENT | AWS GLUE} SCHEMA REGISTRY CONNECTION name and
// what may follow it.
func (p *parser) registry() *ast.SchemaRegistry {
	r := &ast.SchemaRegistry{Glue: p.accept("aws glue")}
	if !r.Glue {
		p.expect("confluent")
	}
	p.expect("schema registry connection")
	r.Connection = p.objectName()
	if p.peek().IsPunct("(") && r.Glue {
		r.Options = p.optionsInBrackets(glueOptions)
	}
	if p.accept("seed") {
		if p.accept("key") {
			r.KeySeed = p.seed()
		}
		p.accept("value")
		r.ValueSeed = p.seed()
	}
	if p.accept("key strategy") {
		r.KeyStrategy = p.strategy()
	}
	if p.accept("value strategy") {
		r.ValueStrategy = p.strategy()
	}
	return r
}

func (p *parser) seed() *ast.Seed {
	p.expect("schema")
	s := &ast.Seed{Schema: p.str()}
	if p.accept("message") {
		s.Message = p.strPtr()
	}
	return s
}

func (p *parser) strategy() *ast.Strategy {
	switch {
	case p.accept("id"):
		p.failUnless(isInteger(p.peek()), "the ID of a schema must be an integer")
		n := p.number()
		return &ast.Strategy{ID: &n}
	case p.accept("inline"):
		return &ast.Strategy{Inline: p.strPtr()}
	}
	p.expect("latest")
	return &ast.Strategy{}
}

func (p *parser) csv() ast.Format {
	var f ast.CSVFormat
	if p.accept("header") {
		f.Header = true
		if p.peek().IsPunct("(") {
			f.Names = inBrackets(p, p.ident)
		}
	} else {
		n, err := strconv.Atoi(p.number().Text)
		p.failUnless(err == nil && n > 0, "the number of columns must be a positive integer")
		f.Columns = n
		p.expect("columns")
	}
	if p.accept("delimited by") {
		f.Delimiter = p.strPtr()
	}
	return f
}

var includes = []string{"key", "partition", "offset", "timestamp", "headers", "header"}

func (p *parser) include() ast.Include {
	i := ast.Include{Pos: p.pos()}
	for _, w := range includes {
		if p.accept(w) {
			i.What = upper(w)
			break
		}
	}
	switch i.What {
	case "":
		p.fail()
	case "HEADER":
		i.Header = p.str()
		p.expect("as")
		i.As = p.ident()
		i.Bytes = p.accept("bytes")
	default:
		if p.accept("as") {
			i.As = p.ident()
		}
	}
	return i
}

func (p *parser) envelope() *ast.Envelope {
	e := &ast.Envelope{Pos: p.pos()}
	p.expect("envelope")
	for _, w := range []string{"none", "debezium", "upsert", "materialize"} {
		if p.accept(w) {
			e.Kind = upper(w)
			break
		}
	}
	if e.Kind == "" {
		p.fail()
	}
	if e.Kind == "UPSERT" && p.acceptPunct("(") {
		p.expect("value decoding errors")
		p.acceptPunct("=")
		p.inlineErrors(e)
		p.expectPunct(")")
	}
	return e
}

// inlineErrors reads (INLINE [AS name]), or the same without brackets.
func (p *parser) inlineErrors(e *ast.Envelope) {
	bracket := p.acceptPunct("(")
	p.expect("inline")
	e.InlineErrors = true
	if p.accept("as") {
		e.InlineAs = p.ident()
	}
	if bracket {
		p.expectPunct(")")
	}
}
