package exec

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"culvert/catalog"
	"culvert/connectors"
	"culvert/connectors/kafka"
	"culvert/engine"
	"culvert/tunnel"
)

// resolver resolves connections: their secrets as conn sees them, and their
// tunnels by dialer.
type resolver struct {
	server *Server
	conn   engine.Conn
	dialer func(id catalog.ID) (tunnel.DialFunc, error)
}

// committed resolves connections as they are committed.
func committed(s *Server, conn engine.Conn) *resolver {
	return &resolver{server: s, conn: conn, dialer: func(id catalog.ID) (tunnel.DialFunc, error) {
		return s.opts.Tunnels.Dialer(string(id)), nil
	}}
}

// kafkaParams resolves a connection with the way to each broker.
func (r *resolver) kafkaParams(ctx context.Context, d *catalog.Kafka) (kafka.Params, error) {
	read := &secretReader{vault: r.server.vault, ctx: ctx, conn: r.conn}
	params := kafka.Params{
		Protocol: kafka.Protocol(d.SecurityProtocol()), Mechanism: kafka.Mechanism(d.SASLMechanism),
		User:     read.text(d.SASLUser),
		Password: read.value(d.SASLPassword),
		SSLCA:    read.text(d.SSLCA),
		SSLCert:  read.text(d.SSLCert),
		SSLKey:   read.value(d.SSLKey),
	}
	for _, b := range d.Brokers {
		params.Brokers = append(params.Brokers, b.HostPort())
	}
	ways, err := r.brokerWays(d)
	if err != nil {
		return params, err
	}
	params.Dial = ways.dial
	return params, read.err
}

// ways are how brokers are reached, by the address under which they are
// advertised; those that are not listed take the way of others.
type ways struct {
	listed  map[string]connectors.DialFunc
	others  connectors.DialFunc
	covered bool // by a default tunnel
}

func (r *resolver) brokerWays(d *catalog.Kafka) (*ways, error) {
	w := &ways{listed: map[string]connectors.DialFunc{}, others: connectors.DialFunc(directDial), covered: d.Tunnel != ""}
	if w.covered {
		dial, err := r.dialer(d.Tunnel)
		if err != nil {
			return nil, err
		}
		w.others = connectors.DialFunc(dial)
	}
	for _, b := range d.Brokers {
		dial := w.others
		if b.Tunnel != "" {
			own, err := r.dialer(b.Tunnel)
			if err != nil {
				return nil, err
			}
			dial = connectors.DialFunc(own)
		}
		w.listed[strings.ToLower(b.HostPort())] = dial
	}
	return w, nil
}

func (w *ways) dial(host string, port uint16) (connectors.DialFunc, bool) {
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if dial, ok := w.listed[strings.ToLower(fmt.Sprintf("%s:%d", host, port))]; ok {
		return dial, true
	}
	return w.others, w.covered
}

