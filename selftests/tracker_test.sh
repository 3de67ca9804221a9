#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The session tracker comes and goes under traffic: buckets alone decide while
# there is none, and no connection notices.
. "$(dirname "$0")/lib.sh"

tracker() { show n1 .tracker; }
sessions() { show n1 .sessions; }
has_sessions() { [ "$(sessions)" -gt 0 ]; }

lan_setup 1
cluster_up n1
check "the cluster is up" wait_active 1
check_eq "the default tracker was loaded for it" conntrack "$(tracker)"

watch_start ping 10 <<<10.0.0.100
check "a session is there" busywait 5000 has_sessions

unload_and_load() {
	rmmod nf_lnlb_conntrack && [ ! -d /sys/module/nf_lnlb_conntrack ] &&
		modprobe nf_lnlb_conntrack
}

for _ in $(seq 10); do
	unload_and_load || die "tracker cannot be unloaded or loaded again"
done
result 0 "unloaded and loaded 10 times under traffic"
check "the new tracker has the session again" busywait 5000 has_sessions

rmmod nf_lnlb_conntrack
check_eq "none is shown while none is there" null "$(show n1 .tracker)"
check "the address answers without a tracker" again ns cl ping -qc3 -i0.1 -W2 "$VIP"
modprobe nf_lnlb_conntrack

probe_stop ping >"$tmp/ping"
check_le "pings went on, more than one a round" 11 \
	"$(awk '{ print $2 - $3 }' "$tmp/ping")"
check_eq "none was lost" "" "$(awk '$3' "$tmp/ping")"

check_not "modules in use stay" rmmod nf_lnlb
