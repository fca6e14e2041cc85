-- SSH tunnels that are in use, one row per SSH connection.
--   connection_id text not null
--   name text: NULL for a tunnel that is not committed
--   host text not null
--   port integer not null
--   "user" text not null
--   private boolean not null: belongs to an open transaction
--   state text not null
--   since timestamptz not null
--   host_key text: the fingerprint of the bastion's key
--   users integer not null: channels that are open
--   bytes_in bigint not null
--   bytes_out bigint not null
--   reconnects integer not null
--   last_error text
--   hint text
--   next_try timestamptz
SELECT t.connection_id, o.name, t.host, t.port, t."user", t.private, t.state, t.since, t.host_key, t.users, t.bytes_in, t.bytes_out,
	t.reconnects, t.last_error, t.hint, t.next_try
FROM live.tunnels t LEFT JOIN c.objects o ON o.id = t.connection_id
