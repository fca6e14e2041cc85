package compose_test

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"culvert/testenv"

	"github.com/hamba/avro/v2"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sr"
	"github.com/twmb/franz-go/pkg/sr/srfake"
)

// The lines that the composition is for, and what its feed writes.
var (
	//go:embed copy.sql
	copySQL string
	//go:embed kafka.sql
	kafkaSQL string
	//go:embed kafka/readings.avsc
	readingSchema string
	//go:embed kafka/readings.json
	readings []byte
)

// TestTheThreeLinesGiveALiveCopy plays docker-compose.yml without an engine: the
// same names, the same shop, the same program that asks culvert for its keys.
func TestTheThreeLinesGiveALiveCopy(t *testing.T) {
	shop, err := os.ReadFile("../demo/shop.sql")
	if err != nil {
		t.Fatal(err)
	}
	postgres := testenv.NewPostgres(t, testenv.PostgresOptions{SSL: true, Password: "shop-password"})
	postgres.MustExec(t, string(shop))
	w := newWorld(t, map[string]string{"postgres": postgres.Host()})
	lines := threeLines(t, copySQL)
	w.logIn(lines[0])
	for _, line := range lines[1:] {
		w.play(line, "PORT 5432", "PORT "+strconv.Itoa(postgres.Port()))
	}
	postgres.MustExec(t, "INSERT INTO page_views VALUES (now(), 1, '/live', 1.5, NULL)")
	w.await("SELECT count(*) FROM page_views WHERE path = '/live'", "1")
}

// TestTheKafkaLinesGiveATopic does so for Kafka and the schema registry, with the
// messages and the schema that the composition's feed writes.
func TestTheKafkaLinesGiveATopic(t *testing.T) {
	kafka := testenv.NewKafka(t, testenv.KafkaOptions{Names: []string{"kafka"}, HeapMB: 256})
	kafka.MustCreateTopic(t, "readings", 3, nil)
	registry := srfake.New()
	t.Cleanup(registry.Close)
	at, err := url.Parse(registry.URL())
	if err != nil {
		t.Fatal(err)
	}
	registry.SeedSchema("readings-value", 1, 1, sr.Schema{Schema: readingSchema})
	count := feed(t, kafka)

	hosts := kafka.Hosts()
	hosts["schema-registry"] = at.Hostname()
	w := newWorld(t, hosts)
	w.logIn(threeLines(t, copySQL)[0])
	for _, line := range threeLines(t, kafkaSQL) {
		w.play(line, "schema-registry:8081", "schema-registry:"+at.Port())
	}
	w.await("SELECT count(*) FROM readings", strconv.Itoa(count))
	w.await("SELECT city, max(degrees), max(taken_at) FROM readings WHERE station = 2 GROUP BY city", "Oslo|5.75|2026-01-01 05:00:00")
}

// feed writes the messages that the composition's feed has in JSON, and returns
// how many they are.
func feed(t *testing.T, kafka *testenv.Kafka) int {
	t.Helper()
	schema, err := avro.Parse(readingSchema)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.Split(bytes.TrimSpace(readings), []byte("\n"))
	for i, line := range lines {
		var reading struct {
			Station int     `avro:"station"`
			City    string  `avro:"city"`
			Degrees float64 `avro:"degrees"`
			TakenAt int64   `avro:"taken_at" json:"taken_at"`
		}
		if err := json.Unmarshal(line, &reading); err != nil {
			t.Fatalf("line %d: %v", i+1, err)
		}
		body, err := avro.Marshal(schema, reading)
		if err != nil {
			t.Fatalf("line %d: %v", i+1, err)
		}
		// The wire format: a zero byte and the schema's ID, in four bytes.
		value := append([]byte{0, 0, 0, 0, 1}, body...)
		kafka.MustProduce(t, &kgo.Record{Topic: "readings", Partition: int32(i % 3), Value: value})
	}
	return len(lines)
}

// world is culvert and a bastion, which alone resolves the composition's names.
type world struct {
	t       *testing.T
	culvert *testenv.Culvert
	bastion *testenv.Bastion
}

func newWorld(t *testing.T, hosts map[string]string) *world {
	t.Helper()
	return &world{
		t:       t,
		bastion: testenv.NewBastion(t, testenv.BastionOptions{Hosts: hosts}),
		culvert: testenv.NewCulvert(t, testenv.CulvertOptions{}),
	}
}

func threeLines(t *testing.T, text string) []string {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines, not 3", len(lines))
	}
	return lines
}

// logIn plays the line that makes the tunnel, and lets its keys in.
func (w *world) logIn(line string) {
	w.t.Helper()
	w.play(line, "HOST 'bastion'", "HOST '"+w.bastion.Host()+"'", "USER 'tunnel'", "USER '"+w.bastion.User()+"'",
		"PORT 22", "PORT "+strconv.Itoa(w.bastion.Port()))
	// The container's sshd runs this at each login.
	keys, err := authorizedKeys(w.t.Context(), w.culvert)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.bastion.SetAuthorizedKeys(keys...); err != nil {
		w.t.Fatal(err)
	}
}

// play runs a line through psql, with what is different here replaced.
func (w *world) play(line string, oldnew ...string) {
	w.t.Helper()
	if out, err := w.culvert.Psql(w.t.Context(), strings.NewReplacer(oldnew...).Replace(line)); err != nil {
		w.t.Fatalf("%s\n%v\n%s", line, err, out)
	}
}

// await waits until a query gives one row, its values joined by |.
func (w *world) await(sql, want string) {
	w.t.Helper()
	testenv.Eventually(w.t, 30*time.Second, func() error {
		rows, err := w.culvert.Query(w.t.Context(), sql)
		if err != nil {
			return err
		}
		if len(rows) != 1 || strings.Join(rows[0], "|") != want {
			return fmt.Errorf("%s gives %q, not %q", sql, rows, want)
		}
		return nil
	})
}

// authorizedKeys runs the bastion's own program; libpq takes the address of
// "culvert" from PGHOSTADDR.
func authorizedKeys(ctx context.Context, culvert *testenv.Culvert) ([]string, error) {
	cmd := exec.CommandContext(ctx, "bastion/authorized-keys")
	cmd.Env = append(os.Environ(), "PGHOSTADDR="+culvert.Host(), "PGPORT="+strconv.Itoa(culvert.Port()))
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("asking for the keys: %w", err)
	}
	keys := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(keys) != 2 {
		return nil, fmt.Errorf("two keys were expected: %q", out)
	}
	return keys, nil
}

func TestSSHDAcceptsTheBastionsConfiguration(t *testing.T) {
	config, err := os.ReadFile("bastion/sshd_config")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	key, err := testenv.NewSSHKey(t.Context(), filepath.Join(dir, "key"))
	if err != nil {
		t.Fatal(err)
	}
	// Whoever the command is, sshd only looks at it at a login.
	text := strings.ReplaceAll(string(config), "/etc/ssh/keys/ssh_host_ed25519_key", key.Path)
	path := filepath.Join(dir, "sshd_config")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := testenv.CheckSSHDConfig(t.Context(), path); err != nil {
		t.Fatal(err)
	}
}
