# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Debian's kernel sources in the cache, for user-mode kernels; sourced after
# common.sh, which sets this:
# shellcheck disable=SC2154 # cache

# the first of these that apt knows
packages=(linux-source-6.12 linux-source-6.1)

# Name and version of the source package, as "linux-source-6.12_6.12.1-1".
newest_source() {
	local package version

	for package in "${packages[@]}"; do
		version=$(apt-cache show --no-all-versions "$package" \
			2>/dev/null | awk '/^Version:/ { print $2; exit }')
		[ -z "$version" ] || { echo "${package}_$version"; return; }
	done
	# no package lists: what an earlier run left does as well
	find "$cache/uml" -maxdepth 2 -name .unpacked -printf '%h\n' \
		2>/dev/null | sort -V | tail -n 1 | sed 's,.*/,,'
}

# Sets id, and unpacks it below $cache/uml unless it is there.
unpack_source() {
	local package dir

	id=$(newest_source)
	[ -n "$id" ] || die "no package ${packages[*]}; run .ci/setup"
	package=${id%%_*}
	dir=$cache/uml/$id
	[ ! -e "$dir/.unpacked" ] || return 0
	say "unpacking $id"
	rm -rf "$dir"
	mkdir -p "$dir/src"
	(cd "$dir" && apt-get -qq -o APT::Sandbox::User=root download "$package=${id#*_}")
	dpkg-deb --fsys-tarfile "$dir"/*.deb |
		tar -xO "./usr/src/$package.tar.xz" |
		xz -dc -T2 | tar -x -C "$dir/src" --strip-components=1
	rm "$dir"/*.deb
	# shellcheck disable=SC2016
	echo 'obj-$(CONFIG_NF_LNLB_KUNIT_TEST) += nf_lnlb_kunit/' \
		>>"$dir/src/net/netfilter/Makefile"
	echo 'source "net/netfilter/nf_lnlb_kunit/Kconfig"' \
		>>"$dir/src/net/netfilter/Kconfig"
	# room for the registers of processors that have AMX, or no program
	# starts; those of others fit in, too
	sed -i 's/HOST_FP_SIZE, 2696/HOST_FP_SIZE, 11264/' \
		"$dir/src/arch/x86/um/user-offsets.c"
	touch "$dir/.unpacked"
}

