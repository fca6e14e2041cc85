package tunnel

import (
	"log/slog"
	"net"
	"strconv"
	"strings"
	"time"
)

// DefaultPort is the port of an SSH TUNNEL connection that names none.
const DefaultPort = 22

// Config is an SSH TUNNEL connection: where its bastion is and how to log in.
type Config struct {
	ConnectionID string // the catalog's id, such as u5
	Name         string // as SQL prints it, for hints; the id when empty
	Host         string // name or address of the bastion, resolved here
	Port         uint16 // 0 is DefaultPort
	User         string
	Keys         [2]KeyPair // primary and secondary, offered in this order; a zero one is left out
	HostKeys     HostKeyPolicy
	Store        HostKeyStore // nil is the manager's: a transaction's own objects bring their own
}

func (c Config) normalized() Config {
	if c.Port == 0 {
		c.Port = DefaultPort
	}
	if c.Name == "" {
		c.Name = c.ConnectionID
	}
	if strings.HasPrefix(c.Host, "[") && strings.HasSuffix(c.Host, "]") {
		c.Host = c.Host[1 : len(c.Host)-1]
	}
	return c
}

func (c Config) addr() string { return net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port))) }

// sameLink tells whether an SSH connection made for c also serves d. Keys do
// not count: ROTATE KEYS leaves live connections alone.
func (c Config) sameLink(d Config) bool {
	return c.ConnectionID == d.ConnectionID && c.Host == d.Host && c.Port == d.Port && c.User == d.User
}

// Options set up a Manager. A zero field takes its default.
type Options struct {
	Store  HostKeyStore // nil: every bastion's key is learnt for the manager's life only
	Logger *slog.Logger // nil discards
	Dial   DialFunc     // opens the TCP connection to a bastion; nil is net.Dialer's

	ConnectTimeout    time.Duration // name and TCP connect; 5 s
	HandshakeTimeout  time.Duration // key exchange and login; 8 s
	KeepaliveInterval time.Duration // silence after which the bastion is asked; 3 s
	KeepaliveTimeout  time.Duration // further silence after asking that means death; 5 s
	IdleTimeout       time.Duration // unused links are closed, failed ones no longer retried; 60 s
	DrainTimeout      time.Duration // what a replaced link's channels are given; 10 s
}

func (o Options) withDefaults() Options {
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&o.ConnectTimeout, 5 * time.Second},
		{&o.HandshakeTimeout, 8 * time.Second},
		{&o.KeepaliveInterval, 3 * time.Second},
		{&o.KeepaliveTimeout, 5 * time.Second},
		{&o.IdleTimeout, 60 * time.Second},
		{&o.DrainTimeout, 10 * time.Second},
	} {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
	if o.Store == nil {
		o.Store = NewMemoryHostKeys()
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Dial == nil {
		o.Dial = (&net.Dialer{}).DialContext
	}
	return o
}
