package ast

import (
	"strings"

	"culvert/sql/lex"
)

// Mask stands for each literal in a redacted text.
const Mask = "'<redacted>'"

// printer writes canonical text.
type printer struct {
	strings.Builder
	redact bool
}

func render(s Statement, redact bool) string {
	p := &printer{redact: redact}
	s.format(p)
	return p.Builder.String()
}

func (p *printer) text(parts ...string) {
	for _, s := range parts {
		p.WriteString(s)
	}
}

// flag writes a word where it is set.
func (p *printer) flag(set bool, word string) {
	if set {
		p.WriteString(word)
	}
}

func (p *printer) ident(s string)      { p.WriteString(QuoteIdent(s)) }
func (p *printer) name(n ObjectName)   { p.WriteString(n.String()) }
func (p *printer) literal(text string) { p.raw(QuoteLiteral(text)) }

// raw writes a literal that is already in SQL's form.
func (p *printer) raw(literal string) {
	if p.redact {
		literal = Mask
	}
	p.WriteString(literal)
}

func (p *printer) idents(list []Ident) {
	separated(p, list, func(i Ident) { p.ident(i.Name) })
}

func (p *printer) names(list []ObjectName) {
	separated(p, list, p.name)
}

func separated[T any](p *printer, list []T, one func(T)) {
	for i, v := range list {
		if i > 0 {
			p.WriteString(", ")
		}
		one(v)
	}
}

func (p *printer) options(list []Option) {
	separated(p, list, p.option)
}

func (p *printer) option(o Option) {
	p.WriteString(o.Name)
	if o.Value == nil {
		return
	}
	p.WriteString(" = ")
	if _, word := o.Value.(IdentValue); word && p.redact && lex.MentionsSecret(o.Name) {
		p.WriteString(Mask) // PASSWORD = hunter2 lacks its quotes, not its secret
		return
	}
	o.Value.formatValue(p)
}

// with writes WITH (options) where there are any.
func (p *printer) with(list []Option) {
	if len(list) > 0 {
		p.WriteString(" WITH (")
		p.options(list)
		p.WriteString(")")
	}
}

func (p *printer) behavior(b DropBehavior) {
	p.flag(b == DropCascade, " CASCADE")
	p.flag(b == DropRestrict, " RESTRICT")
}

func (v StringValue) formatValue(p *printer) { p.literal(v.Text) }
func (v NumberValue) formatValue(p *printer) { p.raw(v.Text) }
func (v SecretValue) formatValue(p *printer) { p.text("SECRET ", v.Name.String()) }
func (v NameValue) formatValue(p *printer)   { p.text(v.Name.String()) }

func (v RawValue) formatValue(p *printer) { p.sql(v.Text) }

func (v BoolValue) formatValue(p *printer) {
	if v.Bool {
		p.text("true")
		return
	}
	p.text("false")
}

func (v IdentValue) formatValue(p *printer) {
	if v.Quoted {
		p.text(quoted(v.Name, '"'))
		return
	}
	p.ident(v.Name)
}

func (v ItemValue) formatValue(p *printer) {
	p.name(v.Name)
	if len(v.Options) > 0 {
		p.text(" (")
		p.options(v.Options)
		p.text(")")
	}
}

func (v ListValue) formatValue(p *printer) {
	p.text("(")
	separated(p, v.Items, func(v Value) { v.formatValue(p) })
	p.text(")")
}

func (v RetainValue) formatValue(p *printer) {
	p.text("FOR ")
	p.literal(v.Interval)
}

func (v BrokerValue) formatValue(p *printer) {
	p.flag(v.Matching, "MATCHING ")
	p.literal(v.Address)
	if v.Tunnel == nil {
		return
	}
	if v.Tunnel.PrivateLink {
		p.text(" USING AWS PRIVATELINK ")
	} else {
		p.text(" USING SSH TUNNEL ")
	}
	ItemValue{Name: v.Tunnel.Connection, Options: v.Tunnel.Options}.formatValue(p)
}

// QuoteIdent renders an identifier, in quotes where it would not be read back
// as itself or is a keyword other than an unreserved one (quote_identifier in
// PostgreSQL's ruleutils.c).
func QuoteIdent(s string) string {
	if isPlainIdent(s) && !lex.MustQuote(s) {
		return s
	}
	return quoted(s, '"')
}

func isPlainIdent(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c != '_' && (c < 'a' || c > 'z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

func quoted(s string, quote byte) string {
	q := string(quote)
	return q + strings.ReplaceAll(s, q, q+q) + q
}

// QuoteLiteral renders a string constant.
func QuoteLiteral(s string) string {
	if strings.Contains(s, `\`) {
		return "E" + quoted(strings.ReplaceAll(s, `\`, `\\`), '\'')
	}
	return quoted(s, '\'')
}

// columns writes a list of columns where there is one.
func (p *printer) columns(list []Ident) {
	if len(list) > 0 {
		p.text(" (")
		p.idents(list)
		p.text(")")
	}
}

// cluster writes IN CLUSTER where one is named.
func (p *printer) cluster(c Ident) {
	if c.Name != "" {
		p.text(" IN CLUSTER ")
		p.ident(c.Name)
	}
}
