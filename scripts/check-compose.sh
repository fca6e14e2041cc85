#!/bin/sh
# Checks docker-compose.yml with docker-compose config, which needs no engine.
# Where neither docker-compose nor docker compose is installed, the Debian
# package is installed if that is allowed; otherwise the check fails.
set -eu
cd "$(dirname "$0")/.."

if command -v docker-compose >/dev/null 2>&1; then
	exec docker-compose -f docker-compose.yml config -q
fi
if docker compose version >/dev/null 2>&1; then
	exec docker compose -f docker-compose.yml config -q
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
	echo "check-compose: installing docker-compose" >&2
	export DEBIAN_FRONTEND=noninteractive
	apt-get -qq install -y --no-install-recommends docker-compose >/dev/null 2>&1 ||
		{ apt-get -qq update && apt-get -qq install -y --no-install-recommends docker-compose >/dev/null; }
	exec docker-compose -f docker-compose.yml config -q
fi
echo "check-compose: please install docker-compose (on Debian: apt-get install docker-compose)" >&2
exit 1
