package parse

import (
	"culvert/sql/ast"
	"culvert/sql/lex"
)

// anyValue reads what most options take: a string, a number, a boolean, a bare
// word, SECRET name, or a list of those.
func anyValue(p *parser) ast.Value {
	t := p.peek()
	switch {
	case t.Kind == lex.String:
		return p.str()
	case t.Kind == lex.Number, t.IsPunct("-"), t.IsPunct("+"):
		return p.number()
	case t.IsPunct("("), t.IsPunct("["):
		return readList(p, anyValue)
	case t.Is("true"), t.Is("false"):
		p.i++
		return ast.BoolValue{Bool: t.Text == "true", Pos: ast.Pos(t.Start)}
	case t.Is("secret") && isName(p.peekAt(1)):
		p.i++
		return ast.SecretValue{Name: p.objectName()}
	case t.Kind == lex.Word && t.Text != "null", t.Kind == lex.QuotedIdent:
		p.i++
		return ast.IdentValue{Name: t.Text, Quoted: t.Kind == lex.QuotedIdent, Pos: ast.Pos(t.Start)}
	}
	p.expect1("a value")
	p.fail()
	return nil
}

func readList(p *parser, one valueOf) ast.Value {
	v := ast.ListValue{Pos: p.pos()}
	closer := openList(p)
	if p.acceptPunct(closer) {
		return v
	}
	v.Items = list(p, one)
	p.expectPunct(closer)
	return v
}

// itemValue reads the name of an object.
func itemValue(p *parser) ast.Value { return ast.ItemValue{Name: p.objectName()} }

var privateLinkOptions = newOptions("AWS PRIVATELINK option", namedReader{"AVAILABILITY ZONE, PORT", anyValue})

// privateLinkValue reads connection [(options)].
func privateLinkValue(p *parser) ast.Value {
	v := ast.ItemValue{Name: p.objectName()}
	if p.peek().IsPunct("(") {
		v.Options = readOptionsInBrackets(p, privateLinkOptions)
	}
	return v
}

// brokerValue reads [MATCHING] 'host:port' [USING tunnel].
func brokerValue(p *parser) ast.Value {
	v := ast.BrokerValue{Pos: p.pos(), Matching: p.accept("matching")}
	v.Address = p.str().Text
	if !p.accept("using") {
		return v
	}
	v.Tunnel = &ast.BrokerTunnel{PrivateLink: p.accept("aws privatelink")}
	if v.Tunnel.PrivateLink {
		item, _ := privateLinkValue(p).(ast.ItemValue)
		v.Tunnel.Connection, v.Tunnel.Options = item.Name, item.Options
		return v
	}
	p.expect("ssh tunnel")
	v.Tunnel.Connection = p.objectName()
	return v
}

func brokerValues(p *parser) ast.Value {
	if t := p.peek(); t.IsPunct("(") || t.IsPunct("[") {
		return readList(p, brokerValue)
	}
	return brokerValue(p)
}

// nameValue reads a name of an upstream's.
func nameValue(p *parser) ast.Value { return ast.NameValue{Name: p.name()} }

// nameValues reads (name, …) or [name, …].
func nameValues(p *parser) ast.Value { return readList(p, nameValue) }

// retainValue reads FOR 'interval', or a value where FOR is left out.
func retainValue(p *parser) ast.Value {
	pos := p.pos()
	if p.accept("for") {
		return ast.RetainValue{Interval: p.str().Text, Pos: pos}
	}
	return anyValue(p)
}

// rawValue keeps everything to the end of the option as text.
func rawValue(p *parser) ast.Value {
	i, pos := p.i, p.pos()
	p.skipTo(func(t lex.Token) bool { return t.IsPunct(",") || t.IsPunct(")") })
	if i == p.i {
		p.expect1("a value")
		p.fail()
	}
	return ast.RawValue{Text: p.rest(i, p.i), Pos: pos}
}
