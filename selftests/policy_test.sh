#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Rules with policies of their own: what gets to them goes by connection or by
# network, while the cluster goes by client; and each of the others below each.
. "$(dirname "$0")/lib.sh"
require nft-lnlb

readonly TIMEOUT=2

# rules NODE [LINE [AFFINITY]]: those of the cluster, and what is in front of them
rules() {
	ns "$1" nft-lnlb -f - <<-EOT || die "no rules on $1"
		table inet lb
		delete table inet lb
		table inet lb {
			chain pre {
				type filter hook prerouting priority raw
				$2
				lnlb cluster $VIP dev eth0 weight 100 timeout ${TIMEOUT}s ${3-}
			}
		}
	EOT
}

policies() {
	rules "$1" "meta l4proto { tcp, udp } th dport { 7, 80, 81 } lnlb cluster $VIP policy connection
		tcp dport 8080 lnlb cluster $VIP policy network 24"
}

# visit PORT TIMES: by the clients on stdin
visit() { probe cl tcp.py visit "$VIP" "$1" "$2"; }

nodes_of() { awk '{ print $2 }' "$1" | sort -u | wc -l; }
served() { grep -c ' n[123]$' "$1"; }

# tracked PORT: from where there are connections to it, as conntrack has them; a line
# for each node that knows one
tracked() {
	local node

	for node in n1 n2 n3; do
		ns $node conntrack -L -p tcp --orig-port-dst "$1" 2>/dev/null |
			awk '{ print $5, $7 }'
	done
}

# refused POLICY CHAIN PRIORITY CAUSE: in a chain of that kind
refused() {
	ns n1 nft-lnlb -f - 2>"$tmp/refused" <<-EOT && return 1
		table $2 priority $3;
			lnlb cluster $VIP policy $1
		}
		}
	EOT
	grep -q -e "$4" "$tmp/refused" && return
	cat "$tmp/refused"
	return 1
}

lan_setup 3
add_clients 60
patient_tcp cl n1 n2 n3
for node in n1 n2 n3; do
	patient $node
	policies $node
	ip_ns $node addr add "$VIP/32" dev eth0
	cluster_nodes+=("$node")
done
wait_active 3 || die "no agreement"
for node in n1 n2 n3; do
	for port in 80 8080 8081; do
		start_web $node $port
	done
	start_udp_echo $node
	chat_server $node
done

# ---- by connection, by client, by network ----

capture_start answers cl eth0 tcp
client_addrs 1 1 | visit 80 60 >"$tmp/connection"
client_addrs 1 1 | visit 8081 12 >"$tmp/client"
client_addrs 1 60 | visit 8081 1 >"$tmp/clients"
check_eq "60 connections of one client to port 80 are answered" 60 \
	"$(served "$tmp/connection")"
check_eq "by all nodes" 3 "$(nodes_of "$tmp/connection")"
tracked 80 >"$tmp/tracked"
# a port may be used again
check_le "conntrack knows of them" 40 "$(sort -u "$tmp/tracked" | wc -l)"
check_eq "no other node's does" "" "$(sort "$tmp/tracked" | uniq -d)"
check_eq "12 of the same client to port 8081 as well" 12 \
	"$(served "$tmp/client")"
check_eq "by one node" 1 "$(nodes_of "$tmp/client")"
check_eq "60 clients are served there" 60 "$(served "$tmp/clients")"
check_eq "by all nodes" 3 "$(nodes_of "$tmp/clients")"

for net in $(seq 11 30); do
	printf '10.0.%d.%d\n' "$net" 7 "$net" 77 "$net" 177
done >"$tmp/addrs"
sed 's,.*,addr add &/32 dev eth0,' "$tmp/addrs" | ip_ns cl -batch -
visit 8080 1 <"$tmp/addrs" >"$tmp/networks"
visit 8081 1 <"$tmp/addrs" >"$tmp/hosts"
capture_stop answers
check_eq "60 clients of 20 networks are served on port 8080" 60 \
	"$(served "$tmp/networks")"
check_eq "those of a network by the same node" 20 \
	"$(awk '{ split($1, a, "."); print a[3], $2 }' "$tmp/networks" |
		sort -u | wc -l)"
