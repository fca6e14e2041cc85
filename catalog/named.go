package catalog

import "slices"

// changed is what became of something that is in no schema: a nil New is a drop,
// a nil Old a creation.
type changed[T any] struct{ Old, New *T }

// putNamed notes a change of one of the catalog's sets; nil drops.
func putNamed[T any](base, now map[ID]*T, change map[ID]changed[T], id ID, v *T) {
	old := base[id]
	switch {
	case v != nil:
		now[id] = v
	default:
		delete(now, id)
	}
	if old == nil && v == nil {
		delete(change, id)
		return
	}
	change[id] = changed[T]{Old: old, New: v}
}

// replay makes the changes of a set in next, a later one; name says what a
// message calls a member, which is also what no two of a set share.
func replay[T any](latest, next map[ID]*T, change map[ID]changed[T], name func(*T) string) error {
	for id, c := range change {
		if latest[id] != c.Old {
			return errOverlap(name(c.any()))
		}
		delete(next, id)
	}
	for id, c := range change {
		if c.New == nil {
			continue
		}
		for _, other := range next {
			if name(other) == name(c.New) {
				return errOverlap(name(c.New))
			}
		}
		next[id] = c.New
	}
	return nil
}

func (c changed[T]) any() *T {
	if c.New != nil {
		return c.New
	}
	return c.Old
}

func schemaName(s *Schema) string   { return "schema " + s.Name }
func clusterName(c *Cluster) string { return "cluster " + c.Name }
func roleName(r *Role) string       { return "role " + r.Name }

// PutCluster adds or replaces a cluster.
func (d *Draft) PutCluster(c *Cluster) {
	putNamed(d.base.clusters, d.now.clusters, d.change.Clusters, c.ID, c)
}

// DropCluster removes a cluster. What is in it must be gone before.
func (d *Draft) DropCluster(id ID) {
	putNamed(d.base.clusters, d.now.clusters, d.change.Clusters, id, nil)
}

// PutRole adds or replaces a role.
func (d *Draft) PutRole(r *Role) { putNamed(d.base.roles, d.now.roles, d.change.Roles, r.ID, r) }

// DropRole removes a role. What it owns must have another owner before.
func (d *Draft) DropRole(id ID) { putNamed(d.base.roles, d.now.roles, d.change.Roles, id, nil) }

// sawCluster tells whether a cluster is there and has the name that it had when
// the statement put an object into it: the object's statement names it.
func (d *Draft) sawCluster(id ID, next *Catalog) bool {
	seen, now := d.now.clusters[id], next.clusters[id]
	return now != nil && (seen == nil || seen.Name == now.Name)
}

// checkNamed refuses a result in which something is in a cluster, or owned by a
// role, that is gone, or in whose statement a cluster has its former name.
func (d *Draft) checkNamed(next *Catalog) error {
	for id, c := range d.change.Clusters {
		renamed := c.Old != nil && c.New != nil && c.Old.Name != c.New.Name
		if c.New != nil && !renamed {
			continue
		}
		for _, o := range next.InCluster(id) {
			if c.New == nil || d.now.objects[o.ID] == nil || d.now.objects[o.ID].ClusterID != id {
				return errOverlap("cluster " + c.Old.Name)
			}
		}
	}
	gone := func(id string) bool { return next.roles[ID(id)] == nil && d.base.roles[ID(id)] != nil }
	if slices.ContainsFunc(next.owners(), gone) {
		return errOverlap("the owner of an object")
	}
	return nil
}

// owners are the roles that own something.
func (c *Catalog) owners() []string {
	var ids []string
	note := func(id string) {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for _, o := range c.objects {
		note(o.OwnerID)
	}
	for _, s := range c.schemas {
		note(s.OwnerID)
	}
	for _, cluster := range c.clusters {
		note(cluster.OwnerID)
		for _, r := range cluster.Replicas {
			note(r.OwnerID)
		}
	}
	return ids
}
