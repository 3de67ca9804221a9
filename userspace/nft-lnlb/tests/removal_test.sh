#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What the packages' scripts call when they are removed and purged: in a chroot
# nothing that is the machine's, and they get to their end whatever fails. What
# comes of that: selftests/distro/packages.

set -u
cd "$(dirname "$0")" || exit 1

. ./ctl.sh

top=../../..
wants=etc/systemd/system/a.wants
: >"$dir/log"
: >"$dir/err"
mkdir "$dir/bin"
# what others do, as files say: chroot, up, stuck, failing
for name in lnlb-rules rmmod dkms systemctl deb-systemd-helper; do
	printf '#!/bin/sh\necho "%s $*" >>"$LNLB_FAKE_DIR/log"\n' $name \
		>"$dir/bin/$name"
done
echo '[ ! -e "$LNLB_FAKE_DIR/failing" ]' >>"$dir/bin/lnlb-rules"
# shellcheck disable=SC2016
echo '[ ! -e "$LNLB_FAKE_DIR/stuck" ] && rmdir "$LNLB_FAKE_DIR/sys/module/$1"' \
	>>"$dir/bin/rmmod"
cat >"$dir/bin/lnlbctl" <<-'EOT'
	#!/bin/sh
	[ ! -e "$LNLB_FAKE_DIR/up" ] || echo nlb0
EOT
cat >"$dir/bin/keyctl" <<-'EOT'
	#!/bin/sh
	case $1 in
	list)
		echo "3 keys in keyring:"
		echo "  11: --als-rv     0     0 logon: lnlb:web"
		echo "  22: --als-rv     0     0 logon: other:lnlb"
		echo " 333: --alswrv     0     0 user: lnlb:web"
		;;
	*)
		echo "keyctl $*" >>"$LNLB_FAKE_DIR/log"
		;;
	esac
EOT
for name in ischroot systemd-detect-virt; do
	printf '#!/bin/sh\n[ -e "$LNLB_FAKE_DIR/chroot" ]\n' >"$dir/bin/$name"
done
chmod 755 "$dir"/bin/*

# calls TEXT WANTED ARG...: what the script calls, of the machine that is below $dir
calls() {
	text=$1 wanted=$2
	shift 2
	: >"$dir/log"
	PATH=$dir/bin:$PATH sh -e "$dir/script" "$@" >"$dir/out" 2>"$dir/err"
	echo $? >"$dir/code"
	is "$script $*: $text" "0 $wanted" \
		"$(cat "$dir/code") $(paste -sd';' "$dir/log")"
}

# take FILE: a maintainer script, or on standard input what the spec has
take() {
	script=$1
	sed "/#DEBHELPER#/d; s,/usr/lib/nft-lnlb/lnlb-rules,lnlb-rules,
		s,%{_prefix}/libexec/lnlb-rules,lnlb-rules,
		s,%{\(name\|version\)},\1,g
		s,/\(etc\|run\|sys\)/,$dir/\1/,g" >"$dir/script"
	# no way out of there, or it is not run
	grep -E "(^|[ '=\"])/(bin|etc|lib|run|sbin|sys|usr|var)|%\{" "$dir/script" \
		>"$dir/out"
	is "$script: nothing of this machine's is touched" "" "$(cat "$dir/out")"
	[ ! -s "$dir/out" ] || exit 1
}

# section NAME: of the spec
section() {
	sed -n "/^%$1\$/,/^%[a-z]/{/^%[a-z]/d; p}" \
		$top/userspace/rpm/nf-lnlb.spec.in
}

# modules that are loaded, and what a user has
machine() {
	rm -rf "${dir:?}"/etc "$dir/run" "$dir/sys" "$dir/chroot" "$dir/up" \
		"$dir/stuck" "$dir/failing"
	for name in nf_lnlb nf_lnlb_conntrack nft_lnlb; do
		mkdir -p "$dir/sys/module/$name"
	done
	mkdir -p "$dir/etc/lnlb" "$dir/etc/lnlb-health" "$dir/run/lnlb" \
		"$dir/$wants"
	touch "$dir/etc/lnlb.nft" "$dir/etc/lnlb/web.key"
	ln -s /x "$dir/$wants/lnlb-health@nlb0.service"
	ln -s /x "$dir/$wants/lnlb-metrics.socket"
	ln -s /x "$dir/$wants/nginx.service"
}

left() { (cd "$dir" && find etc run ! -type d | LC_ALL=C sort | paste -sd' '); }

unload="rmmod nft_lnlb;rmmod nf_lnlb_conntrack;rmmod nf_lnlb"

machine
take nft-lnlb.prerm <$top/debian/nft-lnlb.prerm
calls "clusters go" "lnlb-rules remove" remove
touch "$dir/failing"
calls "it goes on if they do not" "lnlb-rules remove" remove
calls "an upgrade leaves them alone" "" upgrade 2
touch "$dir/chroot"
calls "so does a chroot" "" remove

machine
take nft-lnlb.postrm <$top/debian/nft-lnlb.postrm
calls "the configuration stays" "" remove
is "as it was" "etc/lnlb.nft etc/lnlb/web.key $wants/lnlb-health@nlb0.service \
$wants/lnlb-metrics.socket $wants/nginx.service" "$(left)"
calls "our keys go, no others" "keyctl unlink 11 @u" purge
is "and files and links of ours" $wants/nginx.service "$(left)"
rm -rf "${dir:?}"/etc
calls "where nothing is left" "keyctl unlink 11 @u" purge
touch "$dir/chroot"
calls "in a chroot no key goes" "" purge

machine
take nf-lnlb-dkms.prerm <$top/debian/nf-lnlb-dkms.prerm
calls "an upgrade leaves the modules loaded" "" upgrade 2
touch "$dir/up"
calls "so do clusters" "" remove
rm "$dir/up"
touch "$dir/stuck"
calls "rules may use them" "rmmod nft_lnlb" remove
is "which is said" \
	"nf-lnlb-dkms: rules use the modules, they stay loaded" \
	"$(cat "$dir/err")"
rm "$dir/stuck"
touch "$dir/chroot"
calls "in a chroot they are another system's" "" remove
rm "$dir/chroot"
calls "they are unloaded" "$unload" remove
rm -r "$dir/sys"
calls "they were not loaded" "" remove

machine
section "preun -n nft-lnlb" >"$dir/section"
take "preun of nft-lnlb" <"$dir/section"
off="systemctl --no-reload disable --now lnlb.service lnlb-metrics.socket"
calls "an upgrade leaves clusters alone" "" 1
touch "$dir/chroot"
calls "so does a chroot" "$off" 0
rm "$dir/chroot"
touch "$dir/failing"
calls "clusters go" "$off;lnlb-rules remove" 0

machine
section "preun dkms" >"$dir/section"
take "preun of nf-lnlb-dkms" <"$dir/section"
gone="dkms remove -m name -v version --all --rpm_safe_upgrade"
calls "an upgrade leaves the modules loaded" "$gone" 1
touch "$dir/chroot"
calls "so does a chroot" "$gone" 0
rm "$dir/chroot"
calls "they are unloaded" "$gone;$unload" 0

echo "1..$count"
[ "$failures" -eq 0 ]