check_eq "the networks by all nodes" 3 "$(nodes_of "$tmp/networks")"
check_le "on port 8081 more than one serves most networks" 30 \
	"$(awk '{ split($1, a, "."); print a[3], $2 }' "$tmp/hosts" |
		sort -u | wc -l)"
check_eq "without a RST" "" "$(refusals answers)"

for port in $(seq 41001 41006); do
	node=$(web_id --local-port $port --retry 2 --retry-all-errors)
	check_eq "lnlbctl owner knows that $node has the client's port $port" \
		"$(node_mac "${node#n}")" "$(ns n1 lnlbctl owner -j \
			--policy connection "10.0.0.100:$port" | jq -r .node)"
done

# ---- pieces, errors, and what a node asks ----

check_eq "6 UDP packets in fragments come back" 6 "$(fragments_back 40001 40006)"
for node in n1 n2 n3; do
	untracked $node "udp dport 7"
done
check_eq "so do 8 that conntrack is not to see" 8 "$(fragments_back 40021 40028)"
for node in n1 n2 n3; do
	ns $node nft delete table ip early
done
check "ping" again ns cl ping -qc2 -i0.2 -W2 "$VIP"
ns rt ip link set eth1 mtu 1280
for port in $(seq 40011 40019); do
	check_eq "a download through a narrow link from port $port" 100000 \
		"$(ns out curl -sf -m 10 -r 0-99999 -o /dev/null --local-port $port \
			-w '%{size_download}' "http://$VIP/big")"
done
for node in n1 n2 n3; do
	check "$node has learnt the path MTU" grep -q 'mtu 1280' \
		<(ns $node ip route get 192.0.2.2 from "$VIP")
done
start_web cl 80
for node in n1 n2 n3; do
	check_eq "$node asks from the cluster address and is answered" cl \
		"$(ns $node curl -s -m 15 --interface "$VIP" http://10.0.0.100/id)"
done

# ---- connections stay ----

# words so seldom that only conntrack keeps their sessions
chat_start slow $((3000 * TIMEOUT)) < <(client_addrs 36 59)
slow_since=$(now_ms)
another_word() { (($(now_ms) > drained + 3500 * TIMEOUT)); }
silent_long() { (($(now_ms) > slow_since + 1750 * TIMEOUT)); }
chat_start chat 200 < <(client_addrs 1 45)
# sessions of connections to port 7
connections() {
	local node

	for node in n1 n2 n3; do
		ns $node lnlbctl sessions -j nlb0
	done | jq -s '[.[][] | select(.port != null and .self)] | length'
}
have_connections() { [ "$(connections)" -ge 45 ]; }
check "45 connections are 45 sessions" busywait 30000 have_connections
monitor_start n1
busywait 20000 silent_long
check "drain n3" ns n3 lnlbctl drain nlb0
drained=$(now_ms)
two_claim_all() {
	show n1 '([.nodes[] | select(.state == "active") | .claims] | add) == .buckets'
}
check "its buckets go to the others" busywait 5000 two_claim_all
client_addrs 1 1 | visit 80 30 >"$tmp/drained"
check_eq "new connections are served by the other two" 2 \
	"$(nodes_of "$tmp/drained")"
check_eq "all of them" 30 "$(grep -c ' n[12]$' "$tmp/drained")"
check "resume" ns n3 lnlbctl resume nlb0
check "it has its share again" wait_active 3
probe_stop chat >"$tmp/chat"
check_eq "no connection was lost, nor a word" "" \
	"$(awk '$4 != "open" || $2 < 3 || $2 != $3' "$tmp/chat")"
busywait 20000 another_word
probe_stop slow >"$tmp/slow"
check_eq "nor of those that had nothing to say for a while" "" \
	"$(awk '$4 != "open" || $2 < 1 || $2 != $3' "$tmp/slow")"
check_le "many were with the node that drained" 7 \
	"$(grep -c ' n3$' "$tmp/chat")"

# ---- orphans ----

