package postgres

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// errNoPublication: the publication does not exist.
var errNoPublication = errors.New("no such publication")

// DescribePublication checks that the server can serve what is needed and
// describes a publication. The error is a *pgerr.Error worded as at CREATE
// SOURCE.
func DescribePublication(ctx context.Context, p Params, publication string, need Need) (*Publication, error) {
	c, err := p.connect(ctx, nil)
	if err != nil {
		e := clientError(err)
		failed := pgerr.Wrap(err, e.Code, "failed to connect to PostgreSQL database").WithDetail("%s", e.Message)
		failed.Hint = e.Hint
		return nil, failed
	}
	defer c.close()
	if err := c.validate(ctx, "POSTGRES source validation: ", need); err != nil {
		return nil, err
	}
	pub, err := c.describe(ctx, p.Database, publication)
	if err != nil {
		return nil, clientError(err)
	}
	return pub, nil
}

// describe reads a publication from the catalogs.
func (c *client) describe(ctx context.Context, database, publication string) (*Publication, error) {
	pub := &Publication{Name: publication, Database: database}
	viaRoot := "false"
	if c.version() >= 13 {
		viaRoot = "pubviaroot"
	}
	rows, err := c.query(ctx, "SELECT "+viaRoot+" FROM pg_catalog.pg_publication WHERE pubname = $1", publication)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, pgerr.Wrap(errNoPublication, pgerr.UndefinedObject, "publication %q does not exist", publication)
	}
	pub.ViaRoot = string(rows[0][0]) == "t"
	// Hosted servers may refuse this one; then the identity is not checked.
	if system, err := c.query(ctx, "SELECT system_identifier FROM pg_catalog.pg_control_system()"); err == nil && len(system) == 1 {
		pub.SystemID = string(system[0][0])
	}
	return pub, c.describeMembers(ctx, pub)
}

// describeMembers reads the tables of a publication; pub has its name.
func (c *client) describeMembers(ctx context.Context, pub *Publication) error {
	attributes, err := c.describeTables(ctx, pub)
	if err != nil {
		return err
	}
	byOID := map[uint32]*PublishedTable{}
	for i := range pub.Tables {
		byOID[pub.Tables[i].OID] = &pub.Tables[i]
	}
	if err := c.describeColumns(ctx, pub.Name, byOID, attributes); err != nil {
		return err
	}
	return c.describeKeys(ctx, pub.Name, byOID)
}

// published joins the tables of publication $1 with their classes.
const published = ` FROM pg_catalog.pg_publication_tables p
	JOIN pg_catalog.pg_namespace n ON n.nspname = p.schemaname
	JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = p.tablename
	WHERE p.pubname = $1`

// describeTables fills pub.Tables. It gives, by table, the names of the columns
// that the publication sends, where it names them (PostgreSQL 15).
func (c *client) describeTables(ctx context.Context, pub *Publication) (map[uint32]map[string]bool, error) {
	lists := "NULL, NULL"
	if c.version() >= 15 {
		lists = "array_to_string(p.attnames, E'\\n'), p.rowfilter"
	}
	leaves := "NULL"
	if c.version() >= 13 { // before, partitioned tables are never published as such
		leaves = `CASE WHEN c.relkind = 'p' THEN (SELECT string_agg(DISTINCT leaf.relreplident, '') FROM pg_partition_tree(c.oid) tree
			JOIN pg_catalog.pg_class leaf ON leaf.oid = tree.relid WHERE tree.isleaf AND leaf.relkind = 'r') END`
	}
	rows, err := c.query(ctx, `SELECT c.oid, n.nspname, c.relname, c.relreplident, c.reltuples::bigint,
		has_schema_privilege(n.oid, 'USAGE'), has_table_privilege(c.oid, 'SELECT'),
		CASE WHEN has_schema_privilege(n.oid, 'USAGE') THEN row_security_active(c.oid) ELSE false END,
		c.relkind, `+lists+", "+leaves+published+" ORDER BY 2, 3", pub.Name)
	if err != nil {
		return nil, err
	}
	attributes := map[uint32]map[string]bool{}
	for _, row := range rows {
		oid := parseOID(row[0])
		estimate, _ := strconv.ParseInt(string(row[4]), 10, 64) // a bigint
		pub.Tables = append(pub.Tables, PublishedTable{
			OID: oid, Schema: string(row[1]), Name: string(row[2]), Identity: identityOf(Identity(row[3][0]), string(row[11])), Rows: estimate,
			MayUse: string(row[5]) == "t", MaySelect: string(row[6]) == "t", RowSecurity: string(row[7]) == "t",
			Partitioned: string(row[8]) == "p", RowFilter: string(row[10]),
		})
		if row[9] != nil {
			attributes[oid] = map[string]bool{}
			for name := range strings.SplitSeq(string(row[9]), "\n") {
				attributes[oid][name] = true
			}
		}
	}
	return attributes, nil
}

