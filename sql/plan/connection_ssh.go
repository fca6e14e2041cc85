package plan

import (
	"strconv"
	"strings"

	"culvert/catalog"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

const (
	optionHostKey         = "HOST KEY"
	optionHostKeyChecking = "HOST KEY CHECKING"
	defaultSSHPort        = 22
)

var sshOptions = []string{"HOST", "PORT", "USER", optionHostKey, optionHostKeyChecking}

func defineSSHTunnel(o *options) (catalog.Definition, []catalog.ID, error) {
	d := &catalog.SSHTunnel{}
	var err error
	if d.Host, err = o.required("HOST"); err != nil {
		return nil, nil, err
	}
	if strings.ContainsAny(d.Host, " \t\r\n/@") {
		return nil, nil, o.invalid("HOST", "%q is not a host name", d.Host).
			WithHint("Give the name or address of the bastion alone; user and port have options of their own.")
	}
	if _, ok := o.byName["USER"].Value.(ast.SecretValue); ok {
		return nil, nil, pgerr.New(pgerr.InvalidParameterValue, "SSH connections do not support supplying USER value as SECRET").At(o.at("USER"))
	}
	if d.User, err = o.required("USER"); err != nil {
		return nil, nil, err
	}
	if d.Port, err = o.port("PORT", defaultSSHPort); err != nil {
		return nil, nil, err
	}
	if d.HostKey, err = o.text(optionHostKey); err != nil {
		return nil, nil, err
	}
	checking, err := o.boolean(optionHostKeyChecking, true)
	if err != nil {
		return nil, nil, err
	}
	d.NoHostKeyCheck = !checking
	if d.NoHostKeyCheck && d.HostKey != "" {
		return nil, nil, pgerr.New(pgerr.InvalidParameterValue, "HOST KEY cannot be given when HOST KEY CHECKING is off").At(o.at(optionHostKey))
	}
	return d, nil, nil
}

func sshOptionList(env *Env, d *catalog.SSHTunnel) []ast.Option {
	l := &optionList{env: env}
	l.text("HOST", d.Host)
	l.number("PORT", strconv.Itoa(int(d.Port)))
	l.text("USER", d.User)
	l.text(optionHostKey, d.HostKey)
	if d.NoHostKeyCheck {
		l.text(optionHostKeyChecking, "off")
	}
	return l.list
}
