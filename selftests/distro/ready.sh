# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Distributions with our packages installed, and then what the tests use, ready to
# boot, in the cache; sourced after root.sh. That sets these:
# shellcheck disable=SC2154 # top, cache, base, build, results

# shellcheck source=selftests/distro/rpm.sh
. "$top/selftests/distro/rpm.sh"

# is_here DISTRO: this machine is one
is_here() {
	# shellcheck source=/dev/null
	[ "$(. /etc/os-release && echo "${VERSION_CODENAME:-}")" = "$1" ]
}

# unmount DIR: a process that has just ended may hold it for a moment longer, one
# that goes on is named
unmount() {
	local i

	for ((i = 0; i < 50; i++)); do
		umount -R "$1" 2>/dev/null && return
		sleep 0.2
	done
	find /proc/[0-9]*/{cwd,exe,root} -lname "$1*" -printf '%p -> %l\n' >&2
	grep -F " $1" /proc/self/mountinfo >&2
	die "cannot unmount $1"
}

# packages DISTRO: our packages, built there, into $work/deb
packages() {
	local dir=$work/build log=$results/deb.log tar

	if is_here "$1"; then
		packages_here "$log"
		return
	fi
	build_tools "$1"
	progress "building packages"
	OUT=$work "$top/.ci/package" dist
	tar=$(echo "$work"/nf-lnlb-*.tar.xz)
	layer "$build:$base" "$work/build-upper" "$dir"
	mkdir "$dir/root/b" "$work/deb"
	tar -C "$dir/root/b" -xf "$tar"
	inside "$dir" sh -c "cd /root/b/nf-lnlb-* &&
		dpkg-buildpackage -b -us -uc -rfakeroot" >"$log" 2>&1 ||
		{ tail -n 20 "$log" >&2; die "no packages"; }
	inside "$dir" sh -c "cd /root/b && lintian --allow-root \
		--fail-on error,warning --info --display-info *.changes" \
		>"$results/lintian.log" 2>&1 || lintian_failed=1
	rm "$dir"/root/b/*-dbgsym_*.deb
	mv "$dir"/root/b/*.deb "$work/deb/"
	leave "$dir"
	unmount "$dir"
}

# to build on another machine of the same release would give the same bytes
packages_here() {
	progress "building packages"
	OUT=$work "$top/.ci/package" deb >"$1" 2>&1 ||
		{ tail -n 20 "$1" >&2; die "no packages"; }
	lintian --allow-root --fail-on error,warning --info --display-info \
		"$work"/deb/*.changes >"$results/lintian.log" 2>&1 ||
		lintian_failed=1
	rm "$work"/deb/*-dbgsym_*.deb
}

# what the commands of Documentation/ want besides
doc_tools=(trace-cmd bpftrace linux-perf dropwatch pacemaker
	pacemaker-cli-utils corosync pcs
	python3-yaml python3-jsonschema)

# typed ROOT COMMANDS: in the directory of the packages; it is not to ask, and the
# kernel that runs is the one which will
typed() {
	inside "$1" bash -ec "cd /root/deb
		apt() {
			apt-get -q -y -o Dpkg::Use-Pty=0 -o \
				Binary::apt-get::APT::Keep-Downloaded-Packages=true \"\$@\"
		}
		uname() { echo $(kernel_of "$1"); }
		$2"
}

# made PAGE: what it says that is to be typed while there is a network
made() { "$top/selftests/docs/blocks.py" made "$top" "$1"; }

# are_typed ROOT PAGE
are_typed() {
	local commands

	commands=$(made "$2") && [ -n "$commands" ] || return
	typed "$1" "$commands" >"$results/typed.log" 2>&1 ||
		{ tail -n 5 "$results/typed.log" | sed 's/^/# /'; return 1; }
}

# installed DISTRO ROOT: the packages with what they recommend, as README.md says,
# where nothing is that they may have forgotten to ask for
installed() {
	local log=$results/install.log root=$2 command

	layer "$base" "$work/upper" "$root"
	mkdir "$root/root/deb"
	cp "$work"/deb/*.deb "$root/root/deb/"
	command=$(made README.md)
	progress "installing them, dkms builds the modules"
	{
		apt_inside "$root" update &&
			typed "$root" "${command/linux-headers-amd64/$(
				of "$1" linux-headers-amd64)}"
	} >"$log" 2>&1 || {
		tail -n 20 "$log" >&2
		cat "$root"/var/lib/dkms/nf-lnlb/*/build/make.log >>"$log" \
			2>/dev/null
		die "cannot install the packages"
	}
	cat "$root"/var/lib/dkms/nf-lnlb/*/*/*/log/make.log >>"$log" 2>/dev/null
}