// identityOf gives the identity that changes of a table carry. Those of a
// partitioned table carry that of the partition which they are in, whatever the
// table itself says; leaves has the identities of the partitions.
func identityOf(table Identity, leaves string) Identity {
	same := strings.Trim(leaves, string(table)+string(IdentityFull)) == ""
	switch {
	case leaves == "" || leaves == string(table) || same && table != IdentityFull:
		return table
	case strings.Trim(leaves, string(IdentityDefault)+string(IdentityFull)) == "":
		return IdentityDefault
	}
	return IdentityNothing
}

func (c *client) describeColumns(ctx context.Context, publication string, tables map[uint32]*PublishedTable, attributes map[uint32]map[string]bool) error {
	generated := ""
	if c.version() >= 12 {
		generated = " AND a.attgenerated = ''"
	}
	rows, err := c.query(ctx, `SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, format_type(a.atttypid, a.atttypmod), a.attnotnull
		FROM pg_catalog.pg_attribute a WHERE a.attnum > 0 AND NOT a.attisdropped`+generated+`
		AND a.attrelid IN (SELECT c.oid`+published+") ORDER BY 1, 2", publication)
	if err != nil {
		return err
	}
	for _, row := range rows {
		t := tables[parseOID(row[0])]
		if t == nil {
			continue // added since
		}
		name := string(row[2])
		if sent := attributes[t.OID]; sent != nil && !sent[name] {
			continue
		}
		mod, _ := strconv.ParseInt(string(row[4]), 10, 32) // an int4
		t.Columns = append(t.Columns, PublishedColumn{
			Attnum: parseAttnum(row[1]), Name: name, TypeName: string(row[5]), NotNull: string(row[6]) == "t",
			Type: types.Type{OID: types.OID(parseOID(row[3])), Mod: int32(mod)},
		})
	}
	return nil
}

// describeKeys reads the indexes that identify rows: unique, whole, valid and
// not deferrable, as a replica identity has to be.
func (c *client) describeKeys(ctx context.Context, publication string, tables map[uint32]*PublishedTable) error {
	width := "indnatts"
	if c.version() >= 11 {
		width = "indnkeyatts"
	}
	rows, err := c.query(ctx, `SELECT i.indrelid, i.indisprimary, i.indisreplident, i.indkey::text, i.`+width+`
		FROM pg_catalog.pg_index i WHERE i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND (i.indisprimary OR i.indisreplident)
		AND i.indrelid IN (SELECT c.oid`+published+")", publication)
	if err != nil {
		return err
	}
	for _, row := range rows {
		t := tables[parseOID(row[0])]
		if t == nil {
			continue // added since
		}
		var key []int16
		n, _ := strconv.Atoi(string(row[4])) // an int2
		for i, attnum := range strings.Fields(string(row[3])) {
			if i < n {
				key = append(key, parseAttnum([]byte(attnum)))
			}
		}
		primary, identity := string(row[1]) == "t", string(row[2]) == "t"
		if primary {
			t.PrimaryKey = key
		}
		if primary && t.Identity == IdentityDefault || identity && t.Identity == IdentityIndex {
			t.IdentityKey = key
		}
	}
	return nil
}

// parseOID reads a number that upstream calls an oid.
func parseOID(text []byte) uint32 {
	n, _ := strconv.ParseUint(string(text), 10, 32)
	return uint32(n)
}

// parseAttnum reads a number that upstream calls an int2.
func parseAttnum(text []byte) int16 {
	n, _ := strconv.ParseInt(string(text), 10, 16)
	return int16(n)
}
