package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"culvert/catalog"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// CreateCluster makes a cluster.
type CreateCluster struct{ Cluster *catalog.Cluster }

func (*CreateCluster) plan() {}

// Options of clusters.
const (
	optionSize      = "SIZE"
	optionManaged   = "MANAGED"
	optionReplicas  = "REPLICAS"
	optionFactor    = "REPLICATION FACTOR"
	optionZone      = "AVAILABILITY ZONE"
	optionZones     = "AVAILABILITY ZONES"
	optionDisk      = "DISK"
	optionDebugging = "INTROSPECTION DEBUGGING"
	optionInterval  = "INTROSPECTION INTERVAL"
	optionSchedule  = "SCHEDULE"
	optionWorkload  = "WORKLOAD CLASS"
)

// clusterOptions are the options of a cluster, in the order in which its
// statement has them.
var clusterOptions = []string{
	optionZones, optionDisk, optionDebugging, optionInterval, optionManaged, optionReplicas, optionFactor, optionSchedule, optionSize, optionWorkload,
}

// systemClusters are listed, and hold nothing of users'.
var systemClusters = []string{"mz_catalog_server", "mz_system"}

func isSystemCluster(name string) bool { return slices.Contains(systemClusters, name) }

func createCluster(st *ast.CreateCluster, env *Env) (Plan, error) {
	name := ast.ObjectName{Item: st.Name.Name, Pos: st.Name.Pos}
	switch {
	case env.Catalog.ClusterNamed(name.Item) != nil || isSystemCluster(name.Item):
		if !st.IfNotExists {
			return nil, pgerr.New(pgerr.DuplicateObject, "cluster '%s' already exists", name.Item).At(st.At(name.Pos))
		}
		env.Notice(alreadyExists("cluster '%s' already exists, skipping", name.Item))
		return &Nothing{}, nil
	case reservedPrefix(name.Item):
		return nil, pgerr.New(pgerr.ReservedName, "unacceptable cluster name '%s'", name.Item).At(st.At(name.Pos)).
			WithDetail("The prefixes mz_ and pg_ are reserved for system clusters.")
	}
	cluster := &catalog.Cluster{ID: env.NextID(), Name: name.Item, OwnerID: catalog.RoleID}
	if err := setCluster(env, st, cluster, st.Options); err != nil {
		return nil, err
	}
	env.Notice(withoutEffect("a cluster"))
	return &CreateCluster{Cluster: cluster}, nil
}

func alreadyExists(format, name string) *pgerr.Error {
	n := pgerr.Notice(format, name)
	n.Code = pgerr.DuplicateObject
	return n
}

// withoutEffect tells that a statement is kept and shown, and that is all.
func withoutEffect(what string) *pgerr.Error {
	return pgerr.Notice("%s is kept and shown, and changes nothing here: this server computes everything", what)
}

// setCluster gives a cluster its options, replicas and statement.
func setCluster(env *Env, st ast.Statement, c *catalog.Cluster, list []ast.Option) error {
	o, err := readOptions(env, st, list, "clusters", clusterOptions...)
	if err != nil {
		return err
	}
	if c.Managed, err = o.boolean(optionManaged, !o.has(optionReplicas)); err != nil {
		return err
	}
	if c.Managed {
		err = o.managed(c)
	} else {
		err = o.unmanaged(c)
	}
	if err != nil {
		return err
	}
	list = slices.Clone(list)
	if !o.has(optionManaged) {
		list = append(list, ast.Option{Name: optionManaged, Value: ast.BoolValue{Bool: c.Managed}})
	}
	if c.Managed && !o.has(optionFactor) {
		list = append(list, ast.Option{Name: optionFactor, Value: ast.NumberValue{Text: "1"}})
	}
	renderCluster(c, list)
	return nil
}

// managed reads the options of a cluster whose replicas follow from them.
func (o *options) managed(c *catalog.Cluster) (err error) {
	if o.has(optionReplicas) {
		return o.invalid(optionReplicas, "REPLICAS not supported for managed clusters")
	}
	if !o.has(optionSize) {
		return pgerr.New(pgerr.InvalidParameterValue, "SIZE must be specified for managed clusters").At(o.st.At(o.st.Span().Start))
	}
	if c.Size, err = o.required(optionSize); err != nil {
		return err
	}
	if c.Disk, err = o.boolean(optionDisk, false); err != nil {
		return err
	}
	if c.AvailabilityZones, err = o.texts(optionZones); err != nil {
		return err
	}
	if c.IntrospectionDebugging, err = o.boolean(optionDebugging, false); err != nil {
		return err
	}
	if c.IntrospectionInterval, err = o.interval(optionInterval); err != nil {
		return err
	}
	if c.ReplicationFactor, err = o.replicationFactor(); err != nil {
		return err
	}
	replicas := c.Replicas
	c.Replicas = nil
	for i := range c.ReplicationFactor {
		r := catalog.Replica{Name: fmt.Sprint("r", i+1), OwnerID: c.OwnerID, Size: c.Size, Disk: c.Disk}
		if i < len(replicas) {
			r.ID, r.OwnerID, r.Comment = replicas[i].ID, replicas[i].OwnerID, replicas[i].Comment
		} else {
			r.ID = o.env.NextID()
		}
		c.Replicas = append(c.Replicas, r)
	}
	return nil
}

