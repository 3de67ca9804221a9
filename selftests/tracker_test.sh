#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The session tracker comes and goes under traffic: buckets alone decide while
# there is none, and no connection notices.
. "$(dirname "$0")/lib.sh"

tracker() { show n1 .tracker; }
sessions() { show n1 .sessions; }
has_sessions() { [ "$(sessions)" -gt 0 ]; }

# pings_lost FILE: of a ping that has ended
pings_lost() {
	awk '/packets transmitted/ { print $1 - $4 }' "$1"
}

lan_setup 1
cluster_up n1
check "the cluster is up" wait_active 1
check_eq "the default tracker was loaded for it" conntrack "$(tracker)"

ip netns exec "$(full_ns cl)" ping -i 0.01 "$VIP" >"$tmp/ping" &
ping=$!
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
check "the address answers without a tracker" ns cl ping -qc3 -i0.1 -W2 "$VIP"
modprobe nf_lnlb_conntrack

kill -INT $ping
wait $ping
note "$(grep transmitted "$tmp/ping")"
check "pings went on, more than one a round" \
	test "$(grep -c 'bytes from' "$tmp/ping")" -gt 10
check_eq "none was lost" 0 "$(pings_lost "$tmp/ping")"

check_not "modules in use stay" rmmod nf_lnlb
