package testenv

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// kafkaVersion is the Apache Kafka that tests, demo and benchmarks run.
const kafkaVersion = "4.1.0"

// kafkaPOM names the broker with everything that it needs at Maven Central.
const kafkaPOM = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>culvert</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>
<dependencies><dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId>
<version>` + kafkaVersion + `</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
</dependencies></project>
`

// kafkaTools are the programs and files that a broker needs.
type kafkaTools struct {
	java string
	libs string // the folder of the jars
}

// findKafka finds Java, and the jars of Kafka in the user's cache folder. The
// first caller on a machine fetches them from Maven Central; others wait for it.
func findKafka(ctx context.Context) (kafkaTools, error) {
	java, err := findProgram("java", "default-jre-headless")
	if err != nil {
		return kafkaTools{}, err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = filepath.Join(os.TempDir(), "culvert-cache")
	}
	base := filepath.Join(cache, "culvert")
	if err := os.MkdirAll(base, 0o755); err != nil {
		return kafkaTools{}, err
	}
	unlock, err := lockFile(filepath.Join(base, "kafka.lock"))
	if err != nil {
		return kafkaTools{}, err
	}
	defer unlock()
	dir := filepath.Join(base, "kafka-"+kafkaVersion)
	tools := kafkaTools{java: java, libs: filepath.Join(dir, "libs")}
	if _, err := os.Stat(tools.libs); err == nil {
		return tools, nil
	}
	if err := fetchKafka(ctx, dir); err != nil {
		return kafkaTools{}, fmt.Errorf("fetching Apache Kafka %s: %w", kafkaVersion, err)
	}
	return tools, nil
}

// fetchKafka copies the jars into dir/libs, which appears when it is complete.
func fetchKafka(ctx context.Context, dir string) error {
	mvn, err := findProgram("mvn", "maven")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "pom.xml"), []byte(kafkaPOM), 0o644); err != nil {
		return err
	}
	partial := filepath.Join(dir, "libs.partial")
	if err := os.RemoveAll(partial); err != nil {
		return err
	}
	// Not bounded by the start of a server: a cold fetch takes minutes.
	cmd := exec.CommandContext(context.WithoutCancel(ctx), mvn, "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory="+partial)
	cmd.Dir = dir
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("mvn: %w\n%s", err, out.String())
	}
	return os.Rename(partial, filepath.Join(dir, "libs"))
}
