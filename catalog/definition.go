package catalog

import (
	"encoding/json"
	"fmt"

	"culvert/sql/types"
)

// Definition is what an object is made of beyond its name and columns. The
// cases are the pointer types of this file and of definition_kafka.go.
type Definition interface{ definition() string }

// Secret is a secret; its contents are sealed under the object's ID.
type Secret struct{}

// SSHTunnel is a connection to a bastion. Its two private keys are sealed
// under the object's ID.
type SSHTunnel struct {
	Host       string
	Port       uint16
	User       string
	PublicKey1 string
	PublicKey2 string
	// HostKey is a host key pinned by hand, in the form of an authorized_keys
	// line or a SHA256 fingerprint; empty: the first one seen is pinned.
	HostKey string `json:",omitempty"`
	// NoHostKeyCheck accepts any host key.
	NoHostKeyCheck bool `json:",omitempty"`
}

// StringOrSecret is an option that takes a text or SECRET name.
type StringOrSecret struct {
	Text   string `json:",omitempty"`
	Secret ID     `json:",omitempty"`
}

// IsZero tells whether the option was not given.
func (s StringOrSecret) IsZero() bool { return s == StringOrSecret{} }

// Postgres is a connection to a PostgreSQL database.
type Postgres struct {
	Host     string
	Port     uint16
	Database string
	User     StringOrSecret
	Password ID     `json:",omitempty"`
	SSLMode  string // disable, require, verify-ca, verify-full
	SSLCert  StringOrSecret
	SSLKey   ID `json:",omitempty"`
	SSLCA    StringOrSecret
	Tunnel   ID `json:",omitempty"` // the SSH tunnel; empty: direct
}

// PostgresSource is a source that follows a publication.
type PostgresSource struct {
	Connection  ID
	Publication string
	// Slot is the replication slot upstream. It is stored before it is made.
	Slot string
	// Database and SystemID name the upstream that the source was made on.
	Database string
	SystemID string `json:",omitempty"`
	Size     string `json:",omitempty"`
}

// Progress is the progress relation of a source.
type Progress struct{ Source ID }

// Subsource is a table that a source fills.
type Subsource struct {
	Source ID
	// Upstream names the table: schema and name at the time of CREATE.
	Schema, Table string
	UpstreamOID   uint32
	Columns       []SubsourceColumn
	// Full: the upstream's replica identity is FULL, and Key is nil unless the
	// table has a primary key, too.
	Full bool
	// Key are the columns of the replica identity, by index; nil: none.
	Key []int
	// FromTable: made by CREATE TABLE … FROM SOURCE.
	FromTable bool `json:",omitempty"`
}

// SubsourceColumn is a column of an upstream table. It has the same place as
// the object's column.
type SubsourceColumn struct {
	Name   string
	Attnum int16
	Type   types.Type // upstream's
	// AsText: the column is kept as text (TEXT COLUMNS).
	AsText bool `json:",omitempty"`
}

// View is a view or a materialized view.
type View struct {
	// Query is what is run: users' relations have their IDs for names (see
	// analyze.IDSchema), and it means the same whatever they are called.
	Query string
	// Text is the query with the names of now, to be shown.
	Text string
	// Named: the statement names the columns, not the query.
	Named bool `json:",omitempty"`
}

func (*Secret) definition() string         { return "secret" }
func (*SSHTunnel) definition() string      { return "ssh-tunnel" }
func (*Postgres) definition() string       { return "postgres" }
func (*PostgresSource) definition() string { return "postgres-source" }
func (*Progress) definition() string       { return "progress" }
func (*Subsource) definition() string      { return "subsource" }
func (*View) definition() string           { return "view" }

// definitions are an empty definition of each form.
func definitions() []Definition {
	return []Definition{
		&Secret{}, &SSHTunnel{}, &Postgres{}, &PostgresSource{}, &Progress{}, &Subsource{}, &View{}, &Index{},
		&OwnTable{}, &Sequence{},
		&Kafka{}, &SchemaRegistry{}, &KafkaSource{}, &KafkaTable{},
	}
}

// newDefinition makes an empty definition of the given name.
func newDefinition(name string) (Definition, error) {
	for _, d := range definitions() {
		if d.definition() == name {
			return d, nil
		}
	}
	return nil, fmt.Errorf("unknown definition %q", name)
}

// Type is the type of a connection or source in the words of
// mz_connections.type and mz_sources.type; empty for other objects.
func (o *Object) Type() string {
	switch o.Def.(type) {
	case *SSHTunnel:
		return "ssh-tunnel"
	case *Postgres, *PostgresSource:
		return "postgres"
	case *Kafka, *KafkaSource:
		return "kafka"
	case *SchemaRegistry:
		return "confluent-schema-registry"
	case *Progress:
		return "progress"
	case *Subsource:
		return "subsource"
	}
	return ""
}

// stored is the form of an object in the column definition of c.objects: what
// the other columns do not have.
type stored struct {
	Form    string
	Columns []Column `json:",omitempty"`
	Keys    []Key    `json:",omitempty"`
	Uses    []ID     `json:",omitempty"`
	Cluster ID       `json:",omitempty"`
	Def     json.RawMessage
}

func encodeObject(o *Object) (string, error) {
	def, err := json.Marshal(o.Def)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(stored{Form: o.Def.definition(), Columns: o.Columns, Keys: o.Keys, Uses: o.Uses, Cluster: o.ClusterID, Def: def})
	return string(text), err
}

func decodeObject(o *Object, text string) error {
	var s stored
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return err
	}
	def, err := newDefinition(s.Form)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(s.Def, def); err != nil {
		return err
	}
	o.Columns, o.Keys, o.Uses, o.ClusterID, o.Def = s.Columns, s.Keys, s.Uses, s.Cluster, def
	if o.ClusterID == "" && o.livesInCluster() { // stored before there were clusters
		o.ClusterID = ClusterID
	}
	return nil
}
