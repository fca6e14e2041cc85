package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// config are the flags of culvert serve.
type config struct {
	dataDir        string
	sqlAddr        string
	httpAddr       string
	egress         []string
	keyFile        string
	insecureListen bool
	auth           string
	passwordFile   string
	tls            tlsFlags
	maxConnections int
	maxMessage     size
	memoryLimit    size
	spillSize      size
	historyRows    int
	logLevel       string
}

func (c *config) flags(f *pflag.FlagSet) {
	c.maxMessage, c.memoryLimit, c.spillSize = 64<<20, 256<<20, 10<<30
	f.StringVar(&c.dataDir, "data-dir", "", "folder of everything culvert keeps; one process owns it (required)")
	f.StringVar(&c.sqlAddr, "sql-listen-addr", "127.0.0.1:6875", "where PostgreSQL clients connect")
	f.StringVar(&c.httpAddr, "http-listen-addr", "127.0.0.1:6876", "where /livez, /readyz and /metrics answer")
	f.StringSliceVar(&c.egress, "egress-ip", nil, "address or CIDR that mz_egress_ips shows; repeatable (default the host's own addresses)")
	f.StringVar(&c.keyFile, "secrets-key-file", "", "the key that seals secrets at rest (default secrets.key in the data directory)")
	f.BoolVar(&c.insecureListen, "insecure-listen", false, "allow listening beyond loopback without passwords")
	c.securityFlags(f)
	f.IntVar(&c.maxConnections, "max-connections", 100, "clients at once; one more is kept for the owner of the data directory")
	f.Var(&c.maxMessage, "max-message-size", "largest message of a client after its login")
	f.Var(&c.memoryLimit, "engine-memory-limit", "memory that the engine may use")
	f.Var(&c.spillSize, "spill-size", "disk that results and large transactions may spill to")
	f.IntVar(&c.historyRows, "history-rows", 1000, "status changes that are kept per source")
	f.StringVar(&c.logLevel, "log-level", "info", "debug, info, warn or error; the log goes to standard error")
}

// fromEnvironment sets the flags that were not given from CULVERT_<FLAG>.
func fromEnvironment(f *pflag.FlagSet) error {
	var errs []error
	f.VisitAll(func(flag *pflag.Flag) {
		name := "CULVERT_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
		if value, ok := os.LookupEnv(name); ok && !flag.Changed {
			if err := f.Set(flag.Name, value); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", name, err))
			}
		}
	})
	return errors.Join(errs...)
}

// check completes the configuration and refuses what cannot work.
func (c *config) check() error {
	if c.dataDir == "" {
		return errors.New("--data-dir is required")
	}
	if c.keyFile == "" {
		c.keyFile = filepath.Join(c.dataDir, "secrets.key")
	}
	if c.maxConnections < 1 {
		return errors.New("--max-connections must be at least 1")
	}
	if c.historyRows < 1 {
		return errors.New("--history-rows must be at least 1")
	}
	if err := c.checkSecurity(); err != nil {
		return err
	}
	return c.checkListeners()
}

// egressPrefixes are the addresses that mz_egress_ips shows: those given, else
// the host's own non-loopback unicast addresses.
func (c *config) egressPrefixes() ([]netip.Prefix, error) {
	var prefixes []netip.Prefix
	for _, text := range c.egress {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			addr, addrErr := netip.ParseAddr(text)
			if addrErr != nil {
				return nil, fmt.Errorf("--egress-ip: %q is neither an address nor a CIDR", text)
			}
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		}
		prefixes = append(prefixes, prefix)
	}
	if prefixes != nil {
		return prefixes, nil
	}
	return hostPrefixes()
}

func hostPrefixes() ([]netip.Prefix, error) {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return nil, fmt.Errorf("reading the host's addresses: %w", err)
	}
	var prefixes []netip.Prefix
	for _, a := range addrs {
		network, ok := a.(*net.IPNet)
		if !ok || !network.IP.IsGlobalUnicast() {
			continue
		}
		if addr, ok := netip.AddrFromSlice(network.IP); ok {
			addr = addr.Unmap()
			prefixes = append(prefixes, netip.PrefixFrom(addr, addr.BitLen()))
		}
	}
	return prefixes, nil
}

func (c *config) level() (slog.Level, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.logLevel)); err != nil {
		return 0, fmt.Errorf("--log-level: %q is not debug, info, warn or error", c.logLevel)
	}
	return level, nil
}

func serveCommand() *cobra.Command {
	c := &config{}
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the server",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := fromEnvironment(cmd.Flags()); err != nil {
				return err
			}
			if err := c.check(); err != nil {
				return err
			}
			return serve(cmd.Context(), c)
		},
	}
	c.flags(cmd.Flags())
	return cmd
}

// size is a number of bytes, given with a unit: 64MB, 1GiB, 4096.
type size int64

// units are the units of sizes, longest first, so that MiB is not read as B.
var units = []struct {
	suffix string
	bytes  float64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40},
	{"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"B", 1},
}

// Set reads a size.
func (s *size) Set(text string) error {
	number, unit := strings.TrimSpace(text), 1.0
	for _, u := range units {
		if rest, ok := strings.CutSuffix(number, u.suffix); ok {
			number, unit = strings.TrimSpace(rest), u.bytes
			break
		}
	}
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || n <= 0 || n*unit >= 1<<62 {
		return fmt.Errorf("%q is not a size such as 64MiB", text)
	}
	*s = size(n * unit)
	return nil
}

// String prints a size in the largest unit that divides it.
func (s *size) String() string {
	for i := 3; i >= 0; i-- {
		if unit := int64(units[i].bytes); int64(*s) >= unit && int64(*s)%unit == 0 {
			return strconv.FormatInt(int64(*s)/unit, 10) + units[i].suffix
		}
	}
	return strconv.FormatInt(int64(*s), 10)
}

// Type names the value in the help.
func (s *size) Type() string { return "size" }
