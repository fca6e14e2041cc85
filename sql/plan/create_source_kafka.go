package plan

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"culvert/catalog"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

const (
	optionTopic          = "TOPIC"
	optionGroupPrefix    = "GROUP ID PREFIX"
	optionStartOffset    = "START OFFSET"
	optionStartTimestamp = "START TIMESTAMP"
	optionRefresh        = "TOPIC METADATA REFRESH INTERVAL"
	maxRefresh           = time.Hour
)

var kafkaSourceOptions = []string{optionTopic, optionGroupPrefix, optionStartOffset, optionStartTimestamp, optionRefresh}

// Topic is what a Kafka cluster says of a topic.
type Topic struct {
	ID         string // tells it from a later one of the same name; "" where brokers do not say
	Partitions int
}

func createKafkaSource(ctx context.Context, env *Env, st *ast.CreateSource, schema *catalog.Schema) (Plan, error) {
	connection, err := env.resolve(st, st.From.Connection)
	if err != nil {
		return nil, err
	}
	if _, ok := connection.Def.(*catalog.Kafka); !ok {
		return nil, pgerr.New(pgerr.WrongObjectType, "%s is not a KAFKA CONNECTION", nameText(st.From.Connection)).At(st.At(st.From.Connection.Pos))
	}
	if err := refuseForTables(st); err != nil {
		return nil, err
	}
	o, err := readOptions(env, st, st.From.Options, "KAFKA sources", kafkaSourceOptions...)
	if err != nil {
		return nil, err
	}
	def := &catalog.KafkaSource{Connection: connection.ID}
	if err := readKafkaOptions(o, def); err != nil {
		return nil, err
	}
	with, err := readSourceWith(env, st, optionDecodeError)
	if err != nil {
		return nil, err
	}
	def.Size = with.size
	topic, err := env.Upstream.Topic(ctx, connection, def.Topic)
	if err != nil {
		return nil, err
	}
	def.TopicID = topic.ID
	if len(def.Start) > topic.Partitions {
		return nil, o.invalid(optionStartOffset, "it has %d offsets, but topic %q has %d partitions", len(def.Start), def.Topic, topic.Partitions)
	}
	source := &catalog.Object{
		ID: env.NextID(), Kind: catalog.KindSource, SchemaID: schema.ID, Name: st.Name.Item, OwnerID: catalog.RoleID,
		ClusterID: with.cluster.ID, Uses: []catalog.ID{connection.ID}, Def: def,
	}
	def.GroupPrefix += "materialize-" + string(connection.ID) + "-" + string(source.ID)
	if def.GroupSuffix, err = newGroupSuffix(); err != nil {
		return nil, err
	}
	if st.Encoding.Value != nil {
		b := rowsBuilder{env: env, st: st, encoding: st.Encoding, topic: def.Topic, keepErrors: with.keepErrors, object: source}
		if def.Rows, err = b.build(ctx, st.Columns); err != nil {
			return nil, err
		}
	} else if err := refuseWithoutFormat(st, with); err != nil {
		return nil, err
	}
	renderKafkaSource(env, st, source)
	p := &CreateSource{Source: source}
	if p.Progress, err = env.addProgress(st, source, kafkaProgress()); err != nil {
		return nil, err
	}
	return p, p.qualify(env)
}

// newGroupSuffix makes the end of a consumer group's name.
func newGroupSuffix() (string, error) {
	var b [4]byte
	_, err := rand.Read(b[:])
	return hex.EncodeToString(b[:]), err
}

// kafkaProgress are the columns of the progress relation: how far each
// partition is read.
func kafkaProgress() []catalog.Column {
	return []catalog.Column{
		{Name: "partition", Type: types.T(types.Int4OID), NotNull: true}, {Name: "offset", Type: types.T(types.Int8OID), NotNull: true},
	}
}

// refuseForTables refuses what only sources of several tables have.
func refuseForTables(st *ast.CreateSource) error {
	if len(st.PrimaryKey) > 0 {
		return pgerr.New(pgerr.FeatureNotSupported, "PRIMARY KEY NOT ENFORCED is not supported").At(st.At(st.PrimaryKey[0].Pos))
	}
	if st.Tables == nil {
		return nil
	}
	clause := "FOR TABLES"
	switch {
	case st.Tables.All:
		clause = "FOR ALL TABLES"
	case len(st.Tables.Schemas) > 0:
		clause = "FOR SCHEMAS"
	}
	return pgerr.New(pgerr.FeatureNotSupported, "%s is only valid for multi-output sources", clause).At(st.At(st.Tables.Pos))
}

// refuseWithoutFormat refuses what says how messages become rows where there
// is no FORMAT.
func refuseWithoutFormat(st *ast.CreateSource, with sourceWith) error {
	what := ""
	switch {
	case len(st.Encoding.Include) > 0:
		what = "INCLUDE"
	case st.Encoding.Envelope != nil:
		what = "ENVELOPE"
	case len(st.Columns) > 0:
		what = "a list of columns"
	case with.keepErrors:
		what = optionDecodeError
	default:
		return nil
	}
	return pgerr.New(pgerr.SyntaxError, "source format must be specified with %s", what).At(st.At(st.Span().Start)).
		WithHint("A source without FORMAT has no rows of its own; its tables are made by CREATE TABLE ... FROM SOURCE.")
}

