#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Planned changes, one after the other, while clients hold connections, exchange
# datagrams and open new connections all the time: nobody loses a connection,
# nobody changes its node, nobody is answered twice.
# TIMES=20: each so often; HELD= FLOWS= VISITS= clients, a new connection each
# EVERY ms, RATE= of them a second at least, on the average
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/load.sh"

TIMES=${TIMES:-1}
HELD=${HELD:-300}
FLOWS=${FLOWS:-50}
VISITS=${VISITS:-100}
EVERY=${EVERY:-10}
RATE=${RATE:-20}
opened=0
took_ms=0

# n1 is in the cluster by a rule, so that a ruleset can be reloaded
ruleset() {
	cat <<-EOT
		flush ruleset
		table ip lnlb {
			chain prerouting {
				type filter hook prerouting priority -350;
				lnlb cluster $VIP dev eth0 weight 100
			}
		}
	EOT
}

# settle COUNT NODE...: a change of membership or weight is over
settle() { WAIT_MS=30000 wait_active "$@" || { diagnose; return 1; }; }

gone() { ! show "$1" .state >/dev/null 2>&1; }
no_claims() { show "$1" '.nodes[0].claims == 0'; }

# the nodes that leave and join take turns: each has clients then
leaver() { echo "n$((2 + n % 2))"; }
stayer() { echo "n$((3 - n % 2))"; }

change_join() {
	cluster_up "$(leaver)"
	set_weight "$(leaver)" 100
	settle 3 n1 n2 n3
}

# clients that never rest would keep the node for ever
change_leave() {
	local leave node

	node=$(leaver)
	ip netns exec "$(full_ns "$node")" lnlbctl leave nlb0 >"$tmp/leave" 2>&1 &
	leave=$!
	busywait 30000 no_claims "$node" || return
	tell rest "$node"
	busywait 60000 gone "$node" || {
		cat "$tmp/leave"
		ns "$node" conntrack -L 2>/dev/null | grep -v TIME_WAIT
		return 1
	}
	wait $leave || { cat "$tmp/leave"; return 1; }
	settle 2 n1 "$(stayer)"
	tell wake
}

change_drain() {
	ns n2 lnlbctl drain nlb0
	busywait 30000 no_claims n2 || return
	ns n2 lnlbctl resume nlb0
	settle 3 n1 n2
}

change_weight() {
	ns n3 lnlbctl set_weight nlb0 1 && settle 3 n1 n2 &&
		ns n3 lnlbctl set_weight nlb0 10 && settle 3 n1 n2
}

change_reload() { ruleset | ns n1 nft-lnlb -f -; }

change_resync() { ns "n$((1 + n % 3))" lnlbctl resync nlb0 && settle 3 n1 n2; }

# rate OPENED MS: a second
rate() { echo $(($1 * 1000 / ($2 > 0 ? $2 : 1))); }

# add_rate COUNTS: notes the rate, and adds it to that of all
add_rate() {
	local n ms

	n=$(value opened "$1")
	ms=$(value ms "$1")
	opened=$((opened + n))
	took_ms=$((took_ms + ms))
	note "$1 rate=$(rate "$n" "$ms")/s"
}

last=peace
# changes NAME FROM TO: the change NAME so often, and what became of the clients
changes() {
	local what=$1 title=$1-$3 n report

	for ((n = $2; n <= $3; n++)); do
		"change_$what" >"$tmp/change" 2>&1 || {
			result 1 "$what $n" "$(cat "$tmp/change")"
			break
		}
	done
	report=$(ask report "$title")
	add_rate "$report"
	check_le "$title: there were clients" 1 "$(value served "$report")"
	check_eq "$title: no connection is lost" 0 "$(value broken "$report")"
	check_eq "$title: no datagram is lost" 0 "$(value lost "$report")"
	check_eq "$title: no client changes its node" 0 \
		"$(value moved "$report")"
	check_eq "$title: every new connection is served" 0 \
		"$(value failed "$report")"
	check_eq "$title: nobody is answered twice" 0 \
		"$(value twice "$report")"
	note "$(sed "0,/^$last ms=/d; /^$title ms=/,\$d" "$tmp/load.out")"
	last=$title
}

# frames that a processor had no room for
overflows() { awk '{ print $2 }' /proc/net/softnet_stat | xargs; }

sysctl -qw net.core.netdev_max_backlog=10000
lan_setup 3
add_clients $((250 + FLOWS + VISITS))
ip_ns n1 addr add "$VIP/32" dev eth0
patient n1
ruleset | ns n1 nft-lnlb -f - || die "no ruleset"
cluster_nodes+=(n1)
for node in n2 n3; do
	cluster_up $node
	set_weight $node 100
done
wait_active 3 || die "three nodes do not come to an agreement"
echo_start n1 n2 n3
for node in n1 n2 n3; do
	# a flow that conntrack has keeps its session; so does a visit that ended by a
	# RST if that was lost
	ns $node sysctl -qw net.netfilter.nf_conntrack_udp_timeout=5 \
		net.netfilter.nf_conntrack_udp_timeout_stream=5 \
		net.netfilter.nf_conntrack_tcp_timeout_established=30
done
load_start
all_have_sessions n1 n2 n3
note "$(ask report start)"
report=$(ask report peace)
add_rate "$report"
opened=0
took_ms=0
before=$(overflows)

for round in drain weight reload resync; do
	changes $round 1 "$TIMES"
done
for ((round = 1; round <= TIMES; round++)); do
	changes leave $round $round
	changes join $round $round
done
check_le "clients open at least $RATE connections a second" "$RATE" \
	"$(rate $opened $took_ms)"
check_eq "the machine has dropped nothing" "$before" "$(overflows)"
