# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Root file systems of distributions, in the cache; sourced after common.sh,
# which sets these; after sandbox there is work as well:
# shellcheck disable=SC2154 # top, cache, work
#
# base       what each machine of that release has: a kernel and systemd, no headers,
#            and nothing that ours or the tests want
# build      on top of it what building the packages needs

# shellcheck disable=SC2034 # for those that source this
distros=(bookworm trixie trixie-backports sid)

# sandbox ARG...: has the script run once more, in namespaces of its own, and ends
# with it. Whatever way that is, mounts, networks, and what it has started go; so
# does the directory work.
sandbox() {
	local child

	[ -z "${LNLB_WORK:-}" ] || { work=$LNLB_WORK; return; }
	mkdir -p "$cache/distro"
	work=$(mktemp -d "$cache/distro/run-XXXXXX")
	LNLB_WORK=$work unshare --mount --propagation private --pid --fork \
		--kill-child --mount-proc "$0" "$@" &
	child=$!
	# shellcheck disable=SC2064
	trap "kill -9 $child 2>/dev/null; wait; remove '$work'" EXIT
	trap 'exit 1' INT TERM
	wait $child
	exit
}

# progress TEXT: with the seconds since the script began
progress() { say "[$SECONDS s] $*"; }

# release DISTRO: the one that it is made of
release() { echo "${1%-backports}"; }

# uri LABEL: of the archive that this machine takes Debian from
uri() {
	# shellcheck disable=SC2016
	apt-get indextargets --format \
		'$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(REPO_URI)' |
		awk -F '|' -v label="$1" '$1 == "Debian" && $2 == label &&
			$3 == "main" { print $4; exit }'
}

sources() {
	local release main security by

	release=$(release "$1")
	main=$(uri Debian)
	security=$(uri Debian-Security)
	[ -n "$main" ] || die "apt knows no Debian archive"
	by='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
	echo "deb $by $main $release main"
	# what is newest of all has no updates
	[ "$release" != sid ] || return 0
	echo "deb $by $main $release-updates main"
	[ -z "$security" ] || echo "deb $by $security $release-security main"
	[ "$1" = "$release" ] || echo "deb $by $main $1 main"
}

# inside ROOT COMMAND...: files that apt fetches are kept for the next time.
# Nothing of this machine's /sys is seen: no module of its kernel is ours.
inside() {
	local root=$1 archives=$cache/distro/archives

	shift
	mkdir -p "$archives/partial" "$root/var/cache/apt/archives"
	mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"
	mountpoint -q "$root/dev" || mount --rbind /dev "$root/dev"
	mountpoint -q "$root/var/cache/apt/archives" ||
		mount --bind "$archives" "$root/var/cache/apt/archives"
	cp /etc/resolv.conf "$root/etc/resolv.conf"
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C \
		DEBIAN_FRONTEND=noninteractive chroot "$root" "$@" </dev/null
}