// readKafkaOptions reads the options in the brackets.
func readKafkaOptions(o *options, def *catalog.KafkaSource) error {
	if !o.has(optionTopic) {
		return pgerr.New(pgerr.InvalidParameterValue, "KAFKA CONNECTION without TOPIC").At(o.st.At(o.st.Span().Start))
	}
	var err error
	if def.Topic, err = o.required(optionTopic); err != nil {
		return err
	}
	if def.GroupPrefix, err = o.text(optionGroupPrefix); err != nil {
		return err
	}
	if o.has(optionStartOffset) && o.has(optionStartTimestamp) {
		return pgerr.New(pgerr.InvalidParameterValue, "cannot specify START TIMESTAMP and START OFFSET at same time").At(o.at(optionStartTimestamp))
	}
	if def.Start, err = o.offsets(optionStartOffset); err != nil {
		return err
	}
	if o.has(optionStartTimestamp) {
		n, err := o.integer(optionStartTimestamp, o.byName[optionStartTimestamp].Value)
		if err != nil {
			return err
		}
		if n < 0 {
			n = max(0, o.env.Now.UnixMilli()+n)
		}
		def.StartTimestamp = n
	}
	def.Refresh, err = o.refresh()
	return err
}

// integer reads a whole number.
func (o *options) integer(name string, v ast.Value) (int64, error) {
	text := ""
	switch v := v.(type) {
	case ast.NumberValue:
		text = v.Text
	case ast.StringValue:
		text = v.Text
	}
	n, err := strconv.ParseInt(strings.TrimPrefix(text, "+"), 10, 64)
	if err != nil {
		return 0, o.invalid(name, "cannot use value as number")
	}
	return n, nil
}

// offsets reads an offset, or a list of them, for the first partitions.
func (o *options) offsets(name string) ([]int64, error) {
	if !o.has(name) {
		return nil, nil
	}
	values := []ast.Value{o.byName[name].Value}
	if list, ok := values[0].(ast.ListValue); ok {
		values = list.Items
	}
	var offsets []int64
	for _, v := range values {
		n, err := o.integer(name, v)
		if err != nil {
			return nil, err
		}
		if n < 0 {
			return nil, o.invalid(name, "must be at least 0").WithHint("START TIMESTAMP takes negative values: milliseconds before now.")
		}
		offsets = append(offsets, n)
	}
	return offsets, nil
}

// refresh reads TOPIC METADATA REFRESH INTERVAL, in milliseconds.
func (o *options) refresh() (int64, error) {
	if !o.has(optionRefresh) {
		return 0, nil
	}
	text, err := o.word(optionRefresh)
	if err != nil {
		return 0, err
	}
	months, days, micros, err := types.IntervalFromText(text, -1)
	if err != nil {
		return 0, o.invalid(optionRefresh, "%q is not an interval", text)
	}
	d := time.Duration(months)*30*24*time.Hour + time.Duration(days)*24*time.Hour + time.Duration(micros)*time.Microsecond
	switch {
	case months < 0 || days < 0 || micros < 0:
		return 0, o.invalid(optionRefresh, "cannot convert negative interval to duration")
	case months > 0 || days > 0 || d > maxRefresh:
		return 0, pgerr.New(pgerr.InvalidParameterValue, "TOPIC METADATA REFRESH INTERVAL cannot be greater than 1 hour").At(o.at(optionRefresh))
	case d < time.Millisecond:
		return 0, o.invalid(optionRefresh, "must be at least 1 ms")
	}
	return d.Milliseconds(), nil
}

// renderKafkaSource writes the normalised statement into the source.
func renderKafkaSource(env *Env, st *ast.CreateSource, source *catalog.Object) {
	def := source.Def.(*catalog.KafkaSource)
	text := *st
	text.Encoding = qualifyRegistries(env, st.Encoding, def.Rows)
	env.renderSource(&text, source, env.Catalog.Object(def.Connection))
}

// qualifyRegistries gives an encoding with the present names of its registries.
func qualifyRegistries(env *Env, e ast.Encoding, rows *catalog.KafkaRows) ast.Encoding {
	if rows == nil {
		return e
	}
	e.Value = qualifyRegistry(env, e.Value, rows.Value)
	if e.Key != nil {
		e.Key = qualifyRegistry(env, e.Key, rows.Key)
	}
	e.Include = slices.Clone(e.Include)
	return e
}

func qualifyRegistry(env *Env, f ast.Format, def *catalog.Format) ast.Format {
	registry := registryOf(f)
	if registry == nil || def == nil {
		return f
	}
	object := env.Catalog.Object(def.Registry)
	if object == nil {
		return f
	}
	named := *registry
	named.Connection = env.qualify(object)
	switch f := f.(type) {
	case ast.AvroFormat:
		f.Registry = &named
		return f
	case ast.ProtobufFormat:
		f.Registry = &named
		return f
	}
	return f
}

// registryOf is the registry that a format reads, or nil.
func registryOf(f ast.Format) *ast.SchemaRegistry {
	switch f := f.(type) {
	case ast.AvroFormat:
		return f.Registry
	case ast.ProtobufFormat:
		return f.Registry
	}
	return nil
}
