package plan

import (
	"net/url"

	"culvert/catalog"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

var registryOptions = []string{
	"URL", "USER", "PASSWORD", optionSSLCertificate, optionSSLKey, optionSSLAuthority, optionSSHTunnel,
}

func defineSchemaRegistry(o *options) (catalog.Definition, []catalog.ID, error) {
	d := &catalog.SchemaRegistry{}
	var err error
	if d.URL, err = registryURL(o); err != nil {
		return nil, nil, err
	}
	if d.User, err = o.textOrSecret("USER"); err != nil {
		return nil, nil, err
	}
	if d.Password, err = o.secret("PASSWORD"); err != nil {
		return nil, nil, err
	}
	if d.SSLCert, d.SSLKey, d.SSLCA, err = o.certificates(); err != nil {
		return nil, nil, err
	}
	if d.SSLCert.IsZero() != (d.SSLKey == "") {
		return nil, nil, pgerr.New(pgerr.InvalidParameterValue,
			"invalid CONNECTION: reading from SSL-auth Confluent Schema Registry requires both SSL KEY and SSL CERTIFICATE").
			At(o.st.At(o.st.Span().Start))
	}
	if d.Tunnel, err = o.tunnel(optionSSHTunnel); err != nil {
		return nil, nil, err
	}
	return d, used(d.User.Secret, d.Password, d.SSLCert.Secret, d.SSLKey, d.SSLCA.Secret, d.Tunnel), nil
}

// registryURL reads URL, which is a scheme, a host and a port.
func registryURL(o *options) (string, error) {
	if !o.has("URL") {
		return "", pgerr.New(pgerr.InvalidParameterValue, "invalid CONNECTION: must specify URL").At(o.st.At(o.st.Span().Start))
	}
	text, err := o.text("URL")
	if err != nil {
		return "", err
	}
	u, err := url.Parse(text)
	problem, hint := "", "A URL is of the form 'https://registry:8081'."
	switch {
	case err != nil:
		problem = "URL is malformed"
	case u.Scheme != "http" && u.Scheme != "https":
		problem = "URL must begin with http:// or https://"
	case u.Hostname() == "":
		problem = "URL must specify domain name"
	case u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "":
		problem = "URL must have an empty path"
	case u.User != nil:
		problem, hint = "URL must not have a user name or password", "Give them as USER and PASSWORD SECRET."
	}
	if problem != "" {
		return "", pgerr.New(pgerr.InvalidParameterValue, "invalid CONNECTION: %s", problem).At(o.at("URL")).WithHint("%s", hint)
	}
	return text, nil
}

func registryOptionList(env *Env, d *catalog.SchemaRegistry) []ast.Option {
	l := &optionList{env: env}
	l.text("URL", d.URL)
	l.textOrSecret("USER", d.User)
	l.secret("PASSWORD", d.Password)
	l.textOrSecret(optionSSLCertificate, d.SSLCert)
	l.secret(optionSSLKey, d.SSLKey)
	l.textOrSecret(optionSSLAuthority, d.SSLCA)
	l.item(optionSSHTunnel, d.Tunnel)
	return l.list
}
