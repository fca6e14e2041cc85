package plan

import (
	"fmt"
	"slices"
	"strings"

	"culvert/catalog"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

// dropCluster plans DROP CLUSTER: with CASCADE, what is in a cluster goes before
// it.
func dropCluster(st *ast.Drop, env *Env) (Plan, error) {
	p := &Drop{}
	d := &dropper{env: env, cascade: true}
	for _, name := range st.Names {
		cluster, err := clusterToAlter(env, st, name, st.IfExists)
		if err != nil {
			return nil, err
		}
		if cluster == nil || slices.Contains(p.Clusters, cluster) {
			continue
		}
		p.Clusters = append(p.Clusters, cluster)
		for _, object := range env.Catalog.InCluster(cluster.ID) {
			if st.Behavior != ast.DropCascade {
				return nil, pgerr.New(pgerr.DependentObjectsStillExist, "cannot drop cluster %q: still depended upon by %s %q",
					cluster.Name, kindText(object), object.Name).At(st.At(name.Pos)).
					WithHint("Use DROP ... CASCADE to drop the dependent objects too.")
			}
			if err := d.add(object); err != nil {
				return nil, err
			}
		}
	}
	if len(p.Clusters) == 0 {
		return &Nothing{}, nil
	}
	return d.plan(p)
}

// dropClusterReplica plans DROP CLUSTER REPLICA cluster.replica, ….
func dropClusterReplica(st *ast.Drop, env *Env) (Plan, error) {
	changed := map[string]*catalog.Cluster{}
	p := &Drop{}
	for _, name := range st.Names {
		if name.Schema == "" {
			return nil, pgerr.New(pgerr.SyntaxError, "a cluster replica is named by cluster.replica").At(st.At(name.Pos))
		}
		cluster, err := unmanagedCluster(env, st, name)
		if c := changed[name.Schema]; c != nil {
			cluster = c
		}
		if err == nil && cluster.Replica(name.Item) < 0 {
			err = pgerr.New(pgerr.UndefinedObject, "unknown cluster replica '%s'", name.Item).At(st.At(name.Pos))
		}
		if err != nil && st.IfExists && pgerr.Is(err, pgerr.UndefinedObject) {
			env.Notice(doesNotExist(name.Schema + "." + name.Item))
			continue
		}
		if err != nil {
			return nil, err
		}
		if changed[name.Schema] == nil {
			mine := *cluster
			cluster = &mine
			changed[name.Schema] = cluster
			p.ChangedClusters = append(p.ChangedClusters, cluster)
		}
		if err := withoutReplica(cluster, name.Item); err != nil {
			return nil, err
		}
	}
	if p.ChangedClusters == nil {
		return &Nothing{}, nil
	}
	return p, nil
}

// withoutReplica takes a replica out of a cluster and its statement.
func withoutReplica(c *catalog.Cluster, name string) error {
	c.Replicas = slices.DeleteFunc(slices.Clone(c.Replicas), func(r catalog.Replica) bool { return r.Name == name })
	return changeReplicas(c, func(items []ast.Value) []ast.Value {
		return slices.DeleteFunc(items, func(v ast.Value) bool { return v.(ast.ItemValue).Name.Item == name })
	})
}

// dropRole plans DROP ROLE: of roles that own nothing.
func dropRole(st *ast.Drop, env *Env) (Plan, error) {
	if err := mayChangeRoles(env, "permission denied to drop role"); err != nil {
		return nil, err
	}
	p := &Drop{}
	for _, name := range st.Names {
		role, err := roleToAlter(env, st, name, st.IfExists)
		switch {
		case err != nil:
			return nil, err
		case role == nil || slices.Contains(p.Roles, role):
			continue
		case role.Name == env.Role:
			return nil, pgerr.New(pgerr.ObjectInUse, "current user cannot be dropped").At(st.At(name.Pos))
		case role.ID == catalog.RoleID:
			return nil, pgerr.New(pgerr.DependentObjectsStillExist, "cannot drop role %s because it is required by the database system", role.Name).At(st.At(name.Pos))
		}
		if owned := ownedBy(env, string(role.ID)); owned != nil {
			return nil, pgerr.New(pgerr.DependentObjectsStillExist, "role %q cannot be dropped because some objects depend on it", role.Name).
				At(st.At(name.Pos)).WithDetail("%s", strings.Join(owned, "\n")).WithHint("Use ALTER ... OWNER TO to give them to another role.")
		}
		p.Roles = append(p.Roles, role)
	}
	if p.Roles == nil {
		return &Nothing{}, nil
	}
	return p, nil
}

// ownedBy lists what a role owns, in the words of PostgreSQL's detail.
func ownedBy(env *Env, id string) []string {
	var owned []string
	note := func(kind, name string) { owned = append(owned, fmt.Sprintf("owner of %s %s", kind, name)) }
	for _, s := range env.Catalog.Schemas() {
		if s.OwnerID == id {
			note("schema", s.Name)
		}
	}
	for _, o := range env.Catalog.Objects() {
		if o.OwnerID == id {
			note(kindText(o), o.Name)
		}
	}
	for _, c := range env.Catalog.Clusters() {
		if c.OwnerID == id {
			note("cluster", c.Name)
		}
		for _, r := range c.Replicas {
			if r.OwnerID == id {
				note("cluster replica", c.Name+"."+r.Name)
			}
		}
	}
	return owned
}
