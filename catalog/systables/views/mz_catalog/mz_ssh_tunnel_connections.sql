-- SSH tunnels, with the public keys that their bastions must know.
--   id text not null: the connection's ID in mz_connections
--   public_key_1 text not null: the first key, in the form of authorized_keys
--   public_key_2 text not null: the second key, which ROTATE KEYS makes the first
SELECT id, public_key_1, public_key_2 FROM c.ssh_tunnels
