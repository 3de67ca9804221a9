#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Conntrack as administrators have it: not for our traffic, in a zone, or full.
# Clients are served, and keep their node when buckets move. Where it is not there
# at all, buckets alone decide, and clients are served while these do not move.
. "$(dirname "$0")/lib.sh"
require nft-lnlb

readonly MTU=1280

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
		        print(s.recv(64).decode().split()[0])
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

# get CLIENT PORT: bytes of a download from outside
get() {
	ns out curl -sf -m 10 --interface "$1" --local-port "$2" -r 0-99999 \
		-o /dev/null -w '%{size_download}' "http://$VIP/big"
}

# learnt CLIENT...: how many nodes know the path to one of them
learnt() {
	local node client

	for node in n1 n2; do
		for client in "$@"; do
			ns $node ip route get "$client" from "$VIP"
		done | grep -m 1 -c "mtu $MTU"
	done | grep -c 1
}

# alone HOW PORT CLIENT...: without a tracker. From PORT and on each of these outside
# downloads something
alone() {
	local how=$1 port=$2 client got=0

	shift 2
	rmmod nf_lnlb_conntrack || die "the tracker stays $how"
	check_eq "there is no tracker $how" null "$(show n1 .tracker)"
	for node in n1 n2; do
		ns $node sysctl -qw net.lnlb.orphan_reset=0
		ns $node conntrack -F >/dev/null 2>&1
	done
	chat_start chat 100 < <(client_addrs 1 20)
	visits 1 30 3 >"$tmp/tcp"
	check_eq "90 connections are served $how" 90 \
		"$(grep -c ' n[12]$' "$tmp/tcp")"
	probe cl udp.py visit "$VIP" 8 3 < <(client_addrs 1 30) >"$tmp/udp"
	check_eq "90 flows of datagrams are answered once $how" 90 \
		"$(grep -c ' n[12]$' "$tmp/udp")"
	check_eq "4 datagrams in fragments come back $how" 4 \
		"$(fragments_back "$port" $((port + 3)))"
	for client in "$@"; do
		[ "$(get "$client" $port)" = 100000 ] || break
		got=$((got + 1)) port=$((port + 1))
	done
	check_eq "downloads through a narrow link are complete $how" $# $got
	# shellcheck disable=SC2046
	check_eq "both nodes have learnt the path MTU $how" 2 \
		"$(learnt $(printf '%s\n' "$@" | sort -u))"
	probe_stop chat >"$tmp/chat"
	check_eq "20 connections live on $how" "" \
		"$(awk '$4 != "open" || $2 < 5 || $2 != $3' "$tmp/chat")"
	check_eq "conntrack knows nothing $how" 0 "$(for node in n1 n2; do
		ns $node conntrack -L 2>/dev/null
	done | wc -l)"
	modprobe nf_lnlb_conntrack
	for node in n1 n2; do
		ns $node sysctl -qw net.lnlb.orphan_reset=1
	done
}

# pairs: different ones of client and node that the last alone has seen
pairs() { sort -u "$tmp/tcp" "$tmp/udp" | wc -l; }

lan_setup 2
add_clients 60
patient_tcp cl n1 n2
clusters_up 2
for node in n1 n2; do
	chat_server $node
	probe_start "names-$node" $node udp.py serve "$VIP" 8 $node </dev/null
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

# ---- no conntrack ----

for node in n1 n2; do
	start_web $node
	start_udp_echo $node
done
for i in $(seq 11 23); do
	ns out ip addr add "192.0.2.$i/24" dev eth0
done
ns rt ip link set eth1 mtu $MTU
# shellcheck disable=SC2046
alone "by client" 41000 $(seq -f '192.0.2.%.0f' 11 22)
check_eq "each client by one node" 30 "$(pairs)"
by_connection 2
# shellcheck disable=SC2046
alone "by connection" 42000 $(printf '192.0.2.23 %.0s' {1..12})
check_le "most clients by both" 45 "$(pairs)"