// maxReplicas bounds REPLICATION FACTOR.
const maxReplicas = 64

func (o *options) replicationFactor() (int, error) {
	if !o.has(optionFactor) {
		return 1, nil
	}
	text, err := o.word(optionFactor)
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil || n > maxReplicas {
		return 0, o.invalid(optionFactor, "%q is not a number from 0 to %d", text, maxReplicas)
	}
	return int(n), nil
}

// unmanaged reads the options of a cluster that names its replicas.
func (o *options) unmanaged(c *catalog.Cluster) error {
	for _, name := range []string{optionZones, optionDisk, optionDebugging, optionInterval, optionFactor, optionSchedule, optionSize} {
		if o.has(name) {
			return o.invalid(name, "%s not supported for unmanaged clusters", name)
		}
	}
	if !o.has(optionReplicas) {
		return pgerr.New(pgerr.InvalidParameterValue, "REPLICAS must be specified for unmanaged clusters").At(o.st.At(o.st.Span().Start))
	}
	before := c.Replicas
	c.Size, c.ReplicationFactor, c.Disk, c.AvailabilityZones, c.Replicas = "", 0, false, nil, nil
	list, _ := o.byName[optionReplicas].Value.(ast.ListValue)
	for _, item := range list.Items {
		item := item.(ast.ItemValue)
		if c.Replica(item.Name.Item) >= 0 {
			return pgerr.New(pgerr.DuplicateObject, "cluster replica '%s' already exists", c.Name+"."+item.Name.Item).At(o.st.At(item.Name.Pos))
		}
		r, err := readReplica(o.env, o.st, item.Name, item.Options)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(before, func(old catalog.Replica) bool { return old.Name == r.Name }); i >= 0 {
			r.ID, r.OwnerID, r.Comment = before[i].ID, before[i].OwnerID, before[i].Comment
		} else {
			r.ID, r.OwnerID = o.env.NextID(), c.OwnerID
		}
		c.Replicas = append(c.Replicas, r)
	}
	return nil
}

// texts reads a list of texts.
func (o *options) texts(name string) ([]string, error) {
	opt, ok := o.byName[name]
	if !ok {
		return nil, nil
	}
	items := []ast.Value{opt.Value}
	if list, ok := opt.Value.(ast.ListValue); ok {
		items = list.Items
	}
	texts := []string{}
	for _, item := range items {
		one := options{env: o.env, st: o.st, byName: map[string]ast.Option{name: {Name: name, Value: item, Pos: opt.Pos}}}
		text, err := one.word(name)
		if err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, nil
}

// interval reads an interval into PostgreSQL's text; 0 is none.
func (o *options) interval(name string) (string, error) {
	text, err := o.word(name)
	if err != nil || text == "" || text == "0" {
		return "", err
	}
	canonical, err := types.Canonical(types.T(types.IntervalOID), text, types.Env{})
	if err != nil {
		return "", o.invalid(name, "%q is not an interval", text)
	}
	return canonical, nil
}

// renderCluster writes the statement that makes a cluster, from its options.
func renderCluster(c *catalog.Cluster, list []ast.Option) {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b ast.Option) int {
		return slices.Index(clusterOptions, a.Name) - slices.Index(clusterOptions, b.Name)
	})
	text := &ast.CreateCluster{Name: ast.Ident{Name: c.Name}, Options: list}
	c.CreateSQL, c.Redacted = text.String()+";", text.Redacted()+";"
}

// cluster finds the cluster that a statement names, or that of the session.
func (env *Env) cluster(st ast.Statement, name ast.Ident) (*catalog.Cluster, error) {
	if name.Name == "" {
		name = ast.Ident{Name: env.Cluster, Pos: ast.NoPos}
	}
	if isSystemCluster(name.Name) {
		return nil, pgerr.New(pgerr.InsufficientPrivilege, "system cluster '%s' cannot be modified", name.Name).At(st.At(name.Pos))
	}
	if found := env.Catalog.ClusterNamed(name.Name); found != nil {
		return found, nil
	}
	e := pgerr.New(pgerr.UndefinedObject, "unknown cluster '%s'", name.Name).At(st.At(name.Pos))
	var names []string
	for _, c := range env.Catalog.Clusters() {
		names = append(names, c.Name)
	}
	e.WithHint("The clusters are %s.", strings.Join(names, ", "))
	return nil, meant(e, name.Name, names)
}

// clusterName names the cluster of an object, as its statement does.
func (env *Env) clusterName(o *catalog.Object) ast.Ident {
	if c := env.Catalog.Cluster(o.ClusterID); c != nil {
		return ast.Ident{Name: c.Name, Pos: ast.NoPos}
	}
	return ast.Ident{}
}
