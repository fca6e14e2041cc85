package plan

import (
	"slices"
	"strconv"
	"strings"

	"culvert/catalog"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

// options reads the options of a statement by name and type.
type options struct {
	env    *Env
	st     ast.Statement
	byName map[string]ast.Option
}

// readOptions refuses options that are given twice or that what (such as
// POSTGRES connections) does not have.
func readOptions(env *Env, st ast.Statement, list []ast.Option, what string, allowed ...string) (*options, error) {
	o := &options{env: env, st: st, byName: map[string]ast.Option{}}
	var foreign []string
	pos := ast.NoPos
	for _, opt := range list {
		if _, twice := o.byName[opt.Name]; twice {
			return nil, pgerr.New(pgerr.SyntaxError, "%s specified more than once", opt.Name).At(st.At(opt.Pos))
		}
		o.byName[opt.Name] = opt
		if !slices.Contains(allowed, opt.Name) {
			foreign = append(foreign, opt.Name)
			if pos == ast.NoPos {
				pos = opt.Pos
			}
		}
	}
	if foreign != nil {
		return nil, pgerr.New(pgerr.InvalidParameterValue, "%s do not support %s values", what, strings.Join(foreign, ", ")).At(st.At(pos)).
			WithHint("Valid options are %s.", strings.Join(allowed, ", "))
	}
	return o, nil
}

func (o *options) has(name string) bool {
	_, ok := o.byName[name]
	return ok
}

func (o *options) at(name string) int { return o.st.At(o.byName[name].Pos) }

func (o *options) invalid(name, format string, args ...any) *pgerr.Error {
	e := pgerr.New(pgerr.InvalidParameterValue, "invalid %s: "+format, append([]any{name}, args...)...)
	pos := ast.ValuePos(o.byName[name].Value)
	if pos == ast.NoPos {
		pos = o.byName[name].Pos
	}
	return e.At(o.st.At(pos))
}

// text reads a text option; "" when it is missing. A number or a boolean is none.
func (o *options) text(name string) (string, error) {
	switch o.byName[name].Value.(type) {
	case ast.NumberValue, ast.BoolValue:
		return "", o.invalid(name, "cannot use value as string")
	}
	return o.word(name)
}

// word reads an option that is text, or something that can be written as one;
// "" when it is missing.
func (o *options) word(name string) (string, error) {
	opt, ok := o.byName[name]
	if !ok {
		return "", nil
	}
	switch v := opt.Value.(type) {
	case ast.StringValue:
		return v.Text, nil
	case ast.IdentValue:
		return v.Name, nil
	case ast.NumberValue:
		return v.Text, nil
	case ast.NameValue:
		return strings.Join(v.Name.Parts, "."), nil
	}
	return "", o.invalid(name, "cannot use value as string")
}

// required reads a text option that has no default.
func (o *options) required(name string) (string, error) {
	if !o.has(name) {
		return "", o.missing(name)
	}
	text, err := o.text(name)
	if err == nil && text == "" {
		return "", o.invalid(name, "must not be empty")
	}
	return text, err
}

func (o *options) missing(name string) error {
	return pgerr.New(pgerr.InvalidParameterValue, "%s option is required", name).At(o.st.At(o.st.Span().Start))
}

// port reads a port.
func (o *options) port(name string, otherwise uint16) (uint16, error) {
	if !o.has(name) {
		return otherwise, nil
	}
	text, err := o.word(name)
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || n == 0 {
		return 0, o.invalid(name, "%q is not a port", text).WithHint("A port is a number from 1 to 65535.")
	}
	return uint16(n), nil
}

// boolean reads an option that is true or false, also as a string.
func (o *options) boolean(name string, otherwise bool) (bool, error) {
	opt, ok := o.byName[name]
	if !ok {
		return otherwise, nil
	}
	if v, ok := opt.Value.(ast.BoolValue); ok {
		return v.Bool, nil
	}
	text, err := o.word(name)
	if err != nil {
		return false, o.invalid(name, "cannot use value as boolean")
	}
	switch strings.ToLower(text) {
	case "true", "on":
		return true, nil
	case "false", "off":
		return false, nil
	}
	return false, o.invalid(name, "cannot use value as boolean")
}

// secret reads an option that must be SECRET name; "" when it is missing.
func (o *options) secret(name string) (catalog.ID, error) {
	opt, ok := o.byName[name]
	if !ok {
		return "", nil
	}
	v, ok := opt.Value.(ast.SecretValue)
	if !ok {
		return "", o.invalid(name, "must provide a secret value").
			WithHint("Create a secret, and give it as %s SECRET name.", name)
	}
	object, err := o.env.resolve(o.st, v.Name)
	if err != nil {
		return "", err
	}
	if object.Kind != catalog.KindSecret {
		return "", pgerr.New(pgerr.WrongObjectType, "%s is not a secret", nameText(v.Name)).At(o.st.At(v.Name.Pos))
	}
	return object.ID, nil
}

// textOrSecret reads an option that is a text or SECRET name.
func (o *options) textOrSecret(name string) (catalog.StringOrSecret, error) {
	if _, ok := o.byName[name].Value.(ast.SecretValue); ok {
		id, err := o.secret(name)
		return catalog.StringOrSecret{Secret: id}, err
	}
	text, err := o.text(name)
	return catalog.StringOrSecret{Text: text}, err
}

// tunnel reads SSH TUNNEL name; "" when it is missing.
func (o *options) tunnel(name string) (catalog.ID, error) {
	opt, ok := o.byName[name]
	if !ok {
		return "", nil
	}
	item, ok := itemName(opt.Value)
	if !ok {
		return "", o.invalid(name, "must name an SSH TUNNEL connection")
	}
	return o.tunnelNamed(item)
}

func (o *options) tunnelNamed(item ast.ObjectName) (catalog.ID, error) {
	object, err := o.env.resolve(o.st, item)
	if err != nil {
		return "", err
	}
	if _, ok := object.Def.(*catalog.SSHTunnel); !ok {
		return "", pgerr.New(pgerr.WrongObjectType, "%s is not an SSH connection", nameText(item)).At(o.st.At(item.Pos))
	}
	return object.ID, nil
}

func itemName(v ast.Value) (ast.ObjectName, bool) {
	switch v := v.(type) {
	case ast.ItemValue:
		return v.Name, len(v.Options) == 0
	case ast.IdentValue:
		return ast.ObjectName{Item: v.Name, Pos: v.Pos}, true
	}
	return ast.ObjectName{}, false
}

// names reads a list of dotted names, as of TEXT COLUMNS.
func (o *options) names(name string) ([]ast.Name, error) {
	opt, ok := o.byName[name]
	if !ok {
		return nil, nil
	}
	items := []ast.Value{opt.Value}
	if list, ok := opt.Value.(ast.ListValue); ok {
		items = list.Items
	}
	names := make([]ast.Name, 0, len(items))
	for _, item := range items {
		n, ok := nameOf(item)
		if !ok {
			return nil, o.invalid(name, "must be a list of columns")
		}
		names = append(names, n)
	}
	return names, nil
}

func nameOf(v ast.Value) (ast.Name, bool) {
	switch v := v.(type) {
	case ast.NameValue:
		return v.Name, true
	case ast.IdentValue:
		return ast.Name{Parts: []string{v.Name}, Pos: v.Pos}, true
	case ast.ItemValue:
		var parts []string
		for _, p := range []string{v.Name.Database, v.Name.Schema, v.Name.Item} {
			if p != "" {
				parts = append(parts, p)
			}
		}
		return ast.Name{Parts: parts, Pos: v.Name.Pos}, len(v.Options) == 0
	}
	return ast.Name{}, false
}
