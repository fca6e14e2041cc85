package catalog

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"culvert/engine"
)

// Cluster is a cluster. This server is the only one that computes: a cluster is
// kept, shown and named, and changes nothing. It is immutable once it is in a
// catalog.
type Cluster struct {
	ID      ID
	Name    string
	OwnerID string
	Comment string `json:",omitempty"`
	// CreateSQL and Redacted are the statement that makes the cluster.
	CreateSQL string
	Redacted  string
	// Managed clusters have ReplicationFactor replicas of one Size; the replicas
	// of others are named one by one.
	Managed                bool
	Size                   string   `json:",omitempty"`
	ReplicationFactor      int      `json:",omitempty"`
	Disk                   bool     `json:",omitempty"`
	AvailabilityZones      []string `json:",omitempty"`
	IntrospectionDebugging bool     `json:",omitempty"`
	IntrospectionInterval  string   `json:",omitempty"` // an interval in PostgreSQL's text; empty: none
	Replicas               []Replica
}

// Replica is a replica of a cluster.
type Replica struct {
	ID               ID
	Name             string
	OwnerID          string
	Comment          string `json:",omitempty"`
	Size             string
	AvailabilityZone string `json:",omitempty"`
	Disk             bool   `json:",omitempty"`
}

// Replica gives the replica of that name, by its place; -1: there is none.
func (c *Cluster) Replica(name string) int {
	return slices.IndexFunc(c.Replicas, func(r Replica) bool { return r.Name == name })
}

// firstCluster is the cluster that a new data directory has.
func firstCluster() *Cluster {
	const text = "CREATE CLUSTER " + ClusterName + " (MANAGED = true, REPLICATION FACTOR = 1, SIZE = "
	return &Cluster{
		ID: ClusterID, Name: ClusterName, OwnerID: RoleID, Managed: true, Size: "25cc", ReplicationFactor: 1,
		CreateSQL: text + "'25cc');", Redacted: "CREATE CLUSTER " + ClusterName + " (MANAGED = true, REPLICATION FACTOR = '<redacted>', SIZE = '<redacted>');",
		Replicas: []Replica{{ID: ClusterID, Name: "r1", OwnerID: RoleID, Size: "25cc"}},
	}
}

// Cluster gives a cluster by ID, or nil.
func (c *Catalog) Cluster(id ID) *Cluster { return c.clusters[id] }

// ClusterNamed gives a cluster by name, or nil.
func (c *Catalog) ClusterNamed(name string) *Cluster {
	for _, cluster := range c.clusters {
		if cluster.Name == name {
			return cluster
		}
	}
	return nil
}

// Clusters gives all clusters by name.
func (c *Catalog) Clusters() []*Cluster {
	return slices.SortedFunc(maps.Values(c.clusters), func(a, b *Cluster) int { return strings.Compare(a.Name, b.Name) })
}

// InCluster gives the objects that are in a cluster, by ID.
func (c *Catalog) InCluster(id ID) []*Object {
	return slices.DeleteFunc(c.Objects(), func(o *Object) bool { return o.ClusterID != id })
}

var (
	tableClusters = define(engine.SchemaCatalog, "clusters",
		column("id", text), column("name", text), column("owner_id", text), column("comment", text), column("managed", boolean),
		column("size", text), column("replication_factor", bigint), column("disk", boolean), column("availability_zones", texts),
		column("introspection_debugging", boolean), column("introspection_interval", text),
		column("create_sql", text), column("redacted_create_sql", text), column("definition", text))
	tableReplicas = define(engine.SchemaCatalog, "cluster_replicas",
		column("cluster_id", text), column("id", text), column("name", text), column("size", text), column("availability_zone", text),
		column("owner_id", text), column("disk", boolean), column("comment", text))
)

// ApplyCluster adds or replaces a cluster, or drops the one named by drop, as
// Apply does objects.
func (d *Draft) ApplyCluster(ctx context.Context, conn engine.Conn, put *Cluster, drop ID) error {
	id := drop
	if put != nil {
		id = put.ID
		d.PutCluster(put)
	} else {
		d.DropCluster(drop)
	}
	for _, def := range []engine.TableDef{tableClusters, tableReplicas} {
		if err := deleteIDs(ctx, conn, def, []ID{id}); err != nil {
			return err
		}
	}
	if put == nil {
		return nil
	}
	return writeCluster(ctx, conn, put)
}

func writeCluster(ctx context.Context, conn engine.Conn, c *Cluster) error {
	def, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("encoding cluster %s: %w", c.ID, err)
	}
	var zones, factor any
	if c.AvailabilityZones != nil {
		zones = c.AvailabilityZones
	}
	if c.Managed {
		factor = int64(c.ReplicationFactor)
	}
	row := []any{
		string(c.ID), c.Name, c.OwnerID, orNull(c.Comment), c.Managed, orNull(c.Size), factor, c.Disk, zones,
		c.IntrospectionDebugging, orNull(c.IntrospectionInterval), c.CreateSQL, c.Redacted, string(def),
	}
	if err := appendRows(ctx, conn, tableClusters, [][]any{row}); err != nil {
		return err
	}
	var replicas [][]any
	for _, r := range c.Replicas {
		replicas = append(replicas, []any{
			string(c.ID), string(r.ID), r.Name, orNull(r.Size), orNull(r.AvailabilityZone), r.OwnerID, r.Disk, orNull(r.Comment),
		})
	}
	return appendRows(ctx, conn, tableReplicas, replicas)
}

func loadClusters(ctx context.Context, conn engine.Conn, c *Catalog) error {
	rows, err := conn.Scan(ctx, tableClusters.Name, nil)
	values, err := engine.Collect(ctx, rows, err)
	if err != nil {
		return err
	}
	for _, v := range values {
		cluster := &Cluster{}
		if err := json.Unmarshal([]byte(v[len(v)-1].(string)), cluster); err != nil {
			return fmt.Errorf("cluster %s: %w", v[0], err)
		}
		c.clusters[cluster.ID] = cluster
	}
	return nil
}