leave() {
	umount -R "$1/var/cache/apt/archives" "$1/dev" "$1/proc" 2>/dev/null ||
		true
	rm -f "$1/etc/resolv.conf"
	rm -rf "$1"/var/lib/apt/lists/*_*
}

# remove PATH...: never what is mounted there, which may be this machine's /dev
remove() { rm -rf --one-file-system "$@"; }

# layer LOWER UPPER ROOT: what is written at ROOT goes to UPPER
layer() {
	mkdir -p "$2" "$2.work" "$3"
	mount -t overlay overlay \
		-o "lowerdir=$1,upperdir=$2,workdir=$2.work" "$3"
}

apt_inside() {
	inside "$1" apt-get -q -y -o Dpkg::Use-Pty=0 \
		-o Binary::apt-get::APT::Keep-Downloaded-Packages=true "${@:2}"
}

# newest DISTRO: which kernels and nft there are, by lists of packages that are kept;
# where the archive is not to be had, those of the last time
newest() {
	local dir=$cache/distro/lists/$1

	mkdir -p "$dir"/{lists/partial,cache/archives/partial}
	sources "$1" >"$dir/sources.list"
	set -- -o "Dir::Etc::SourceList=$dir/sources.list" \
		-o Dir::Etc::SourceParts=/nowhere \
		-o "Dir::State::Lists=$dir/lists" -o "Dir::Cache=$dir/cache" \
		-o APT::Sandbox::User=root -o Acquire::Languages=none \
		-o APT::Update::Error-Mode=any
	apt-get -qq "$@" update >/dev/null 2>&1 ||
		say "the archive is not to be had, packages may be newer" >&2
	apt-cache "$@" madison linux-image-amd64 libnftables1
}

# key DISTRO: of what the root file systems are made from
key() {
	{
		sources "$1"
		newest "$1"
		cat "$top"/selftests/distro/{root.sh,boot}
	} | sha256sum | cut -c 1-12
}

# quick ROOT: dpkg does not wait for the disk, and an initrd has what these
# machines need, which an emulated processor has to unpack
quick() {
	local share=$1/usr/share/initramfs-tools/modules.d

	echo force-unsafe-io >"$1/etc/dpkg/dpkg.cfg.d/selftests"
	mkdir -p "$1/etc/initramfs-tools/conf.d" "$share"
	echo MODULES=list >"$1/etc/initramfs-tools/conf.d/selftests"
	printf '%s\n' virtio_pci virtio_blk ext4 >"$share/selftests"
}

# of DISTRO NAME: what apt has to be told, if it is to be of there
of() {
	[ "$1" = "$(release "$1")" ] && echo "$2" || echo "$2/$1"
}

# make_base DISTRO ROOT
make_base() {
	local distro=$1 root=$2

	debootstrap --variant=minbase --include=debian-archive-keyring \
		"$(release "$distro")" "$root" "$(uri Debian)"
	sources "$distro" >"$root/etc/apt/sources.list"
	# an archive may be a copy of some time ago, if that does for this machine
	apt-config dump | grep '^Acquire::Check-Valid-Until ' \
		>"$root/etc/apt/apt.conf.d/selftests" || :
	quick "$root"
	# no service starts here, nginx would take this machine's port 80
	printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
	chmod 755 "$root/usr/sbin/policy-rc.d"
	apt_inside "$root" update
	apt_inside "$root" --no-install-recommends install \
		"$(of "$distro" linux-image-amd64)" initramfs-tools zstd \
		systemd-sysv udev dbus
	configure "$root"
	leave "$root"
}

# add_tools DISTRO ROOT: what the tests use, and it can be booted
add_tools() {
	local distro=$1 root=$2

	apt_inside "$root" --no-install-recommends install xz-utils \
		"${guest_tools[@]}"
	# what there is newer of it
	[ "$distro" = "$(release "$distro")" ] ||
		apt_inside "$root" --no-install-recommends -t "$distro" \
			install nftables
	inside "$root" systemctl -q disable nginx nftables
	rm "$root/usr/sbin/policy-rc.d"
}

kernel_of() {
	find "$1/boot" -name 'vmlinuz-*' -printf '%f\n' | sed 's/^vmlinuz-//' |
		sort -V | tail -n 1
}

# A machine with a network card of its own, that does what its exchange
# directory tells it to.
configure() {
	local etc=$1/etc i

	echo node >"$etc/hostname"
	printf '127.0.0.1 localhost\n127.0.1.1 node\n' >"$etc/hosts"
	: >"$etc/fstab"
	for i in 1 2 3; do
		cat >"$etc/systemd/network/node$i.network" <<-EOT
			[Match]
			MACAddress=52:54:00:00:00:0$i
			[Network]
			Address=10.0.0.$i/16
			IPv6AcceptRA=no
			LinkLocalAddressing=no
		EOT
	done
	mkdir -p "$1/exchange"
	cp "$top/selftests/distro/boot" "$1/usr/local/sbin/selftests-boot"
	cat >"$etc/systemd/system/selftests.service" <<-EOT
		[Unit]
		After=lnlb.service network-online.target
		Wants=network-online.target
		[Service]
		ExecStart=/usr/local/sbin/selftests-boot
		KeyringMode=shared
		[Install]
		WantedBy=multi-user.target
	EOT
	inside "$1" systemctl -q enable systemd-networkd selftests
	inside "$1" systemctl -q mask apt-daily.timer apt-daily-upgrade.timer \
		e2scrub_all.timer fstrim.timer systemd-firstboot.service
}

# base DISTRO: sets base, which is made if it is not there
base() {
	local dir log=$results/base.log

	base=$cache/distro/$1.$(key "$1")/base
	[ ! -e "$base.complete" ] || return 0
	dir=${base%/*}
	progress "making a root file system of $1"
	remove "$cache/distro/$1".*
	mkdir -p "$dir"
	# not before ||, where errors would not end it
	(set -e; make_base "$1" "$base") >"$log" 2>&1 &
	wait $! || { tail -n 20 "$log" >&2; die "no root file system of $1"; }
	touch "$base.complete"
}

# build_tools DISTRO: a layer in the cache with what debian/control wants
build_tools() {
	local log=$results/build-tools.log dir=$work/build-tools

	build=${base%/base}/build-$(sha256sum <"$top/debian/control" |
		cut -c 1-12)
	[ ! -e "$build.complete" ] || return 0
	progress "installing what building needs"
	remove "${base%/base}"/build-*
	layer "$base" "$build" "$dir"
	mkdir -p "$dir/root/tree/debian"
	cp "$top"/debian/{control,changelog} "$dir/root/tree/debian/"
	{
		apt_inside "$dir" update &&
			apt_inside "$dir" --no-install-recommends install \
				build-essential lintian &&
			apt_inside "$dir" --no-install-recommends build-dep \
				/root/tree
	} >"$log" 2>&1 || { tail -n 20 "$log" >&2; die "cannot install it"; }
	leave "$dir"
	umount "$dir"
	touch "$build.complete"
}
