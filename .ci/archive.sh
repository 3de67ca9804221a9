# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Other suites of the archive that this machine takes Debian from, with package
# lists of their own: the machine's stay as they are. Sourced after common.sh,
# which sets this:
# shellcheck disable=SC2154 # cache

# The archive, whatever mirror that is.
debian_uri() {
	# shellcheck disable=SC2016
	apt-get indextargets --format \
		'$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(REPO_URI)' |
		awk -F '|' '$1 == "Debian" && $2 == "Debian" &&
			$3 == "main" { print $4; exit }'
}

# archive_open deb|deb-src SUITE...: fetches their lists; those that are not to
# be had are left out
archive_open() {
	local type=$1 uri keyring suite

	shift
	uri=$(debian_uri)
	[ -n "$uri" ] || die "apt knows no Debian archive"
	keyring=/usr/share/keyrings/debian-archive-keyring.gpg
	archive=$(mktemp -d "$cache/apt-XXXXXX")
	mkdir -p "$archive/lists/partial" "$archive/cache/archives/partial"
	for suite in "$@"; do
		echo "$type [signed-by=$keyring] $uri $suite main"
	done >"$archive/sources.list"
	cat >"$archive/apt.conf" <<-EOT
		Dir::Etc::SourceList "$archive/sources.list";
		Dir::Etc::SourceParts "-";
		Dir::State::Lists "$archive/lists";
		Dir::Cache "$archive/cache";
		APT::Sandbox::User "root";
		Acquire::Languages "none";
	EOT
	archive_apt apt-get -qq update || :
}

# archive_apt COMMAND...: with those lists
archive_apt() { APT_CONFIG=$archive/apt.conf "$@"; }

archive_close() { rm -rf "$archive"; }
