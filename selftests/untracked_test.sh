#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Conntrack as administrators have it: not for our traffic, in a zone, or full.
# Clients are served, and keep their node when buckets move.
. "$(dirname "$0")/lib.sh"

# raw NODE STATEMENT: of both directions
raw() {
	ns "$1" nft -f - 2>"$tmp/raw" <<-EOT
		table ip how {
			chain in {
				type filter hook prerouting priority raw
				ip daddr $VIP $2
			}
			chain out {
				type filter hook output priority raw
				ip saddr $VIP $2
			}
		}
	EOT
}


# open connections on both nodes, and let every bucket of n2 go to n1
moved() {
	chat_start chat 100 < <(client_addrs 1 20)
	busywait 10000 sessions_are 20 n1 n2 || die "no sessions $1"
	ns n2 lnlbctl drain nlb0
	check "buckets move $1" busywait 10000 show n2 \
		'all(.nodes[] | select(.state == "draining"); .claims == 0)'
	sleep 1
	probe_stop chat >"$tmp/chat"
	check_eq "20 connections live on $1" "" \
		"$(awk '$4 != "open" || $2 < 5 || $2 != $3' "$tmp/chat")"
	check "some of them on the node that drains $1" \
		grep -q ' n2$' "$tmp/chat"
	ns n2 lnlbctl resume nlb0
	wait_active 2 || die "n2 does not come back"
}

# names_itself NODE: by UDP, port 8
names_itself() {
	ip netns exec "$(full_ns "$1")" python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], 8))
while True:
	s.sendto(sys.argv[2].encode(), s.recvfrom(64)[1])' "$VIP" "$1" &
	busywait 10000 udp_listens "$1" 8 >/dev/null || die "no names on $1"
}

# named PORT SECONDS: who answers datagrams of 4 clients from this port in that time
named() {
	# shellcheck disable=SC2046
	ns cl python3 - "$VIP" "$1" "$2" $(client_addrs 43 46) <<-EOT
		import socket, sys, time
		flows = []
		for client in sys.argv[4:]:
		    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		    s.bind((client, int(sys.argv[2])))
		    s.connect((sys.argv[1], 8))
		    s.send(b"who")
		    flows.append(s)
		end = time.monotonic() + int(sys.argv[3])
		for s in flows:
		    s.settimeout(max(end - time.monotonic(), 0.01))
		    try:
		        print(s.recv(64).decode())
		    except OSError:
		        print("nobody")
	EOT
}

# are_to_stay PORT: conntrack does not give these flows up for new ones
are_to_stay() {
	named "$1" 5 >/dev/null
	[ "$(for node in n1 n2; do
		ns $node conntrack -L -p udp --orig-port-src "$1" 2>/dev/null
	done | grep -c ASSURED)" -eq 4 ]
}

lan_setup 2
add_clients 60
patient_tcp cl n1 n2
clusters_up 2
for node in n1 n2; do
	chat_server $node
	names_itself $node
done

for how in notrack "ct zone set 7"; do
	raw cl "$how" || { note "this kernel has no: $how"; continue; }
	ns cl nft delete table ip how
	for node in n1 n2; do
		raw $node "$how" || die "no rule on $node: $(<"$tmp/raw")"
		ns $node conntrack -F >/dev/null 2>&1
	done
	moved "with $how"
	[ "$how" != notrack ] ||
		check_eq "conntrack has no connection of theirs" 0 "$(
			for node in n1 n2; do
				ns $node conntrack -L -p tcp 2>/dev/null
			done | wc -l)"
	for node in n1 n2; do
		ns $node nft delete table ip how
	done
done

# ---- no room in conntrack ----

max=$(sysctl -n net.netfilter.nf_conntrack_max)
chat_start chat 100 < <(client_addrs 21 40)
check "20 more connections" busywait 10000 sessions_are 40 n1 n2
check "4 flows of datagrams" busywait 20000 are_to_stay 5000
served=$(named 5000 5)
sysctl -qw net.netfilter.nf_conntrack_max=1
check_not "a full conntrack lets no new connection in" \
	ns cl socat -u OPEN:/dev/null \
	"TCP4:$VIP:7,bind=$(client_addr 41),connect-timeout=2"
check_eq "nor new flows of datagrams" "nobody 4" "$(named 5001 1 | uniq -c |
	awk '{ print $2, $1 }')"
for i in 1 2; do
	check_eq "the ones that are there go on with their nodes, $i" "$served" \
		"$(named 5000 5)"
done
probe_stop chat >"$tmp/chat"
sysctl -qw "net.netfilter.nf_conntrack_max=$max"
check "one with room does" ns cl socat -u OPEN:/dev/null \
	"TCP4:$VIP:7,bind=$(client_addr 42),connect-timeout=5"
check_eq "and new flows of datagrams" "$served" "$(named 5001 5)"
check_not "of which each has a node" grep nobody <<<"$served"
check_eq "those that are there go on" "" \
	"$(awk '$4 != "open" || $2 < 5 || $2 != $3' "$tmp/chat")"
