package testenv

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// newKafkaID makes a cluster id: 16 random bytes in URL-safe base64, of which
// Kafka refuses those that begin with a dash.
func newKafkaID() string {
	var raw [16]byte
	_, _ = rand.Read(raw[:]) // never fails
	raw[0] &= 0x7f
	return base64.RawURLEncoding.EncodeToString(raw[:])
}

func (b *kafkaBroker) logPath() string    { return filepath.Join(b.dir, "log") }
func (b *kafkaBroker) configPath() string { return filepath.Join(b.dir, "server.properties") }

// prepare writes a broker's files and formats its storage.
func (k *Kafka) prepare(ctx context.Context, b *kafkaBroker) error {
	if err := os.MkdirAll(b.dir, 0o755); err != nil {
		return err
	}
	cert, key, err := k.authority.Issue(b.name, b.host)
	if err != nil {
		return err
	}
	files := map[string]string{
		"keystore.pem": key + cert, "truststore.pem": k.authority.PEM,
		"server.properties": k.properties(b),
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(b.dir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	if b.node > 1 {
		// What the tool would write for a broker that is no controller.
		meta := fmt.Sprintf("version=1\ncluster.id=%s\nnode.id=%d\ndirectory.id=%s\n", k.id, b.node, newKafkaID())
		if err := os.MkdirAll(filepath.Join(b.dir, "data"), 0o755); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(b.dir, "data", "meta.properties"), []byte(meta), 0o600)
	}
	args := append(slices.Clone(kafkaQuick), "-Xmx256m", "-cp", k.tools.libs+"/*",
		"kafka.tools.StorageTool", "format", "--standalone", "-t", k.id, "-c", b.configPath())
	for user, password := range k.opts.Users {
		for _, mechanism := range []string{"SCRAM-SHA-256", "SCRAM-SHA-512"} {
			args = append(args, "--add-scram", fmt.Sprintf("%s=[name=%s,password=%s]", mechanism, user, password))
		}
	}
	if out, err := exec.CommandContext(ctx, k.tools.java, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("formatting Kafka's storage: %w\n%s", err, out)
	}
	return nil
}

// kafkaQuick makes Java start with half the work: one compiler and no
// verification of the jars' bytecode.
var kafkaQuick = []string{"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+UnlockDiagnosticVMOptions", "-XX:-BytecodeVerificationRemote", "-Djava.awt.headless=true"}

// launch starts the process of a broker.
func (k *Kafka) launch(b *kafkaBroker) error {
	args := slices.Clone(kafkaQuick)
	if k.opts.Fast {
		args = []string{"-XX:+UseG1GC", "-Djava.awt.headless=true"}
	}
	args = append(args, fmt.Sprintf("-Xmx%dm", k.opts.HeapMB), "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
		"-cp", k.tools.libs+"/*", "kafka.Kafka", b.configPath())
	proc, err := startProcess(processSpec{name: "Kafka", path: k.tools.java, dir: b.dir, log: b.logPath(), args: args})
	if err == nil {
		b.proc = proc
	}
	return err
}

// properties is the configuration of a broker.
func (k *Kafka) properties(b *kafkaBroker) string {
	listeners := []string{"INTERNAL://" + net.JoinHostPort(b.host, strconv.Itoa(kafkaInternalPort))}
	advertised := slices.Clone(listeners)
	protocols := []string{"INTERNAL:PLAINTEXT", "CONTROLLER:PLAINTEXT"}
	for _, l := range k.opts.Listeners {
		port := strconv.Itoa(l.Port)
		listeners = append(listeners, l.Protocol+"://"+net.JoinHostPort(b.host, port))
		advertised = append(advertised, l.Protocol+"://"+net.JoinHostPort(b.name, port))
		protocols = append(protocols, l.Protocol+":"+l.Protocol)
	}
	roles := "broker"
	if b.node == 1 {
		roles = "broker,controller"
		controller := "CONTROLLER://" + net.JoinHostPort(b.host, strconv.Itoa(kafkaControllerPort))
		listeners, advertised = append(listeners, controller), append(advertised, controller)
	}
	settings := map[string]string{
		"process.roles": roles, "node.id": strconv.Itoa(b.node),
		"controller.quorum.bootstrap.servers": net.JoinHostPort(k.brokers[0].host, strconv.Itoa(kafkaControllerPort)),
		"listeners":                           strings.Join(listeners, ","),
		"advertised.listeners":                strings.Join(advertised, ","),
		"listener.security.protocol.map":      strings.Join(protocols, ","),
		"controller.listener.names":           "CONTROLLER",
		"inter.broker.listener.name":          "INTERNAL",
		"log.dirs":                            filepath.Join(b.dir, "data"),

		"default.replication.factor":                       "1",
		"offsets.topic.replication.factor":                 "1",
		"offsets.topic.num.partitions":                     "1",
		"transaction.state.log.replication.factor":         "1",
		"transaction.state.log.num.partitions":             "1",
		"transaction.state.log.min.isr":                    "1",
		"share.coordinator.state.topic.replication.factor": "1",
		"share.coordinator.state.topic.min.isr":            "1",
		"group.initial.rebalance.delay.ms":                 "0",

		"ssl.keystore.type": "PEM", "ssl.keystore.location": filepath.Join(b.dir, "keystore.pem"),
		"ssl.truststore.type": "PEM", "ssl.truststore.location": filepath.Join(b.dir, "truststore.pem"),
		"ssl.client.auth": "none",
	}
	if k.opts.ClientAuth != "" {
		settings["ssl.client.auth"] = k.opts.ClientAuth
	}
	if len(k.opts.Users) > 0 {
		k.addUsers(settings)
	}
	maps.Copy(settings, k.opts.Settings)
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		fmt.Fprintf(&text, "%s=%s\n", name, settings[name])
	}
	return text.String()
}

// addUsers configures the mechanisms of the SASL listeners.
func (k *Kafka) addUsers(settings map[string]string) {
	settings["sasl.enabled.mechanisms"] = "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512"
	plain := "org.apache.kafka.common.security.plain.PlainLoginModule required"
	for _, user := range slices.Sorted(maps.Keys(k.opts.Users)) {
		plain += fmt.Sprintf(" user_%s=\"%s\"", user, k.opts.Users[user])
	}
	for _, l := range k.opts.Listeners {
		prefix := "listener.name." + strings.ToLower(l.Protocol) + "."
		settings[prefix+"plain.sasl.jaas.config"] = plain + ";"
		for _, mechanism := range []string{"scram-sha-256", "scram-sha-512"} {
			settings[prefix+mechanism+".sasl.jaas.config"] = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
		}
	}
}