# with_tools DISTRO ROOT
with_tools() {
	local log=$results/tools.log

	progress "installing what the tests use"
	# not before ||, where errors would not end it
	(
		set -e
		add_tools "$1" "$2"
		apt_inside "$2" --no-install-recommends install "${doc_tools[@]}" \
			expect mokutil
		efi "$2" "$work/boot/efi"
		inside "$2" systemctl -q disable corosync pacemaker pcsd
	) >"$log" 2>&1 &
	wait $! ||
		{ tail -n 20 "$log" >&2; die "cannot install it"; }
	leave "$2"
}

# efi ROOT DIR: what boots it with Secure Boot, signed. Not installed, as it would
# write to a disk.
efi() {
	local dir=$1/root/efi

	mkdir "$dir"
	inside "$1" sh -c "cd /root/efi && apt-get -q download shim-signed \
		shim-helpers-amd64-signed grub-efi-amd64-signed &&
		for file in *.deb; do dpkg-deb -x \$file . || exit; done"
	mkdir "$2"
	cp "$dir/usr/lib/shim/shimx64.efi.signed" "$2/BOOTX64.EFI"
	cp "$dir/usr/lib/shim/mmx64.efi.signed" "$2/mmx64.efi"
	cp "$dir/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed" \
		"$2/grubx64.efi"
	rm -r "$dir"
}

# image ROOT FILE
image() {
	mke2fs -q -t ext4 -O ^has_journal -d "$1" "$2" 6G >/dev/null
}

# lines of a table in Documentation/
versions() {
	inside "$1" dpkg-query -W -f '# ${Package} ${Version}\n' \
		"linux-image-$(kernel_of "$1")" nftables libnftables1 dkms \
		nf-lnlb-dkms nft-lnlb
	inside "$1" sh -c 'gcc --version | sed -n "1s/^/# /p"'
}

# refused ROOT RELEASE WHAT: dkms leaves a kernel alone, whose headers come in, and
# says why. (3.0.10 says that it has failed, whosever module it is not for.)
refused() {
	local out rc=0

	out=$(inside "$1" run-parts --exit-on-error --arg="$2" \
		/etc/kernel/header_postinst.d 2>&1) || rc=$?
	grep -qF "$3" <<<"$out" && { [ $rc -eq 0 ] ||
		inside "$1" dkms --version | grep -qF 3.0.10; } ||
		{ echo "# $out"; return 1; }
	[ -z "$(find "$1/lib/modules/$2" "$1"/var/lib/dkms/nf-lnlb \
		-path "*$2*" \( -name '*.ko*' -o -name '*.log' \))" ]
}

# bad_kernels ROOT: one that lacks something, one that is too old
bad_kernels() {
	local modules=$1/lib/modules build

	build=$(readlink -f "$modules/$(kernel_of "$1")/build" |
		sed "s,^$1,,")
	mkdir -p "$modules"/{6.2.0-none,5.10.0-old}/build/include
	sed 's/^CONFIG_NETFILTER_INGRESS=y/# & is off/' "$1$build/.config" \
		>"$modules/6.2.0-none/build/.config"
	cp "$1$build/.config" "$modules/5.10.0-old/build/"
	cp "$1$build/Makefile" "$modules/6.2.0-none/build/"
	cp "$1$build/Makefile" "$modules/5.10.0-old/build/"
}

# are_signed ROOT: all modules, by dkms, with what the packages brought
are_signed() {
	local signers

	signers=$(find "$1/lib/modules/$(kernel_of "$1")/updates/dkms" \
		-name '*lnlb*' -exec modinfo -F signer {} + | grep -c .)
	[ "$signers" = 3 ] || { echo "# $signers, not 3"; return 1; }
}

