#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A session ends when its client was not seen for the timeout, unless
# conntrack still has a connection of that client.
. "$(dirname "$0")/lib.sh"

readonly LONG=10.0.0.11 RULE=10.0.0.12

lan_setup 1
add_clients 20
start_web n1
modprobe nf_lnlb_conntrack conntrack_idle_timeout=2 || die "modprobe failed"
check_eq "the module's parameter" 2 \
	"$(cat /sys/module/nf_lnlb_conntrack/parameters/conntrack_idle_timeout)"
# or else it is conntrack that remembers clients that are gone
ns n1 sysctl -qw net.netfilter.nf_conntrack_icmp_timeout=1 \
	net.netfilter.nf_conntrack_tcp_timeout_time_wait=1 \
	net.netfilter.nf_conntrack_tcp_timeout_close=1

cluster_up n1 "$VIP"
clusters="$VIP"
if command -v nft-lnlb >/dev/null; then
	for pair in "$LONG 1h" "$RULE 2s"; do
		read -r addr timeout <<<"$pair"
		ns n1 nft-lnlb -f - <<-EOT
			table ip lb-${addr##*.} {
				chain pre {
					type filter hook prerouting priority raw
					lnlb cluster $addr dev eth0 timeout $timeout
				}
			}
		EOT
		ip_ns n1 addr replace "$addr/32" dev eth0
		clusters+=" $addr"
	done
fi
for addr in $clusters; do
	ADDR=$addr wait_active 1 || die "$addr does not come up"
done

sessions() { show n1 .sessions "$1"; }
session_count_is() { [ "$(sessions "$1")" -eq "$2" ]; }

# an open connection of client 20 to each cluster
for addr in $clusters; do
	ip netns exec "$(full_ns cl)" socat -u \
		"TCP4:$addr:80,bind=$(client_addr 20)" - >/dev/null &
done
for addr in $clusters; do
	probe_start "$addr" cl probe.py watch "$addr" "$(cluster_mac "$addr")" 100 \
		< <(client_addrs 1 19)
	check "20 clients are sessions of $addr" \
		busywait 10000 session_count_is "$addr" 20
	probe_stop "$addr" >/dev/null
done
since=$(now_ms)

check "sessions end by the module's timeout, but for the open connection" \
	busywait 15000 session_count_is "$VIP" 1
if [ "$clusters" != "$VIP" ]; then
	check "sessions end by the rule's timeout, but for the open connection" \
		busywait 15000 session_count_is "$RULE" 1
fi
past() { (($(now_ms) - since > 9000)); }
busywait 10000 past
for addr in $clusters; do
	[ "$addr" != "$LONG" ] || continue
	check_eq "the open connection keeps its session at $addr" 1 \
		"$(sessions "$addr")"
done
[ "$clusters" = "$VIP" ] ||
	check_eq "sessions with a longer timeout do not end" 20 \
		"$(sessions "$LONG")"
# No flush: what the server answers to the end would be picked up as new.
kill_ns cl
check "the last session ends with the connection" \
	busywait 15000 session_count_is "$VIP" 0
