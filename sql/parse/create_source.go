package parse

import (
	"culvert/sql/ast"
	"culvert/sql/lex"
	"culvert/sql/pgerr"
)

var sourceWith = newOptions("source option",
	namedReader{"TIMESTAMP INTERVAL, SIZE, ON DECODE ERROR", anyValue},
	namedReader{"RETAIN HISTORY", retainValue})

var postgresOptions = newOptions("POSTGRES source option",
	namedReader{"PUBLICATION, DETAILS", anyValue},
	namedReader{"TEXT COLUMNS, EXCLUDE COLUMNS", nameValues})

var columnOptions = newOptions("source option",
	namedReader{"DETAILS", anyValue},
	namedReader{"TEXT COLUMNS, EXCLUDE COLUMNS, IGNORE COLUMNS", nameValues})

var kafkaOptions = newOptions("KAFKA source option",
	namedReader{"TOPIC, GROUP ID PREFIX, START OFFSET, START TIMESTAMP, TOPIC METADATA REFRESH INTERVAL", anyValue})

var generatorOptions = newOptions("LOAD GENERATOR option",
	namedReader{"SCALE FACTOR, TICK INTERVAL, AS OF, UP TO, MAX CARDINALITY, KEYS, SNAPSHOT ROUNDS", anyValue},
	namedReader{"TRANSACTIONAL SNAPSHOT, VALUE SIZE, SEED, PARTITIONS, BATCH SIZE", anyValue})

// sourceKinds has the options of each kind of source.
var sourceKinds = []struct {
	kind    ast.SourceKind
	options optionSet
}{
	{ast.SourceKafka, kafkaOptions},
	{ast.SourcePostgres, postgresOptions},
	{ast.SourceYugabyte, postgresOptions},
	{ast.SourceMySQL, columnOptions},
	{ast.SourceSQLServer, columnOptions},
}

var generators = []string{"clock", "counter", "marketing", "auction", "tpch", "datums", "key value"}

// createSource reads CREATE SOURCE.
func createSource(p *parser) ast.Statement {
	s := &ast.CreateSource{Source: p.source()}
	p.expect("source")
	s.IfNotExists = p.accept("if not exists")
	s.Name = p.objectName()
	if p.peek().IsPunct("(") {
		readSourceColumns(p, s)
	}
	s.Cluster = readInCluster(p)
	p.expect("from")
	if p.looking("webhook") {
		return unsupported("CREATE SOURCE FROM WEBHOOK")(p)
	}
	s.From = readSourceFrom(p)
	s.Encoding = readEncoding(p)
	s.Tables = readSourceTables(p)
	if p.accept("expose progress as") {
		s.Progress = p.objectName()
	}
	s.With = readWith(p, sourceWith)
	return s
}

// readSourceColumns reads (name, … [, PRIMARY KEY (name, …) NOT ENFORCED]).
func readSourceColumns(p *parser, s *ast.CreateSource) {
	p.expectPunct("(")
	for {
		if p.accept("primary key") {
			s.PrimaryKey = inBrackets(p, (*parser).ident)
			p.expect("not enforced")
			break
		}
		s.Columns = append(s.Columns, p.ident())
		if !p.acceptPunct(",") {
			break
		}
	}
	p.expectPunct(")")
}

func readSourceFrom(p *parser) ast.SourceFrom {
	f := ast.SourceFrom{Pos: p.pos()}
	if p.accept("load generator") {
		return readLoadGenerator(p, f)
	}
	for _, k := range sourceKinds {
		if !p.accept(lower(string(k.kind))) {
			continue
		}
		f.Kind = k.kind
		p.expect("connection")
		f.Connection = p.objectName()
		switch {
		case p.peek().IsPunct("("):
			f.Options = readOptionsInBrackets(p, k.options)
		case startsOption(p, k.options): // an older form has no brackets
			f.Options = readOptions(p, k.options)
		}
		return f
	}
	p.expected = []string{"the kind of the source"}
	p.fail()
	return f
}

func readLoadGenerator(p *parser, f ast.SourceFrom) ast.SourceFrom {
	f.Kind = ast.SourceLoadGenerator
	for _, g := range generators {
		if p.accept(g) {
			f.Generator = upper(g)
			break
		}
	}
	if f.Generator == "" {
		p.expected = []string{"the name of a load generator"}
		p.fail()
	}
	if p.peek().IsPunct("(") {
		f.Options = readOptionsInBrackets(p, generatorOptions)
	}
	return f
}

// readSourceTables reads [FOR ALL TABLES | FOR TABLES (…) | FOR SCHEMAS (…)].
func readSourceTables(p *parser) *ast.SourceTables {
	t := &ast.SourceTables{Pos: p.pos()}
	switch {
	case p.accept("for all tables"):
		t.All = true
	case p.accept("for tables"):
		t.Tables = inBrackets(p, readTableReference)
	case p.accept("for schemas"):
		t.Schemas = inBrackets(p, (*parser).ident)
	default:
		return nil
	}
	return t
}

// readTableReference reads name [{AS | INTO} name].
func readTableReference(p *parser) ast.TableReference {
	r := ast.TableReference{Reference: p.name()}
	if p.accept("as") || p.accept("into") {
		r.As = p.objectName()
	}
	return r
}

var avroOptions = newOptions("AVRO option", namedReader{"CONFLUENT WIRE FORMAT", anyValue})

var glueOptions = newOptions("AWS GLUE SCHEMA REGISTRY option", namedReader{"SCHEMA NAME", anyValue})

// failUnless sets a syntax error with a text of its own at the next token.
func failUnless(p *parser, ok bool, format string, args ...any) {
	if !ok && p.err == nil {
		p.failAt(p.pos(), pgerr.SyntaxError, format, args...)
	}
}

// isInteger tells whether a token is a number without point and exponent.
func isInteger(t lex.Token) bool {
	if t.Kind != lex.Number {
		return false
	}
	for i := range len(t.Raw) {
		if t.Raw[i] < '0' || t.Raw[i] > '9' {
			return false
		}
	}
	return true
}
