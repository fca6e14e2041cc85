package catalog

import "culvert/engine"

// Index is an index on a relation. It is kept and shown; reading is not faster
// for it.
type Index struct {
	On ID
	// Keys are what the index is on, in order.
	Keys []IndexKey
	// Default: the statement named no keys.
	Default bool `json:",omitempty"`
}

// IndexKey is a column of the relation, or an expression over its columns.
type IndexKey struct {
	Column int    // by index; -1: an expression
	Text   string // the column's name or the expression, as SQL
}

func (*Index) definition() string { return "index" }

func indexRows(o *Object) (rows [][]any) {
	d, ok := o.Def.(*Index)
	if !ok {
		return nil
	}
	attnums := make([]int16, len(d.Keys))
	keys := make([]string, len(d.Keys))
	for i, k := range d.Keys {
		attnums[i], keys[i] = int16(k.Column+1), k.Text
	}
	return [][]any{{string(o.ID), string(d.On), attnums, keys}}
}

// clusterRows tell in which cluster an object is.
func clusterRows(o *Object) [][]any {
	if o.ClusterID == "" {
		return nil
	}
	return [][]any{{string(o.ID), string(o.ClusterID)}}
}

var (
	tableIndexes = define(engine.SchemaCatalog, "indexes",
		column("id", text), column("on_id", text), column("attnums", smallints), column("keys", texts))
	tableInClusters = define(engine.SchemaCatalog, "in_clusters", column("object_id", text), column("cluster_id", text))
)

// livesInCluster tells whether an object is in a cluster: those that compute.
func (o *Object) livesInCluster() bool {
	switch o.Def.(type) {
	case *PostgresSource, *KafkaSource, *Index:
		return true
	}
	return o.Kind == KindMaterializedView
}
