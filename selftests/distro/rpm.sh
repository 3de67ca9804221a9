# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The RPMs, installed and removed by rpm where dkms and the libraries are: in a root
# file system of this machine's own release, which has lost Debian's packages before;
# sourced by ready.sh. That and root.sh set these:
# shellcheck disable=SC2154 # top, work, results

# logged COMMAND...: its end is shown if it fails
logged() {
	"$@" >>"$results/rpm.log" 2>&1 && return
	tail -n 10 "$results/rpm.log" | sed 's/^/# /'
	return 1
}

# nothing_left ROOT: but for what was brought there
nothing_left() {
	local left

	left=$(find "$1" -xdev -iname '*lnlb*' ! -path "$1/root/*" \
		! -path "$1/exchange*" ! -path "$1/var/cache/*" \
		! -path "$1/var/log/*" ! -path "$1/usr/local/sbin/*")
	[ -z "$left" ] && return
	echo "# ${left//$'\n'/$'\n'# }"
	return 1
}

# rpms ROOT: made here, and rpm, there
rpms() {
	OUT=$work/build-rpm "$top/.ci/package" rpm &&
		mkdir "$1/root/rpm" &&
		cp "$work"/build-rpm/rpm/{nft-lnlb,nf-lnlb-dkms}-[0-9]*.rpm \
			"$1/root/rpm/" &&
		apt_inside "$1" update &&
		apt_inside "$1" --no-install-recommends install rpm
}

# rpm_inside ROOT ARG...: it does not know what dpkg has installed. They are in
# /root/rpm there.
rpm_inside() {
	inside "$1" sh -c "exec rpm --nodeps ${*:2}"
}

# unit_enabled ROOT
unit_enabled() {
	[ -L "$1/etc/systemd/system/multi-user.target.wants/lnlb.service" ]
}

rpm_checks() {
	: >"$results/rpm.log"
	subtest "Debian's packages go, where no systemd runs" \
		logged inside "$1" dpkg -P nf-lnlb-dkms nft-lnlb
	subtest "nothing is left of them" nothing_left "$1"
	subtest "RPMs, and rpm" logged rpms "$1"
	subtest "it installs them" logged rpm_inside "$1" -i '/root/rpm/*.rpm'
	subtest "lnlbctl starts" starts "$1" lnlbctl --version
	subtest "dkms has built all modules" has_built "$1"
	subtest "the unit is enabled" unit_enabled "$1"
	subtest "files are as in the package" logged rpm_inside "$1" -V \
		nft-lnlb nf-lnlb-dkms
	subtest "they are installed over themselves" \
		logged rpm_inside "$1" -U --force '/root/rpm/*.rpm'
	subtest "all modules are there still" has_built "$1"
	subtest "and the unit is enabled" unit_enabled "$1"
	subtest "they are removed" \
		logged rpm_inside "$1" -e nft-lnlb nf-lnlb-dkms
	subtest "nothing is left of them" nothing_left "$1"
}
