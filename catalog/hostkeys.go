package catalog

import (
	"context"
	"fmt"
	"time"

	"culvert/engine"
)

// HostKey is the host key of a bastion that was pinned at the first login.
type HostKey struct {
	Connection  ID
	Host        string
	Port        uint16
	PublicKey   string
	Fingerprint string
}

// HostKeys reads the pinned keys of a connection, as conn sees them.
func HostKeys(ctx context.Context, conn engine.Conn, connection ID) ([]HostKey, error) {
	match := &engine.Match{Cols: []int{0}, Key: engine.BatchOf(tableHostKeys.Columns[:1], []any{string(connection)})}
	rows, err := conn.Scan(ctx, tableHostKeys.Name, match)
	values, err := engine.Collect(ctx, rows, err)
	if err != nil {
		return nil, fmt.Errorf("reading the host keys of %s: %w", connection, err)
	}
	keys := make([]HostKey, len(values))
	for i, v := range values {
		keys[i] = HostKey{
			Connection: connection, Host: v[1].(string), Port: uint16(v[2].(int32)),
			PublicKey: v[3].(string), Fingerprint: v[4].(string),
		}
	}
	return keys, nil
}

// PinHostKey stores a key.
func PinHostKey(ctx context.Context, conn engine.Conn, key HostKey, now time.Time) error {
	return appendRows(ctx, conn, tableHostKeys, [][]any{{
		string(key.Connection), key.Host, int32(key.Port), key.PublicKey, key.Fingerprint, now.UnixMicro(),
	}})
}

// ForgetHostKeys removes the pinned keys of a connection.
func ForgetHostKeys(ctx context.Context, conn engine.Conn, connection ID) error {
	return deleteIDs(ctx, conn, tableHostKeys, []ID{connection})
}
