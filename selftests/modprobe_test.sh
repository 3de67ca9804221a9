#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The modules as users of the original load them, with their parameters.
. "$(dirname "$0")/lib.sh"

param() { cat "/sys/module/$1/parameters/$2"; }

unload() {
	local module

	for module in nft_lnlb nf_lnlb_conntrack nf_lnlb; do
		[ ! -d "/sys/module/$module" ] || rmmod "$module" || return
	done
}

# refused MODULE PARAMETER...
refused() {
	check_not "modprobe $* is refused" modprobe "$@"
	check "no trace is left by it" unload
}

check "no module is loaded at first" unload
check "modprobe lnlb heartbeat_interval=7" modprobe lnlb heartbeat_interval=7
check "modprobe lnlb_mod_default conntrack_idle_timeout=1800" \
	modprobe lnlb_mod_default conntrack_idle_timeout=1800
check_eq "heartbeat_interval is 7" 7 "$(param nf_lnlb heartbeat_interval)"
check_eq "conntrack_idle_timeout is 1800" 1800 \
	"$(param nf_lnlb_conntrack conntrack_idle_timeout)"
check "modprobe -r lnlb_mod_default" modprobe -r lnlb_mod_default
check "modprobe -r lnlb" unload

check "other values" modprobe lnlb heartbeat_interval=3
check "other values, default tracker" \
	modprobe lnlb_mod_default conntrack_idle_timeout=60
check_eq "heartbeat_interval is 3" 3 "$(param nf_lnlb heartbeat_interval)"
check_eq "and that of the namespaces" 3 \
	"$(sysctl -n net.lnlb.heartbeat_interval)"
setup_ns n1
check_eq "and that of a new namespace" 3 \
	"$(ns n1 sysctl -n net.lnlb.heartbeat_interval)"
check_eq "conntrack_idle_timeout is 60" 60 \
	"$(param nf_lnlb_conntrack conntrack_idle_timeout)"
remove_ns n1
check "unload" unload

for value in 0 3601 -1 abc ''; do
	refused lnlb "heartbeat_interval=$value"
done
modprobe lnlb
for value in 0 31536001 -1 abc ''; do
	check_not "conntrack_idle_timeout=\"$value\" is refused" \
		modprobe lnlb_mod_default "conntrack_idle_timeout=$value"
	check_not "and the tracker not loaded" \
		test -d /sys/module/nf_lnlb_conntrack
done
check "the rest can be used" lnlbctl show
check "unload" unload

check "nft_lnlb loads nf_lnlb" modprobe nft_lnlb
check "unload all" unload
check "lnlbctl loads nf_lnlb" lnlbctl show
check "nf_lnlb is there" test -d /sys/module/nf_lnlb