# segments of connections that nobody has, among others; answered by a bare RST
capture_orphans() {
	for node in n1 n2 n3; do
		ns $node sysctl -qw "net.lnlb.orphan_reset=$1" ||
			die "cannot set orphan_reset on $node"
	done
	capture_start "orphans$1" cl eth0 "src host $VIP and tcp[tcpflags] = tcp-rst"
}
# it takes the nodes a tick to hear of it
spray_dropped() {
	probe cl probe.py spray "$VIP" "$(cluster_mac)" 36 < <(client_addrs 11 19)
	dropped "$1"
}
orphans() { capture_count "$1"; }
dropped() {
	(($(counter n1 rx_orphan) + $(counter n2 rx_orphan) +
		$(counter n3 rx_orphan) >= $1))
}
told() { [ "$(orphans orphans1)" -ge 9 ]; }

capture_orphans 1
probe cl probe.py spray "$VIP" "$(cluster_mac)" 36 < <(client_addrs 1 9)
check "segments of 9 unknown connections are answered" busywait 5000 told
capture_stop orphans1
check_eq "once each" 9 "$(orphans orphans1)"
capture_orphans 0
check "and dropped if that is wished" busywait 10000 spray_dropped 9
capture_stop orphans0
check_eq "without an answer" 0 "$(orphans orphans0)"

# ---- the policies go, the cluster stays ----

for node in n1 n2 n3; do
	rules $node ""
done
only_default() {
	client_addrs 1 1 | visit 80 12 >"$tmp/default"
	note "connections without those rules: $(cut -d' ' -f2- "$tmp/default" |
		sort | uniq -c | xargs)"
	[ "$(nodes_of "$tmp/default")" = 1 ] && [ "$(served "$tmp/default")" = 12 ]
}
check "without those rules a client goes to one node" \
	busywait 20000 only_default
check_eq "nobody has left meanwhile" "" \
	"$(grep -E 'node_down|node_gone|cluster_del' "$tmp/events-n1")"

# ---- each policy below each affinity ----

# the ports of each policy
declare -A tcp_port=([connection]=80 [client]=8081 [network]=8080)
declare -A udp_port=([connection]=17 [client]=18 [network]=19)

