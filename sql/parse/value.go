package parse

import (
	"culvert/sql/ast"
	"culvert/sql/lex"
)

// value reads what most options take: a string, a number, a boolean, a bare
// word, SECRET name, or a list of those.
func (p *parser) value() ast.Value {
	t := p.peek()
	switch {
	case t.Kind == lex.String:
		return p.str()
	case t.Kind == lex.Number, t.IsPunct("-"), t.IsPunct("+"):
		return p.number()
	case t.IsPunct("("), t.IsPunct("["):
		return p.listOf((*parser).value)
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

func (p *parser) listOf(one valueOf) ast.Value {
	v := ast.ListValue{Pos: p.pos()}
	closer := p.open()
	if p.acceptPunct(closer) {
		return v
	}
	v.Items = list(p, func() ast.Value { return one(p) })
	p.expectPunct(closer)
	return v
}

// item reads the name of an object.
func (p *parser) item() ast.Value { return ast.ItemValue{Name: p.objectName()} }

var privateLinkOptions = newOptions("AWS PRIVATELINK option", namedReader{"AVAILABILITY ZONE, PORT", (*parser).value})

// privateLink reads connection [(options)].
func (p *parser) privateLink() ast.Value {
	v := ast.ItemValue{Name: p.objectName()}
	if p.peek().IsPunct("(") {
		v.Options = p.optionsInBrackets(privateLinkOptions)
	}
	return v
}

// broker reads [MATCHING] 'host:port' [USING tunnel].
func (p *parser) broker() ast.Value {
	v := ast.BrokerValue{Pos: p.pos(), Matching: p.accept("matching")}
	v.Address = p.str().Text
	if !p.accept("using") {
		return v
	}
	v.Tunnel = &ast.BrokerTunnel{PrivateLink: p.accept("aws privatelink")}
	if v.Tunnel.PrivateLink {
		item, _ := p.privateLink().(ast.ItemValue)
		v.Tunnel.Connection, v.Tunnel.Options = item.Name, item.Options
		return v
	}
	p.expect("ssh tunnel")
	v.Tunnel.Connection = p.objectName()
	return v
}

func (p *parser) brokers() ast.Value {
	if t := p.peek(); t.IsPunct("(") || t.IsPunct("[") {
		return p.listOf((*parser).broker)
	}
	return p.broker()
}

// dotted reads a name of an upstream's.
func (p *parser) dotted() ast.Value { return ast.NameValue{Name: p.name()} }

// dottedList reads (name, …) or [name, …].
func (p *parser) dottedList() ast.Value { return p.listOf((*parser).dotted) }

// retain reads FOR 'interval', or a value where FOR is left out.
func (p *parser) retain() ast.Value {
	pos := p.pos()
	if p.accept("for") {
		return ast.RetainValue{Interval: p.str().Text, Pos: pos}
	}
	return p.value()
}

// raw keeps everything to the end of the option as text.
func (p *parser) raw() ast.Value {
	i, pos := p.i, p.pos()
	p.skipTo(func(t lex.Token) bool { return t.IsPunct(",") || t.IsPunct(")") })
	if i == p.i {
		p.expect1("a value")
		p.fail()
	}
	return ast.RawValue{Text: p.rest(i, p.i), Pos: pos}
}
