package plan

import (
	"net"
	"slices"
	"strconv"
	"strings"

	"culvert/catalog"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

const (
	optionBroker              = "BROKER"
	optionBrokers             = "BROKERS"
	optionSecurityProtocol    = "SECURITY PROTOCOL"
	optionSASLMechanisms      = "SASL MECHANISMS"
	optionSASLUsername        = "SASL USERNAME"
	optionSASLPassword        = "SASL PASSWORD"
	optionSSLCertificate      = "SSL CERTIFICATE"
	optionSSLKey              = "SSL KEY"
	optionSSLAuthority        = "SSL CERTIFICATE AUTHORITY"
	optionProgressTopic       = "PROGRESS TOPIC"
	optionProgressReplication = "PROGRESS TOPIC REPLICATION FACTOR"
)

var kafkaOptions = []string{
	optionBroker, optionBrokers, optionSSHTunnel, optionSecurityProtocol, optionSASLMechanisms, optionSASLUsername,
	optionSASLPassword, optionSSLCertificate, optionSSLKey, optionSSLAuthority, optionProgressTopic, optionProgressReplication,
}

// kafkaExclusive are the options of which a connection has one: setting one
// replaces the other.
var kafkaExclusive = []string{optionBroker, optionBrokers}

// kafkaFixed are the options that ALTER CONNECTION does not change.
var kafkaFixed = []string{optionProgressTopic, optionProgressReplication}

func defineKafka(o *options) (catalog.Definition, []catalog.ID, error) {
	d := &catalog.Kafka{}
	for _, read := range []func(*options, *catalog.Kafka) error{
		defineBrokers, defineKafkaProtocol, defineKafkaLogin, defineKafkaTLS, defineProgressTopic,
	} {
		if err := read(o, d); err != nil {
			return nil, nil, err
		}
	}
	ids := []catalog.ID{d.SASLUser.Secret, d.SASLPassword, d.SSLCert.Secret, d.SSLKey, d.SSLCA.Secret, d.Tunnel}
	for _, b := range d.Brokers {
		ids = append(ids, b.Tunnel)
	}
	return d, used(ids...), nil
}

func defineBrokers(o *options, d *catalog.Kafka) error {
	var err error
	if d.Tunnel, err = o.tunnel(optionSSHTunnel); err != nil {
		return err
	}
	switch {
	case o.has(optionBroker) && o.has(optionBrokers):
		return pgerr.New(pgerr.InvalidParameterValue, "invalid CONNECTION: can only set one of BROKER, BROKERS, or AWS PRIVATELINK").
			At(o.at(optionBrokers))
	case !o.has(optionBroker) && !o.has(optionBrokers):
		return pgerr.New(pgerr.InvalidParameterValue, "invalid CONNECTION: must set one of BROKER, BROKERS, or AWS PRIVATELINK").
			At(o.st.At(o.st.Span().Start))
	}
	name := optionBroker
	if o.has(optionBrokers) {
		name, d.Listed = optionBrokers, true
	}
	values := []ast.Value{o.byName[name].Value}
	if list, ok := values[0].(ast.ListValue); ok {
		values = list.Items
	}
	for _, v := range values {
		value, ok := v.(ast.BrokerValue)
		if !ok {
			return o.invalid(name, "must name a broker as 'host:port'")
		}
		broker, err := readBroker(o, value)
		if err != nil {
			return err
		}
		d.Brokers = append(d.Brokers, broker)
	}
	if len(d.Brokers) == 0 {
		return o.invalid(name, "must name at least one broker")
	}
	return nil
}

func readBroker(o *options, v ast.BrokerValue) (catalog.KafkaBroker, error) {
	b := catalog.KafkaBroker{Address: v.Address}
	at := o.st.At(v.Pos)
	switch {
	case v.Matching || v.Tunnel != nil && v.Tunnel.PrivateLink:
		return b, pgerr.New(pgerr.FeatureNotSupported, "AWS PRIVATELINK is not supported").At(at)
	case strings.Contains(v.Address, ","):
		return b, pgerr.New(pgerr.InvalidParameterValue, "invalid CONNECTION: cannot specify multiple Kafka broker addresses in one string.\n\n\n"+
			"Instead, specify BROKERS using multiple strings, e.g. BROKERS ('kafka:9092', 'kafka:9093')").At(at)
	}
	host, port, err := net.SplitHostPort(b.HostPort())
	n, portErr := strconv.ParseUint(port, 10, 16)
	if err != nil || portErr != nil || n == 0 || host == "" || strings.ContainsAny(host, " \t\r\n/@") {
		return b, pgerr.New(pgerr.InvalidParameterValue, "invalid CONNECTION: %q is not the address of a broker", v.Address).At(at).
			WithHint("Give the name or address of a broker and its port, as in 'broker1:9092'.")
	}
	if v.Tunnel == nil {
		return b, nil
	}
	b.Tunnel, err = o.tunnelNamed(v.Tunnel.Connection)
	return b, err
}

func defineKafkaProtocol(o *options, d *catalog.Kafka) error {
	text, err := o.text(optionSecurityProtocol)
	if err != nil || !o.has(optionSecurityProtocol) {
		return err
	}
	known := []string{catalog.ProtocolPlaintext, catalog.ProtocolSSL, catalog.ProtocolSASLPlaintext, catalog.ProtocolSASLSSL}
	d.Protocol = strings.ToUpper(text)
	if !slices.Contains(known, d.Protocol) {
		return pgerr.New(pgerr.InvalidParameterValue, "unknown security protocol: %s", text).At(o.at(optionSecurityProtocol)).
			WithHint("The protocols are %s.", strings.Join(known, ", "))
	}
	return nil
}

func defineKafkaLogin(o *options, d *catalog.Kafka) error {
	mechanism, err := o.text(optionSASLMechanisms)
	if err != nil {
		return err
	}
	known := []string{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"}
	d.SASLMechanism = strings.ToUpper(mechanism)
	if mechanism != "" && !slices.Contains(known, d.SASLMechanism) {
		return o.invalid(optionSASLMechanisms, "%q is not supported", mechanism).WithHint("The mechanisms are %s.", strings.Join(known, ", "))
	}
	if d.SASLUser, err = o.textOrSecret(optionSASLUsername); err != nil {
		return err
	}
	if d.SASLPassword, err = o.secret(optionSASLPassword); err != nil {
		return err
	}
	login := strings.HasPrefix(d.SecurityProtocol(), "SASL_")
	for _, name := range []string{optionSASLMechanisms, optionSASLUsername, optionSASLPassword} {
		if err := o.belongs(name, login); err != nil {
			return err
		}
		if login && !o.has(name) {
			return pgerr.New(pgerr.InvalidParameterValue, "%s must be specified", name).At(o.st.At(o.st.Span().Start))
		}
	}
	return nil
}

// belongs refuses an option that the security protocol has no use for.
func (o *options) belongs(name string, wanted bool) error {
	if wanted || !o.has(name) {
		return nil
	}
	return pgerr.New(pgerr.InvalidParameterValue, "option %s not supported with this configuration", name).At(o.at(name)).
		WithHint("The SECURITY PROTOCOL has no use for it.")
}

func defineKafkaTLS(o *options, d *catalog.Kafka) error {
	encrypted := strings.HasSuffix(d.SecurityProtocol(), "SSL")
	for _, name := range []string{optionSSLCertificate, optionSSLKey, optionSSLAuthority} {
		if err := o.belongs(name, encrypted); err != nil {
			return err
		}
	}
	var err error
	if d.SSLCert, d.SSLKey, d.SSLCA, err = o.certificates(); err != nil {
		return err
	}
	switch {
	case !d.SSLCert.IsZero() && d.SSLKey == "":
		return pgerr.New(pgerr.InvalidParameterValue, "SSL KEY must be specified with SSL CERTIFICATE").At(o.at(optionSSLCertificate))
	case d.SSLCert.IsZero() && d.SSLKey != "":
		return pgerr.New(pgerr.InvalidParameterValue, "SSL CERTIFICATE must be specified with SSL KEY").At(o.at(optionSSLKey))
	}
	return nil
}

// certificates reads SSL CERTIFICATE, SSL KEY and SSL CERTIFICATE AUTHORITY.
func (o *options) certificates() (cert catalog.StringOrSecret, key catalog.ID, ca catalog.StringOrSecret, err error) {
	if cert, err = o.textOrSecret(optionSSLCertificate); err != nil {
		return cert, key, ca, err
	}
	if key, err = o.secret(optionSSLKey); err != nil {
		return cert, key, ca, err
	}
	ca, err = o.textOrSecret(optionSSLAuthority)
	return cert, key, ca, err
}

func defineProgressTopic(o *options, d *catalog.Kafka) error {
	var err error
	if d.ProgressTopic, err = o.text(optionProgressTopic); err != nil || !o.has(optionProgressReplication) {
		return err
	}
	text, err := o.word(optionProgressReplication)
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(text, 10, 16)
	if err != nil {
		return o.invalid(optionProgressReplication, "cannot use value as number")
	}
	if n <= 0 {
		return pgerr.New(pgerr.InvalidParameterValue, "PROGRESS TOPIC REPLICATION FACTOR must be greater than 0").At(o.at(optionProgressReplication))
	}
	d.ProgressReplication = int(n)
	return nil
}

func kafkaOptionList(env *Env, d *catalog.Kafka) []ast.Option {
	l := &optionList{env: env}
	brokers := ast.ListValue{Pos: ast.NoPos}
	for _, b := range d.Brokers {
		v := ast.BrokerValue{Address: b.Address, Pos: ast.NoPos}
		if object := env.Catalog.Object(b.Tunnel); object != nil {
			v.Tunnel = &ast.BrokerTunnel{Connection: env.qualify(object)}
		}
		brokers.Items = append(brokers.Items, v)
	}
	if d.Listed {
		l.add(optionBrokers, brokers)
	} else {
		l.add(optionBroker, brokers.Items[0])
	}
	l.item(optionSSHTunnel, d.Tunnel)
	l.text(optionSecurityProtocol, d.Protocol)
	l.text(optionSASLMechanisms, d.SASLMechanism)
	l.textOrSecret(optionSASLUsername, d.SASLUser)
	l.secret(optionSASLPassword, d.SASLPassword)
	l.textOrSecret(optionSSLCertificate, d.SSLCert)
	l.secret(optionSSLKey, d.SSLKey)
	l.textOrSecret(optionSSLAuthority, d.SSLCA)
	l.text(optionProgressTopic, d.ProgressTopic)
	if d.ProgressReplication > 0 {
		l.number(optionProgressReplication, strconv.Itoa(d.ProgressReplication))
	}
	return l.list
}
