package ast

// CreateConnection is CREATE CONNECTION [IF NOT EXISTS] name TO type (options)
// [WITH (options)].
type CreateConnection struct {
	Source
	IfNotExists bool
	Name        ObjectName
	Type        ConnectionType
	TypePos     Pos
	Options     []Option
	With        []Option // VALIDATE
}

// Kind is KindCreateConnection.
func (s *CreateConnection) Kind() Kind { return KindCreateConnection }

// Tag is the command tag.
func (s *CreateConnection) Tag() string { return "CREATE CONNECTION" }

// String is the canonical text.
func (s *CreateConnection) String() string { return render(s, false) }

// Redacted is the canonical text without literals.
func (s *CreateConnection) Redacted() string { return render(s, true) }

func (s *CreateConnection) format(p *printer) {
	p.text("CREATE CONNECTION ")
	p.flag(s.IfNotExists, "IF NOT EXISTS ")
	p.name(s.Name)
	p.text(" TO ", string(s.Type), " (")
	p.options(s.Options)
	p.text(")")
	p.with(s.With)
}

// ConnectionType is a type of connection, in the words that SQL names it by.
type ConnectionType string

// The types of connections.
const (
	ConnectionAWS            ConnectionType = "AWS"
	ConnectionAWSGlue        ConnectionType = "AWS GLUE SCHEMA REGISTRY"
	ConnectionAWSPrivateLink ConnectionType = "AWS PRIVATELINK"
	ConnectionConfluent      ConnectionType = "CONFLUENT SCHEMA REGISTRY"
	ConnectionGCP            ConnectionType = "GCP"
	ConnectionIceberg        ConnectionType = "ICEBERG CATALOG"
	ConnectionKafka          ConnectionType = "KAFKA"
	ConnectionMySQL          ConnectionType = "MYSQL"
	ConnectionPostgres       ConnectionType = "POSTGRES"
	ConnectionSQLServer      ConnectionType = "SQL SERVER"
	ConnectionSSHTunnel      ConnectionType = "SSH TUNNEL"
	ConnectionYugabyte       ConnectionType = "YUGABYTE"
)
