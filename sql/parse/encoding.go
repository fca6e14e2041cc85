package parse

import (
	"strconv"

	"culvert/sql/ast"
)

// readEncoding reads [FORMAT …] [INCLUDE …] [ENVELOPE …].
func readEncoding(p *parser) ast.Encoding {
	e := ast.Encoding{Pos: p.pos()}
	switch {
	case p.accept("key format"):
		e.Key = readFormat(p)
		p.expect("value format")
		e.Value = readFormat(p)
	case p.accept("format"):
		e.Value = readFormat(p)
	}
	if p.accept("include") {
		e.Include = list(p, readInclude)
	}
	if p.looking("envelope") {
		e.Envelope = readEnvelope(p)
	}
	return e
}

func readFormat(p *parser) ast.Format {
	switch {
	case p.accept("avro using"):
		return readAvro(p)
	case p.accept("protobuf"):
		return readProtobuf(p)
	case p.accept("regex"):
		return ast.RegexFormat{Pattern: p.str()}
	case p.accept("csv with"):
		return readCSV(p)
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

func readAvro(p *parser) ast.Format {
	if !p.accept("schema") {
		return ast.AvroFormat{Registry: readRegistry(p)}
	}
	f := ast.AvroFormat{Schema: strPtr(p)}
	if p.peek().IsPunct("(") {
		f.Options = readOptionsInBrackets(p, avroOptions)
	}
	return f
}

func readProtobuf(p *parser) ast.Format {
	if p.accept("using") {
		return ast.ProtobufFormat{Registry: readRegistry(p)}
	}
	p.expect("message")
	f := ast.ProtobufFormat{Message: strPtr(p)}
	p.expect("using schema")
	f.Schema = strPtr(p)
	return f
}

// readRegistry reads {CONFLUENT | AWS GLUE} SCHEMA REGISTRY CONNECTION name and
// what may follow it.
func readRegistry(p *parser) *ast.SchemaRegistry {
	r := &ast.SchemaRegistry{Glue: p.accept("aws glue")}
	if !r.Glue {
		p.expect("confluent")
	}
	p.expect("schema registry connection")
	r.Connection = p.objectName()
	if p.peek().IsPunct("(") && r.Glue {
		r.Options = readOptionsInBrackets(p, glueOptions)
	}
	if p.accept("seed") {
		if p.accept("key") {
			r.KeySeed = readSeed(p)
		}
		p.accept("value")
		r.ValueSeed = readSeed(p)
	}
	if p.accept("key strategy") {
		r.KeyStrategy = readStrategy(p)
	}
	if p.accept("value strategy") {
		r.ValueStrategy = readStrategy(p)
	}
	return r
}

func readSeed(p *parser) *ast.Seed {
	p.expect("schema")
	s := &ast.Seed{Schema: p.str()}
	if p.accept("message") {
		s.Message = strPtr(p)
	}
	return s
}

func readStrategy(p *parser) *ast.Strategy {
	switch {
	case p.accept("id"):
		failUnless(p, isInteger(p.peek()), "the ID of a schema must be an integer")
		n := p.number()
		return &ast.Strategy{ID: &n}
	case p.accept("inline"):
		return &ast.Strategy{Inline: strPtr(p)}
	}
	p.expect("latest")
	return &ast.Strategy{}
}

func readCSV(p *parser) ast.Format {
	var f ast.CSVFormat
	if p.accept("header") {
		f.Header = true
		if p.peek().IsPunct("(") {
			f.Names = inBrackets(p, (*parser).ident)
		}
	} else {
		n, err := strconv.Atoi(p.number().Text)
		failUnless(p, err == nil && n > 0, "the number of columns must be a positive integer")
		f.Columns = n
		p.expect("columns")
	}
	if p.accept("delimited by") {
		f.Delimiter = strPtr(p)
	}
	return f
}

var includes = []string{"key", "partition", "offset", "timestamp", "headers", "header"}

func readInclude(p *parser) ast.Include {
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

func readEnvelope(p *parser) *ast.Envelope {
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
		readInlineErrors(p, e)
		p.expectPunct(")")
	}
	return e
}

// readInlineErrors reads (INLINE [AS name]), or the same without brackets.
func readInlineErrors(p *parser, e *ast.Envelope) {
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