# autoinstalls ROOT: what dkms has built, for a kernel whose headers come in
autoinstalls() {
	local kernel version

	kernel=$(kernel_of "$1")
	version=$(inside "$1" dpkg-query -W -f '${Version}' nf-lnlb-dkms)
	inside "$1" dkms unbuild "nf-lnlb/$version" -k "$kernel" >/dev/null &&
		[ -z "$(built "$1")" ] &&
		inside "$1" run-parts --exit-on-error --arg="$kernel" \
			/etc/kernel/header_postinst.d >/dev/null 2>&1 &&
		has_built "$1"
}

# built ROOT: modules for its kernel
built() {
	find "$1/lib/modules/$(kernel_of "$1")/updates/dkms" \
		-name '*lnlb*.ko*' -printf '%f\n' 2>/dev/null |
		sed 's/\.ko.*//' | sort | xargs
}

has_built() {
	[ "$(built "$1")" = "nf_lnlb nf_lnlb_conntrack nft_lnlb" ]
}

# make_refuses ROOT WHAT VARIABLE=VALUE...: a kernel where these are so
make_refuses() {
	local out

	out=$(inside "$1" sh -c "make -C /lib/modules/$(kernel_of "$1")/build \
		M=\$(echo /usr/src/nf-lnlb-*)/kernel/nf_lnlb \
		${*:3} modules" 2>&1) && return 1
	grep -qF "nf_lnlb needs $2" <<<"$out" ||
		{ echo "# $out"; return 1; }
}

# has_none PACKAGE...: of the machine that ours were installed on, and of the tests'
has_none() {
	local name

	for name; do
		! grep -qFx "Package: $name" "$base/var/lib/dpkg/status" ||
			{ echo "# $name"; return 1; }
	done
}

# starts ROOT COMMAND...: it says of which version it is
starts() {
	local out

	out=$(inside "$1" "${@:2}" 2>&1) && grep -qE '[0-9]\.[0-9]' <<<"$out" &&
		return
	echo "# $out"
	return 1
}

# finds_libraries ROOT PROGRAM
finds_libraries() {
	local out

	out=$(inside "$1" ldd "$2" 2>&1) && grep -q 'libc\.so' <<<"$out" &&
		! grep -q 'not found' <<<"$out" && return
	echo "# ${out//$'\n'/$'\n'# }"
	return 1
}

# callers ROOT: units, scripts and maintainer scripts of ours
callers() {
	inside "$1" sh -c "dpkg-query -L nft-lnlb nf-lnlb-dkms |
		grep -E '/systemd/system/.|lnlb-rules$|dkms_loaded$'
		ls /var/lib/dpkg/info/nft-lnlb.p* /var/lib/dpkg/info/nf-lnlb-dkms.p*"
}

# has_programs ROOT: all that these call, and that was seen
has_programs() {
	local root=$1 called name rc=0

	called=$(callers "$root" | sed "s,^,$root," |
		xargs "$top/selftests/distro/called") || return
	for name in nft-lnlb awk rmmod systemctl modinfo deb-systemd-helper \
		dkms /usr/sbin/lnlbctl /usr/lib/nft-lnlb/lnlb-rules; do
		grep -qFx -e "$name" <<<"$called" ||
			{ echo "# nothing calls $name?"; rc=1; }
	done
	for name in $called; do
		inside "$root" sh -c "command -v $name" >/dev/null ||
			{ echo "# no $name"; rc=1; }
	done
	return $rc
}

# subtest DESCRIPTION COMMAND...: one check of subtests
subtest() {
	n=$((n + 1))
	if "${@:2}"; then
		echo "    ok $n $1"
	else
		echo "    not ok $n $1"
		bad=1
	fi
}

# subtests NAME FUNCTION ARG...: that function's checks, as one test
subtests() {
	local n=0 bad=0

	printf 'KTAP version 1\n1..1\n'
	"${@:2}"
	[ $bad -eq 0 ] && echo "ok 1 $1" || echo "not ok 1 $1"
}

