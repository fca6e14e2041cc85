package parse

import (
	"culvert/sql/ast"
	"culvert/sql/lex"
	"culvert/sql/pgerr"
)

var sourceWith = newOptions("source option",
	namedReader{"TIMESTAMP INTERVAL, SIZE", (*parser).value},
	namedReader{"RETAIN HISTORY", (*parser).retain})

var postgresOptions = newOptions("POSTGRES source option",
	namedReader{"PUBLICATION, DETAILS", (*parser).value},
	namedReader{"TEXT COLUMNS, EXCLUDE COLUMNS", (*parser).dottedList})

var columnOptions = newOptions("source option",
	namedReader{"DETAILS", (*parser).value},
	namedReader{"TEXT COLUMNS, EXCLUDE COLUMNS, IGNORE COLUMNS", (*parser).dottedList})

var kafkaOptions = newOptions("KAFKA source option",
	namedReader{"TOPIC, GROUP ID PREFIX, START OFFSET, START TIMESTAMP, TOPIC METADATA REFRESH INTERVAL", (*parser).value})

var generatorOptions = newOptions("LOAD GENERATOR option",
	namedReader{"SCALE FACTOR, TICK INTERVAL, AS OF, UP TO, MAX CARDINALITY, KEYS, SNAPSHOT ROUNDS", (*parser).value},
	namedReader{"TRANSACTIONAL SNAPSHOT, VALUE SIZE, SEED, PARTITIONS, BATCH SIZE", (*parser).value})

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
func (p *parser) createSource() ast.Statement {
	s := &ast.CreateSource{Source: p.source()}
	p.expect("source")
	s.IfNotExists = p.accept("if not exists")
	s.Name = p.objectName()
	if p.peek().IsPunct("(") {
		p.sourceColumns(s)
	}
	s.Cluster = p.inCluster()
	p.expect("from")
	if p.looking("webhook") {
		return unsupported("CREATE SOURCE FROM WEBHOOK")(p)
	}
	s.From = p.sourceFrom()
	s.Encoding = p.encoding()
	s.Tables = p.sourceTables()
	if p.accept("expose progress as") {
		s.Progress = p.objectName()
	}
	s.With = p.with(sourceWith)
	return s
}

// sourceColumns reads (name, … [, PRIMARY KEY (name, …) NOT ENFORCED]).
func (p *parser) sourceColumns(s *ast.CreateSource) {
	p.expectPunct("(")
	for {
		if p.accept("primary key") {
			s.PrimaryKey = inBrackets(p, p.ident)
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

func (p *parser) sourceFrom() ast.SourceFrom {
	f := ast.SourceFrom{Pos: p.pos()}
	if p.accept("load generator") {
		return p.loadGenerator(f)
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
			f.Options = p.optionsInBrackets(k.options)
		case p.startsOption(k.options): // an older form has no brackets
			f.Options = p.options(k.options)
		}
		return f
	}
	p.expected = []string{"the kind of the source"}
	p.fail()
	return f
}

func (p *parser) loadGenerator(f ast.SourceFrom) ast.SourceFrom {
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
		f.Options = p.optionsInBrackets(generatorOptions)
	}
	return f
}

// sourceTables reads [FOR ALL TABLES | FOR TABLES (…) | FOR SCHEMAS (…)].
func (p *parser) sourceTables() *ast.SourceTables {
	t := &ast.SourceTables{Pos: p.pos()}
	switch {
	case p.accept("for all tables"):
		t.All = true
	case p.accept("for tables"):
		t.Tables = inBrackets(p, p.tableReference)
	case p.accept("for schemas"):
		t.Schemas = inBrackets(p, p.ident)
	default:
		return nil
	}
	return t
}

// tableReference reads name [{AS | INTO} name].
func (p *parser) tableReference() ast.TableReference {
	r := ast.TableReference{Reference: p.name()}
	if p.accept("as") || p.accept("into") {
		r.As = p.objectName()
	}
	return r
}

var avroOptions = newOptions("AVRO option", namedReader{"CONFLUENT WIRE FORMAT", (*parser).value})

var glueOptions = newOptions("AWS GLUE SCHEMA REGISTRY option", namedReader{"SCHEMA NAME", (*parser).value})

// failUnless sets a syntax error with a text of its own at the next token.
func (p *parser) failUnless(ok bool, format string, args ...any) {
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
