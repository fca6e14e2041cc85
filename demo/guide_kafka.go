package main

import (
	"context"
	"fmt"
	"time"
)

func brokers(ctx context.Context, st *stage) error {
	st.screen.note("As it stands the statement means TLS, checked against the system's trust store, which has the demo's authority:")
	return st.show(ctx,
		`CREATE CONNECTION kafka_connection TO KAFKA (
  BROKERS (
    'broker1:9092' USING SSH TUNNEL ssh_connection,
    'broker2:9092' USING SSH TUNNEL ssh_connection
    -- Add all Kafka brokers
  )
);`,
		"VALIDATE CONNECTION kafka_connection;")
}

func messages(ctx context.Context, st *stage) error {
	err := st.show(ctx, "CREATE SOURCE json_source FROM KAFKA CONNECTION kafka_connection\n"+
		"  (TOPIC 'test_topic') FORMAT BYTES WITH (SIZE = '3xsmall');")
	if err != nil {
		return err
	}
	took, err := st.allMessages(ctx, 20*time.Second)
	if err != nil {
		return err
	}
	st.screen.note("%v later each of the %d messages of the topic is here, once.", took.Round(time.Millisecond), firstMessages)
	return st.show(ctx,
		"SELECT * FROM json_source ORDER BY data LIMIT 2;",
		`SELECT message->>'city' AS city, count(*) AS readings, avg((message->>'degrees')::numeric(6,1)) AS degrees
FROM (SELECT convert_from(data, 'UTF8')::jsonb AS message FROM json_source) AS m
GROUP BY 1 ORDER BY 1;`,
		"SELECT * FROM json_source_progress ORDER BY partition;",
		"SHOW SOURCES;")
}

func liveMessages(ctx context.Context, st *stage) error {
	st.screen.note("Messages come in; culvert counts them:")
	before := st.messages.Load()
	w := startWriter(ctx, 5*time.Millisecond, st.message)
	watchErr := st.watch(ctx, w, 4, "messages", fmt.Sprintf("SELECT count(*) - %d FROM json_source", before))
	if err := w.stop(); err != nil {
		return err
	}
	if watchErr != nil {
		return watchErr
	}
	took, err := st.allMessages(ctx, 20*time.Second)
	if err != nil {
		return err
	}
	st.screen.note("%v after the last one, all %d are here, each once.", took.Round(time.Millisecond), st.messages.Load())
	return nil
}

func plain(ctx context.Context, st *stage) error {
	const want = "Add SECURITY PROTOCOL 'PLAINTEXT'"
	create := fmt.Sprintf("CREATE CONNECTION plain_connection TO KAFKA (\n"+
		"  BROKER 'broker1:%d', SSH TUNNEL ssh_connection\n)", plainPort)
	st.screen.note("Port %d of the brokers does not speak TLS:", plainPort)
	if err := st.screen.refused(ctx, st.copyDB(), want, create+";"); err != nil {
		return err
	}
	st.screen.note("Made unchecked, it can be checked and mended later:")
	if err := st.show(ctx, create+" WITH (VALIDATE = false);"); err != nil {
		return err
	}
	if err := st.screen.refused(ctx, st.copyDB(), want, "VALIDATE CONNECTION plain_connection;"); err != nil {
		return err
	}
	err := st.show(ctx,
		"ALTER CONNECTION plain_connection SET (SECURITY PROTOCOL 'PLAINTEXT');",
		"VALIDATE CONNECTION plain_connection;",
		"CREATE SOURCE readings FROM KAFKA CONNECTION plain_connection (TOPIC 'test_topic')\n"+
			"  FORMAT JSON INCLUDE PARTITION, OFFSET;")
	if err != nil {
		return err
	}
	if _, err := st.arrives(ctx, 20*time.Second, "SELECT count(*) FROM readings", fmt.Sprint(st.messages.Load())); err != nil {
		return err
	}
	return st.show(ctx, `SELECT data, data->>'city' AS city, partition, "offset" FROM readings WHERE (data->>'n')::int <= 3 ORDER BY partition;`)
}