# host_checks ROOT
host_checks() {
	local root=$1

	subtest "lintian is content" [ -z "${lintian_failed:-}" ]
	subtest "nothing had installed what they need before" has_none dkms gcc \
		make linux-headers-amd64 libnftables1 libnftnl11 libmnl0 \
		libedit2 libbpf1 iproute2 keyutils openssl jq nginx-light python3
	subtest "packages.rst says the same to apt" are_typed "$root" packages.rst
	subtest "apt finds what admin-guide.rst wants" \
		are_typed "$root" admin-guide.rst
	subtest "lnlbctl starts" starts "$root" lnlbctl --version
	subtest "so does nft-lnlb" starts "$root" nft-lnlb --version
	subtest "lnlbctl finds its libraries" finds_libraries "$root" \
		/usr/sbin/lnlbctl
	subtest "so does nft-lnlb" finds_libraries "$root" /usr/sbin/nft-lnlb
	subtest "what units and scripts call is there" has_programs "$root"
	subtest "dkms has built all modules" has_built "$root"
	subtest "without a warning" no_warnings
	subtest "they are signed" are_signed "$root"
	subtest "it builds by itself for a kernel that comes later" \
		autoinstalls "$root"
	subtest "and signs them" are_signed "$root"
	bad_kernels "$root"
	subtest "not for a kernel without ingress hooks, it says so" refused \
		"$root" 6.2.0-none "6.2.0-none has no CONFIG_NETFILTER_INGRESS"
	subtest "nor for one that is too old" refused "$root" 5.10.0-old \
		"5.10.0-old is too old"
	rm -r "$root"/lib/modules/{6.2.0-none,5.10.0-old}
	subtest "make says what a kernel lacks" make_refuses "$root" \
		"a kernel with CONFIG_NETFILTER_INGRESS" CONFIG_NETFILTER_INGRESS=
	subtest "and that it is too old" make_refuses "$root" \
		"Linux 6.1 or newer, this is 6.0." VERSION=6 PATCHLEVEL=0
}

no_warnings() {
	! grep -E 'kernel/nf_lnlb/.*(warning|error):' "$results/install.log"
}

# what the packages are made from
tree_key() {
	(cd "$top" && git -c safe.directory='*' ls-files -co \
		--exclude-standard kernel include userspace debian \
		Documentation README.md CHANGELOG .ci/package .ci/common.sh \
		selftests/distro/{ready.sh,rpm.sh,called} selftests/docs |
		LC_ALL=C sort |
		xargs sha256sum) | sha256sum | cut -c 1-12
}

# make_ready DISTRO DIR: what ready makes, for DIR to keep, as whoever makes it anew
# removes it. One at a time, as all use the same cache.
make_ready() {
	exec 9>"$cache/distro/lock"
	flock 9
	ready "$1"
	mkdir -p "$2"
	cp -al "$ready"/{boot,image,deb} "$2/"
	exec 9>&-
}

# ready DISTRO: sets ready, a directory with image, boot/, deb/, versions, and
# results of the way there, in *.ktap and logs
ready() {
	local work name root

	base "$1"
	ready=${base%/base}/ready-$(tree_key)
	if [ ! -e "$ready/complete" ]; then
		remove "${base%/base}"/ready-*
		work=$ready
		root=$work/root
		mkdir -p "$work/boot"
		packages "$1"
		installed "$1" "$root"
		subtests "$1" host_checks "$root" >"$work/host.ktap"
		with_tools "$1" "$root"
		for name in vmlinuz initrd.img; do
			cp "$root/boot/$name-$(kernel_of "$root")" "$work/boot/$name"
		done
		versions "$root" >"$work/versions"
		leave "$root"
		image "$root" "$work/image"
		if is_here "$1"; then
			progress "packages go, RPMs come and go"
			subtests "RPMs" rpm_checks "$root" >"$work/rpm.ktap"
			leave "$root"
		fi
		unmount "$root"
		remove "$work"/{root,upper*,build*}
		cp "$results"/*.log "$work/"
		touch "$work/complete"
	fi
	cp "$ready"/*.log "$results/"
	for name in "$ready"/*.ktap; do
		cp "$name" "$results/output-${name##*/}"
	done
	cat "$ready"/{versions,*.ktap}
}
