package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"culvert/catalog"
	"culvert/catalog/secrets"
	"culvert/connectors"
	"culvert/engine"
	"culvert/sql/exec"
)

// migrations lead from an empty data file to the present format, one step per
// format number. A step that was released is never changed.
var migrations = []catalog.Migration{
	func(ctx context.Context, conn engine.Conn) error {
		tables := append(catalog.FirstTables(), connectors.FirstStateTables()...)
		if err := catalog.CreateTables(tables...)(ctx, conn); err != nil {
			return err
		}
		return catalog.CreatePublicSchema(ctx, conn)
	},
	catalog.CreateTables(catalog.TablesSince(2)...),
	createMissing(connectors.StateTables),
	func(ctx context.Context, conn engine.Conn) error {
		if err := catalog.CreateTables(catalog.TablesSince(4)...)(ctx, conn); err != nil {
			return err
		}
		return catalog.CreateFirstRoleAndCluster(ctx, conn)
	},
	catalog.CreateTables(catalog.TablesSince(5)...),
	func(ctx context.Context, conn engine.Conn) error {
		if err := catalog.CreateTables(catalog.TablesSince(6)...)(ctx, conn); err != nil {
			return err
		}
		return catalog.CreateFirstLogin(ctx, conn)
	},
}

// createMissing is the migration that makes the tables of schema s that do not
// exist.
func createMissing(tables func() []engine.TableDef) catalog.Migration {
	return func(ctx context.Context, conn engine.Conn) error {
		existing, err := conn.ListTables(ctx, engine.SchemaState)
		if err != nil {
			return err
		}
		var missing []engine.TableDef
		for _, def := range tables() {
			if !slices.ContainsFunc(existing, func(t engine.TableDef) bool { return t.Name == def.Name }) {
				missing = append(missing, def)
			}
		}
		return catalog.CreateTables(missing...)(ctx, conn)
	}
}

// store is the opened data directory.
type store struct {
	catalog *catalog.Manager
	sealer  *secrets.Sealer
	names   *physicalNames
}

// openStore migrates the data file, opens the secrets key and reads the
// catalog.
func openStore(ctx context.Context, e engine.Engine, keyFile string) (*store, error) {
	conn, err := e.Connect(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if err := catalog.Migrate(ctx, conn, migrations); err != nil {
		return nil, err
	}
	sealer, err := openSealer(ctx, conn, keyFile)
	if err != nil {
		return nil, err
	}
	ready, err := exec.ReadyTables(ctx, conn)
	if err != nil {
		return nil, fmt.Errorf("reading which tables are ready: %w", err)
	}
	manager, err := catalog.Open(ctx, conn, ready)
	if err != nil {
		return nil, fmt.Errorf("reading the catalog: %w", err)
	}
	names, err := newPhysicalNames(ctx, conn)
	if err != nil {
		return nil, fmt.Errorf("listing the physical tables: %w", err)
	}
	return &store{catalog: manager, sealer: sealer, names: names}, nil
}

// The sealed value that tells whether a key belongs to a data directory.
const (
	keyCheck      = "key_check"
	keyCheckPlain = "culvert"
)

// openSealer opens the secrets key, which is made with a new data directory
// only: a directory that has sealed values needs the key that sealed them.
func openSealer(ctx context.Context, conn engine.Conn, keyFile string) (*secrets.Sealer, error) {
	check, err := catalog.ReadMeta(ctx, conn, keyCheck)
	if err != nil {
		return nil, err
	}
	sealer, err := secrets.OpenKey(keyFile)
	if errors.Is(err, secrets.ErrNoKey) && check == "" {
		if err := secrets.CreateKey(keyFile); err != nil {
			return nil, fmt.Errorf("making the secrets key: %w", err)
		}
		sealer, err = secrets.OpenKey(keyFile)
	}
	if errors.Is(err, secrets.ErrNoKey) {
		return nil, fmt.Errorf("%w; the data directory has values sealed with it: restore the file, or name it by --secrets-key-file", err)
	}
	if err != nil {
		return nil, err
	}
	if check == "" {
		return sealer, writeKeyCheck(ctx, conn, sealer)
	}
	sealed, err := strconv.Unquote(check)
	if err != nil {
		return nil, fmt.Errorf("the data directory's key check is damaged: %w", err)
	}
	if _, err := sealer.Open([]byte(sealed), keyCheck); err != nil {
		return nil, fmt.Errorf("%s: %w", keyFile, secrets.ErrWrongKey)
	}
	return sealer, nil
}

func writeKeyCheck(ctx context.Context, conn engine.Conn, sealer *secrets.Sealer) error {
	sealed, err := sealer.Seal(secrets.NewValue([]byte(keyCheckPlain)), keyCheck)
	if err != nil {
		return err
	}
	if err := conn.Begin(ctx); err != nil {
		return err
	}
	defer conn.Rollback()
	if err := catalog.WriteMeta(ctx, conn, keyCheck, strconv.QuoteToASCII(string(sealed))); err != nil {
		return err
	}
	return conn.Commit(ctx)
}

// physicalNames names physical tables p1, p2 … from a counter that starts
// behind those that exist.
type physicalNames struct{ last atomic.Int64 }

func newPhysicalNames(ctx context.Context, conn engine.Conn) (*physicalNames, error) {
	tables, err := conn.ListTables(ctx, engine.SchemaData)
	if err != nil {
		return nil, err
	}
	states, err := connectors.LoadTables(ctx, conn)
	if err != nil {
		return nil, err
	}
	names := &physicalNames{}
	note := func(name string) {
		if n, err := strconv.ParseInt(strings.TrimPrefix(name, "p"), 10, 64); err == nil && n > names.last.Load() {
			names.last.Store(n)
		}
	}
	for _, t := range tables {
		note(t.Name.Name)
	}
	for _, t := range states {
		note(t.Physical.Name)
	}
	return names, nil
}

// NextPhysical gives the next name.
func (p *physicalNames) NextPhysical() engine.TableName {
	return engine.TableName{Schema: engine.SchemaData, Name: "p" + strconv.FormatInt(p.last.Add(1), 10)}
}