// kafkaSpec describes a Kafka source to the supervisor.
func (r *resolver) kafkaSpec(ctx context.Context, c *catalog.Catalog, source *catalog.Object, def *catalog.KafkaSource) (connectors.SourceSpec, error) {
	connection := c.Object(def.Connection).Def.(*catalog.Kafka)
	params, err := r.kafkaParams(ctx, connection)
	if err != nil && !isDamaged(err) {
		return connectors.SourceSpec{}, err
	}
	unsized := *def
	unsized.Size = ""
	mark := newFingerprint(connection, &unsized, params.User, params.SSLCA, params.SSLCert)
	mark.secrets(params.Password.RevealString(), params.SSLKey.RevealString())
	config := kafka.Config{
		Params: params, Topic: def.Topic, TopicID: def.TopicID, StartOffsets: def.Start, StartTimestamp: def.StartTimestamp,
		Refresh: time.Duration(def.Refresh) * time.Millisecond, Group: def.GroupPrefix + "-" + def.GroupSuffix,
	}
	connections := []catalog.ID{def.Connection}
	add := func(object *catalog.Object, rows *catalog.KafkaRows) {
		for _, f := range []*catalog.Format{rows.Key, rows.Value} {
			if f != nil {
				connections = append(connections, f.Registry)
			}
		}
		var formats *formatMaker
		if err == nil {
			if formats, err = r.formats(ctx, c, rows, mark); err == nil {
				config.Tables = append(config.Tables, kafkaTable(object, rows, formats))
				return
			}
		}
		config.Tables = append(config.Tables, kafkaTable(object, rows, &formatMaker{}))
	}
	if def.Rows != nil {
		add(source, def.Rows)
	}
	for _, user := range c.Users(source.ID) {
		if table, ok := user.Def.(*catalog.KafkaTable); ok {
			add(user, &table.KafkaRows)
		}
	}
	if err != nil && !isDamaged(err) {
		return connectors.SourceSpec{}, err
	}
	var connector connectors.Connector
	if err == nil {
		connector, err = kafka.New(config)
	}
	if err != nil {
		connector = broken{leg: "kafka", err: err}
	}
	return connectors.SourceSpec{
		ID: string(source.ID), Name: source.Name, Fingerprint: mark.text(), Tables: config.SupervisorTables(), Connector: connector,
		Way: r.server.way(c, connections...),
	}, nil
}

// kafkaTable describes a relation that a topic fills.
func kafkaTable(object *catalog.Object, rows *catalog.KafkaRows, formats *formatMaker) kafka.Table {
	t := kafka.Table{Object: string(object.ID), KeepErrors: rows.KeepErrors, Value: kafka.Value{New: formats.value, NewEnvelope: formats.envelope}}
	var keys []int
	for i, c := range object.Columns {
		t.Columns = append(t.Columns, connectors.Column{Name: c.Name, Physical: kafka.PhysicalName(i), Type: c.Type})
		switch from := rows.Columns[i]; from.From {
		case catalog.OriginKey:
			keys = append(keys, i)
		case catalog.OriginValue:
			t.Value.Columns = append(t.Value.Columns, i)
		default:
			t.Includes = append(t.Includes, kafka.Include{What: metadataOf[from.From], Header: from.Header, Column: i})
		}
	}
	for _, hidden := range rows.Hidden {
		n := len(t.Columns)
		keys = append(keys, n)
		t.Columns = append(t.Columns, connectors.Column{Name: fmt.Sprint("key ", n+1), Physical: kafka.PhysicalName(n), Type: hidden})
	}
	switch rows.Envelope {
	case catalog.EnvelopeUpsert:
		t.Envelope = kafka.Upsert
	case catalog.EnvelopeDebezium:
		t.Envelope = kafka.Debezium
		keys = append(keys, rows.Identity...)
	}
	if len(keys) > 0 {
		t.Key = &kafka.Key{New: formats.key, Columns: keys}
	}
	return t
}

var metadataOf = map[catalog.KafkaOrigin]kafka.Metadata{
	catalog.OriginPartition: kafka.Partition,
	catalog.OriginOffset:    kafka.Offset,
	catalog.OriginTimestamp: kafka.Timestamp,
	catalog.OriginHeaders:   kafka.Headers,
	catalog.OriginHeader:    kafka.Header,
	catalog.OriginRawHeader: kafka.HeaderRaw,
	catalog.OriginError:     kafka.ErrorField,
}

// marker makes a fingerprint.
type marker struct{ parts []any }

func newFingerprint(parts ...any) *marker { return &marker{parts: parts} }

func (m *marker) add(parts ...any) { m.parts = append(m.parts, parts...) }

// secrets adds the contents of secrets, of which the fingerprint shows nothing.
func (m *marker) secrets(contents ...string) {
	for _, content := range contents {
		sum := sha256.Sum256([]byte(content))
		m.add(sum[:])
	}
}

func (m *marker) text() string {
	h := sha256.New()
	_ = json.NewEncoder(h).Encode(m.parts) // of plain structs: cannot fail
	return hex.EncodeToString(h.Sum(nil))
}
