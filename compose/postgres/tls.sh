#!/bin/bash
# Gives the new database a self-signed certificate, so that SSL MODE 'require'
# works. Takes effect at the start that follows initialisation.
set -eu
openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=postgres \
	-out "$PGDATA/server.crt" -keyout "$PGDATA/server.key" 2>/dev/null
chmod 0600 "$PGDATA/server.key"
psql -X -v ON_ERROR_STOP=1 -U postgres -c 'ALTER SYSTEM SET ssl = on'
