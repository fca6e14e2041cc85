#!/bin/sh
# Installs the Debian packages that building, testing and the demo need and
# that are missing. With everything present it does nothing and needs neither
# network nor rights. Where it may not install, it names in one line what to
# install by hand, and fails.
#
#   scripts/install-deps.sh            what build, test and demo need
#   scripts/install-deps.sh --check    only say what is missing
set -eu

find_pg() {
	for dir in "$(pg_config --bindir 2>/dev/null || true)" /usr/lib/postgresql/*/bin; do
		[ -x "$dir/initdb" ] && [ -x "$dir/postgres" ] && return 0
	done
	command -v initdb >/dev/null 2>&1
}

find_sshd() {
	for path in "$(command -v sshd 2>/dev/null || true)" /usr/sbin/sshd /usr/local/sbin/sshd; do
		[ -n "$path" ] && [ -x "$path" ] && return 0
	done
	return 1
}

find_nss_wrapper() {
	for path in /usr/lib/*/libnss_wrapper.so /usr/lib/libnss_wrapper.so /usr/lib64/libnss_wrapper.so /usr/local/lib/libnss_wrapper.so; do
		[ -e "$path" ] && return 0
	done
	return 1
}

# missing_packages prints the Debian package of each thing that is not there.
missing_packages() {
	find_pg || echo postgresql-15
	command -v psql >/dev/null 2>&1 || echo postgresql-client-15
	find_sshd || echo openssh-server
	command -v ssh >/dev/null 2>&1 && command -v ssh-keygen >/dev/null 2>&1 || echo openssh-client
	find_nss_wrapper || echo libnss-wrapper
	command -v java >/dev/null 2>&1 || echo default-jre-headless
	command -v mvn >/dev/null 2>&1 || echo maven
	command -v gcc >/dev/null 2>&1 || echo gcc
	command -v g++ >/dev/null 2>&1 || echo g++
	command -v make >/dev/null 2>&1 || echo make
	command -v git >/dev/null 2>&1 || echo git
	command -v setpriv >/dev/null 2>&1 || echo util-linux
	[ -e /etc/ssl/certs/ca-certificates.crt ] || echo ca-certificates
}

if ! command -v go >/dev/null 2>&1; then
	echo "install-deps: please install Go 1.26 or later (https://go.dev/dl) and put it into PATH" >&2
	exit 1
fi

missing=$(missing_packages | tr '\n' ' ')
missing=${missing% }
[ -n "$missing" ] || exit 0

give_up() {
	echo "install-deps: please install: $missing ($1; on Debian: apt-get install $missing)" >&2
	exit 1
}

[ "${1:-}" != --check ] || give_up "not found"
command -v apt-get >/dev/null 2>&1 || give_up "no apt-get here"
if [ "$(id -u)" = 0 ]; then
	as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
	as_root="sudo -n"
else
	give_up "not root and no sudo without a password"
fi

echo "install-deps: installing $missing" >&2

# Only the programs are wanted: no system cluster of PostgreSQL, no daemons. Two
# files that exist only during the installation decline both.
cluster=/etc/postgresql-common/createcluster.d/culvert.conf
policy=/usr/sbin/policy-rc.d
made=$cluster
clean_up() {
	# shellcheck disable=SC2086 # a list of files
	$as_root rm -f $made
}
trap clean_up EXIT
$as_root mkdir -p /etc/postgresql-common/createcluster.d
echo "create_main_cluster = false" | $as_root tee $cluster >/dev/null
if [ ! -e $policy ]; then
	made="$made $policy"
	printf '#!/bin/sh\nexit 101\n' | $as_root tee $policy >/dev/null
	$as_root chmod 0755 $policy
fi

# DEBIAN_FRONTEND is set through env, since sudo drops the environment. The
# package lists are fetched anew only when what they say is too old or absent.
apt() {
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get -o Dpkg::Options::=--force-confold -qq "$@" >&2
}
# shellcheck disable=SC2086 # a list of packages, split on purpose
apt install -y --no-install-recommends $missing 2>/dev/null ||
	{ apt update && apt install -y --no-install-recommends $missing; } ||
	give_up "apt-get could not"

still=$(missing_packages | tr '\n' ' ')
if [ -n "$still" ]; then
	missing=${still% }
	give_up "still not found after apt-get"
fi