# split WHAT PORT COUNT TIMES PAIRS GROUP: so many clients, on stdin, TIMES from each,
# by TCP; GROUP, an awk expression, tells those that belong together
split() {
	visit "$2" "$4" >"$tmp/split"
	check_eq "$1, port $2: all are answered" $(($3 * $4)) \
		"$(served "$tmp/split")"
	check_eq "$1, port $2: $5 pairs of these and a node" "$5" \
		"$(awk "{ split(\$1, a, \".\"); print $6, \$2 }" \
			"$tmp/split" | sort -u | wc -l)"
	check_eq "$1, port $2: by all nodes" 3 "$(nodes_of "$tmp/split")"
}

# foretell POLICY: "CLIENT:PORT NODE" for those in the file keys, to the file
# by-POLICY; before they have come
foretell() {
	sed "s,.*,owner -j --policy ${1/ //} &," "$tmp/keys" | ns n1 lnlbctl -b |
		jq -r .node | awk '{ split($1, byte, ":"); print "n" 0 + byte[6] }' |
		paste -d ' ' "$tmp/keys" - >"$tmp/by-${1% *}"
}

# datagrams WHAT [SIZE]: from those in the file keys to the port of each policy
datagrams() {
	local policy

	for policy in connection client network; do
		probe cl udp.py visit "$VIP" "${udp_port[$policy]}" 1 "${2-0}" \
			<"$tmp/keys" >"$tmp/udp"
		check_eq "$1: answered by whom they are for by $policy" "" \
			"$(diff "$tmp/by-$policy" "$tmp/udp")"
	done
}

# note_passed: what is behind ingress, of those datagrams, and on which node
note_passed() {
	local node

	for node in n1 n2 n3; do
		ns $node nft -f - <<-EOT || die "no rule on $node"
			table ip seen {
				set who {
					type ipv4_addr . inet_service
					size 1000
					flags dynamic
				}
				chain pre {
					type filter hook prerouting priority -450
					ip daddr $VIP udp dport 17-19 \
						add @who { ip saddr . udp sport }
				}
			}
		EOT
	done
}

# passed: "CLIENT:PORT NODE", and no more of it
passed() {
	local node

	for node in n1 n2 n3; do
		ns $node nft -j list set ip seen who | jq -r ".. | objects |
			.concat // empty | \"\(.[0]):\(.[1]) $node\""
		ns $node nft delete table ip seen
	done | sort
}

# by_datagrams AFFINITY: before anybody else comes, so that there are no sessions
by_datagrams() {
	local policy

	awk '{ print $1 ":" 20000 + NR }' "$tmp/addrs" >"$tmp/keys"
	for policy in connection client "network 24"; do
		foretell "$policy"
		check_eq "below $1: 60 ports are for all nodes by $policy" 3 \
			"$(nodes_of "$tmp/by-${policy% *}")"
	done
	note_passed
	datagrams "below $1, datagrams"
	passed >"$tmp/passed"
	check_eq "below $1: ingress drops what is another node's by each" "" \
		"$(sort -u "$tmp"/by-* | diff - "$tmp/passed")"
	datagrams "below $1, in fragments" 3000
}

# syn_acks FIELDS: how many differ in these; $2 is the node's MAC address, $10 its
# port, $12 the client's, which may be used again, $18 what of the client's it is for
syn_acks() {
	capture_show split -S "src host $VIP and tcp[13] = 18" |
		awk "{ print $1 }" | sort -u | wc -l
}

# each_below AFFINITY: of the cluster
each_below() {
	local node policy ports lines=""

	for policy in connection client "network 24"; do
		[ "$policy" != "$1" ] || continue
		ports="${tcp_port[${policy% *}]}, ${udp_port[${policy% *}]}"
		lines+="meta l4proto { tcp, udp } th dport { $ports }"
		lines+=" lnlb cluster $VIP policy $policy"$'\n'
	done
	for node in n1 n2 n3; do
		rules $node "$lines" "affinity $1"
		busywait 10000 has_affinity $node "$1" >/dev/null ||
			die "no affinity $1 on $node"
		ns $node conntrack -F >/dev/null 2>&1
		ip_ns $node route flush cache
	done
	wait_active 3 || die "no agreement with affinity $1"

	capture_start split cl eth0 tcp or icmp
	by_datagrams "$1"
	split "below $1, by client" 8081 30 4 30 '$1' < <(client_addrs 1 30)
	split "below $1, by network" 8080 60 1 20 'a[3]' <"$tmp/addrs"
	split "below $1, by connection" 80 1 60 3 '$1' < <(client_addrs 1 1)
	capture_stop split
	check_eq "below $1: 240 connections were answered" 240 \
		"$(syn_acks '$10, $12, $18')"
	check_eq "below $1: by one node each" 240 \
		"$(syn_acks '$2, $10, $12, $18')"
	check_eq "below $1: and no node refuses one" "" "$(refusals split
		capture_show split "src host $VIP and icmp[0] = 3")"
	for port in 80 8080 8081; do
		check_eq "below $1: a download from port $port through a narrow link" \
			100000 "$(ns out curl -sf -m 10 -r 0-99999 -o /dev/null \
				-w '%{size_download}' "http://$VIP:$port/big")"
	done
}

# has_affinity NODE AFFINITY
has_affinity() {
	show "$1" "\"\(.affinity) \(.affinity_len // \"\")\" | startswith(\"$2\")"
}

for node in n1 n2 n3; do
	for port in 17 18 19; do
		probe_start "udp-$node-$port" $node udp.py serve "$VIP" $port $node \
			</dev/null
	done
done
each_below connection
each_below "network 24"

# ---- what cannot be ----

check "a policy in family netdev is refused" refused connection \
	"netdev t { chain c { type filter hook ingress device eth0" 0 \
	"family ip and inet only"
for priority in -450 -400 -201 -160; do
	check "and at priority $priority" refused connection \
		"ip t { chain c { type filter hook prerouting" $priority \
		"priority from -399 to -202"
done
check "a prefix of 33 bits is refused" refused "network 33" \
	"ip t { chain c { type filter hook prerouting" raw "expected 1-32"
