package plan

import (
	"strconv"
	"strings"

	"culvert/catalog"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

const (
	optionSSHTunnel     = "SSH TUNNEL"
	defaultPostgresPort = 5432
)

var postgresOptions = []string{
	"HOST", "PORT", "DATABASE", "USER", "PASSWORD", "SSL MODE", "SSL CERTIFICATE", "SSL KEY",
	"SSL CERTIFICATE AUTHORITY", optionSSHTunnel,
}

func definePostgres(o *options) (catalog.Definition, []catalog.ID, error) {
	d := &catalog.Postgres{}
	var err error
	if d.Host, err = o.required("HOST"); err != nil {
		return nil, nil, err
	}
	if d.Database, err = o.required("DATABASE"); err != nil {
		return nil, nil, err
	}
	if !o.has("USER") {
		return nil, nil, o.missing("USER")
	}
	if d.User, err = o.textOrSecret("USER"); err != nil {
		return nil, nil, err
	}
	if d.Port, err = o.port("PORT", defaultPostgresPort); err != nil {
		return nil, nil, err
	}
	if d.Password, err = o.secret("PASSWORD"); err != nil {
		return nil, nil, err
	}
	if d.Tunnel, err = o.tunnel(optionSSHTunnel); err != nil {
		return nil, nil, err
	}
	if err := definePostgresTLS(o, d); err != nil {
		return nil, nil, err
	}
	return d, used(d.User.Secret, d.Password, d.SSLCert.Secret, d.SSLKey, d.SSLCA.Secret, d.Tunnel), nil
}

func definePostgresTLS(o *options, d *catalog.Postgres) error {
	mode, err := o.text("SSL MODE")
	if err != nil {
		return err
	}
	if d.SSLMode, err = sslMode(o, mode); err != nil {
		return err
	}
	if d.SSLCert, err = o.textOrSecret("SSL CERTIFICATE"); err != nil {
		return err
	}
	if d.SSLKey, err = o.secret("SSL KEY"); err != nil {
		return err
	}
	if d.SSLCA, err = o.textOrSecret("SSL CERTIFICATE AUTHORITY"); err != nil {
		return err
	}
	if d.SSLCert.IsZero() != (d.SSLKey == "") {
		return pgerr.New(pgerr.InvalidParameterValue, "invalid CONNECTION: both SSL KEY and SSL CERTIFICATE are required").At(o.st.At(o.st.Span().Start))
	}
	return nil
}

func sslMode(o *options, mode string) (string, error) {
	switch strings.ReplaceAll(strings.ToLower(mode), "_", "-") {
	case "", "disable", "disabled":
		return "disable", nil
	case "require", "required":
		return "require", nil
	case "verify-ca":
		return "verify-ca", nil
	case "verify-full":
		return "verify-full", nil
	}
	return "", pgerr.New(pgerr.InvalidParameterValue, "invalid CONNECTION: unknown SSL MODE %q", mode).At(o.at("SSL MODE")).
		WithHint("Valid modes are disable, require, verify-ca and verify-full.")
}

// used lists IDs without the empty ones and repetitions.
func used(ids ...catalog.ID) []catalog.ID {
	var list []catalog.ID
	seen := map[catalog.ID]bool{"": true}
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			list = append(list, id)
		}
	}
	return list
}

func postgresOptionList(env *Env, d *catalog.Postgres) []ast.Option {
	l := &optionList{env: env}
	l.text("HOST", d.Host)
	l.number("PORT", strconv.Itoa(int(d.Port)))
	l.text("DATABASE", d.Database)
	l.textOrSecret("USER", d.User)
	l.secret("PASSWORD", d.Password)
	l.text("SSL MODE", d.SSLMode)
	l.textOrSecret("SSL CERTIFICATE", d.SSLCert)
	l.secret("SSL KEY", d.SSLKey)
	l.textOrSecret("SSL CERTIFICATE AUTHORITY", d.SSLCA)
	l.item(optionSSHTunnel, d.Tunnel)
	return l.list
}
