#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# lnlbctl owner names the node that really answers a client, before and after a
# drain; sessions lists what there is, buckets and nodes agree on all nodes.
. "$(dirname "$0")/lib.sh"
require nft-lnlb

readonly CLIENTS=100

# ask NODE CLUSTER: for the clients on stdin, "CLIENT SURE BY ID" lines
ask() {
	sed "s/.*/owner -j $2 &/" | ns "$1" lnlbctl -b |
		jq -r '[.client + (if .port then ":\(.port)" else "" end),
			.sure, .by, .node] | map(tostring) | join(" ")'
}

# node_of: "CLIENT … ID" lines with the name of the node for its id
node_of() {
	awk '{
		split($NF, byte, ":")
		print $1, "n" 0 + byte[6]
	}'
}

# owners NODE CLUSTER: ask that node, and where it is not sure the one that it
# names, for the clients on stdin; "CLIENT NODE" lines. Files asked-NODE keep
# what was said last.
owners() {
	local from=$1 i

	ask "$from" "$2" >"$tmp/asked"
	awk '$2 == "true"' "$tmp/asked" | node_of
	for i in 1 2 3; do
		awk -v id="$(node_mac $i)" '$2 != "true" && $4 == id { print $1 }' \
			"$tmp/asked" | ask "n$i" "$2" >"$tmp/asked-n$i"
		awk '$2 != "true"' "$tmp/asked-n$i" >>"$tmp/unsure"
		node_of <"$tmp/asked-n$i"
	done
}

# owners_from NODE CLUSTER FIRST LAST: the same, sorted. Nobody has a bucket when the
# machine has stood still.
owners_from() {
	local began

	for _ in 1 2 3; do
		began=$(now_ms)
		: >"$tmp/unsure"
		client_addrs "$3" "$4" | owners "$1" "$2" | sort >"$tmp/owners"
		stood_still "$began" || break
	done
	cat "$tmp/owners"
}

# alike COMMAND COMMAND: they say the same
alike() {
	local a b

	a=$(eval "$1")
	b=$(eval "$2")
	[ "$a" = "$b" ] || { printf 'one: %s\nother: %s\n' "$a" "$b"; return 1; }
}

# listed NODE: sessions that this node keeps, as it says
listed() { ns "$1" lnlbctl sessions -j nlb0 | jq -r '.[] | select(.self).client'; }

# all_listed: by all three, "CLIENT NODE" lines
all_listed() {
	local node

	for node in n1 n2 n3; do
		listed $node | sed "s/$/ $node/"
	done | sort
}

buckets() { ns "$1" lnlbctl buckets -j nlb0; }

# bucket_counts NODE: the number of buckets in the ranges, by node
bucket_counts() {
	buckets "$1" | jq -c '[.[0].nodes[] |
		{ id, claims: ([.claims[] | .[1] - .[0] + 1] | add // 0),
		  target: ([.target[] | .[1] - .[0] + 1] | add // 0) }] |
		sort_by(.id)'
}

# buckets_of NODE CLUSTER: of the clients on stdin, as lnlbctl says
buckets_of() {
	sed "s/.*/owner -j $2 &/" | ns "$1" lnlbctl -b |
		jq -r '[.client + (if .port then ":\(.port)" else "" end), .bucket] |
			map(tostring) | join(" ")'
}

# by_formula VIP: of the clients on stdin, as the protocol has it
by_formula() {
	PYTHONPATH=$(dirname "$0") python3 -Bc 'import sys, frames
for client in sys.stdin.read().split():
	addr, _, port = client.partition(":")
	print(client, frames.bucket(sys.argv[1], addr, int(port) if port else None))
' "$1"
}

lan_setup 3
add_clients 160
patient_tcp cl n1 n2 n3
clusters_up 3
for node in n1 n2 n3; do
	start_web $node
	chat_server $node
done

# ---- before there is a session ----

owners_from n1 nlb0 101 $((100 + CLIENTS / 2)) >"$tmp/said"
check_eq "half of $CLIENTS clients have an owner" $((CLIENTS / 2)) \
	"$(grep -c ' n[123]$' "$tmp/said")"
check_eq "the nodes that are asked last are sure" "" "$(cat "$tmp/unsure")"
visits 101 $((100 + CLIENTS / 2)) 1 | sort >"$tmp/answered"
check_eq "and these answer them" "" "$(diff "$tmp/said" "$tmp/answered")"

client_addrs 1 $CLIENTS >"$tmp/clients"
check_eq "the bucket of a client is the hash that the protocol has" \
	"$(by_formula "$VIP" <"$tmp/clients")" \
	"$(buckets_of n1 nlb0 <"$tmp/clients")"

# ---- with sessions ----

owners_from n2 nlb0 1 $CLIENTS >"$tmp/before"
chat_start chat 200 < <(client_addrs 1 $CLIENTS)
check "$CLIENTS clients are served" busywait 30000 sessions_are \
	$((CLIENTS + CLIENTS / 2)) n1 n2 n3
owners_from n3 nlb0 1 $CLIENTS >"$tmp/said"
check_eq "their owners are those that were foretold" "" \
	"$(diff "$tmp/before" "$tmp/said")"
check "by their sessions, where it is their node that is asked" \
	test "$(cat "$tmp"/asked-n* | grep -c ' session ')" -gt $((CLIENTS / 4))
all_listed >"$tmp/listed"
check_eq "sessions lists each of them once, at its owner" "" \
	"$(join -v 1 -t: <(cat "$tmp/said" "$tmp/answered" | sort) "$tmp/listed")$(
		uniq -d "$tmp/listed")"
check_eq "and as many as show counts" \
	"$(for node in n1 n2 n3; do show $node .sessions; done | xargs)" \
	"$(for node in n1 n2 n3; do listed $node | wc -l; done | xargs)"
check "as text, too" eval 'ns n1 lnlbctl sessions nlb0 |
	grep -qE "^nlb0 +10\.0\.1\.[0-9]+ +$(node_mac 1) self +[0-9]+s  conntrack$"'

check "the ranges of buckets are as long as show says" busywait 5000 alike \
	"show n1 '[.nodes[] | { id, claims, target }] | sort_by(.id) | tojson'" \
	"bucket_counts n1"
by_node() { buckets "$1" | jq -c '.[0].nodes | map(del(.self)) | sort_by(.id)'; }
for node in n2 n3; do
	check "$node sees the same buckets as n1" busywait 5000 alike \
		"by_node n1" "by_node $node"
done
check "nodes has the nodes of show" busywait 5000 alike \
	"show n1 '[.nodes[] | [.id, .claims] | tojson] | join(\" \")'" \
	"ns n1 lnlbctl nodes -j nlb0 |
		jq -r '[.[0].nodes[] | [.id, .claims] | tojson] | join(\" \")'"
# the second is read between the first and the third
three_counts() {
	counter n1 rx_mine
	ns n1 lnlbctl stats -j nlb0 | jq '.[0].stats.rx_mine'
	counter n1 rx_mine
}
three_counts >"$tmp/counts"
check_eq "stats has the counters of show" "$(cat "$tmp/counts")" \
	"$(sort -n "$tmp/counts")"
check "which are not zero" test "$(head -n 1 "$tmp/counts")" -gt 1000
check "with words" eval 'ns n1 lnlbctl stats | grep -qE "^  rx_mine +[0-9]+  Packets taken$"'

# ---- a drain ----

check "drain" ns n3 lnlbctl drain nlb0
no_claims() { show n3 '.nodes[0].claims == 0'; }
check "its buckets go to the others" busywait 3000 no_claims
check "and are all taken" busywait 5000 show n1 \
	'([.nodes[].claims] | add) == .buckets'
owners_from n1 nlb0 1 $CLIENTS >"$tmp/after"
check_eq "no client has another owner" "" "$(diff "$tmp/said" "$tmp/after")"
owners_from n1 nlb0 151 160 >"$tmp/new"
check_eq "new clients are not for the node that drains" "" \
	"$(grep -vE ' n[12]$' "$tmp/new")"
visits 151 160 1 | sort >"$tmp/answered"
check_eq "and are answered as said" "" "$(diff "$tmp/new" "$tmp/answered")"
kept=$(grep -c ' n3$' "$tmp/said")
known=$(for node in n1 n2; do
	ns $node lnlbctl sessions -j nlb0 |
		jq -r --arg id "$(node_mac 3)" '.[] | select(.node == $id).client'
done | sort -u | comm -12 - <(awk '$2 == "n3" { print $1 }' "$tmp/said" | sort) |
	wc -l)
check_le "its sessions are a good part of all" $((CLIENTS / 6)) "$kept"
check_eq "the others list them as those of n3" "$kept" "$known"
probe_stop chat >"$tmp/chat"
awk '{ print $1, $NF }' "$tmp/chat" | sort >"$tmp/answered"
check_eq "all these clients were answered by the nodes that were named" "" \
	"$(diff "$tmp/after" "$tmp/answered")"
check_eq "n3 has no bucket left" 0 \
	"$(buckets n1 | jq --arg id "$(node_mac 3)" \
		'.[0].nodes[] | select(.id == $id).claims | length')"
check "resume" ns n3 lnlbctl resume nlb0
check "it has its share again" wait_active 3

# ---- by connection ----

for node in n1 n2 n3; do
	ns $node nft-lnlb -f - <<-EOT || die "no rule on $node"
		table ip lb {
			chain pre {
				type filter hook prerouting priority raw
				lnlb cluster 10.0.0.11 dev eth0 weight 100 affinity connection
			}
		}
	EOT
	ip_ns $node addr add 10.0.0.11/32 dev eth0
done
ADDR=10.0.0.11 wait_active 3 || die "no agreement"
check "owner wants the port then" eval 'ns n1 lnlbctl owner nlb1 10.0.1.1 2>&1 |
	grep -q "port is needed"'
for port in $(seq 5001 5012); do
	echo "10.0.1.1:$port"
done >"$tmp/clients"
check_eq "the bucket is that of the protocol, too" \
	"$(by_formula 10.0.0.11 <"$tmp/clients")" \
	"$(buckets_of n1 nlb1 <"$tmp/clients")"
owners n1 nlb1 <"$tmp/clients" | sort >"$tmp/said"
while read -r client _; do
	echo "$client $(ADDR=10.0.0.11 web_id --interface 10.0.1.1 \
		--local-port "${client#*:}")"
done <"$tmp/said" | sort >"$tmp/answered"
check_eq "12 connections are answered as said" "" \
	"$(diff "$tmp/said" "$tmp/answered")"
check_eq "by all three nodes" 3 "$(cut -d' ' -f2 "$tmp/said" | sort -u | wc -l)"
check "sessions lists ports" eval 'ns n1 lnlbctl sessions nlb1 |
	grep -qE "^nlb1 +10\.0\.1\.1:50"'

# ---- what is refused ----

ip_ns n1 link set eth0 down
waiting() { show n1 '.state == "waiting"'; }
busywait 5000 waiting >/dev/null
check "owner says that the cluster waits" eval \
	'ns n1 lnlbctl owner nlb0 10.0.1.1 2>&1 | grep -q "waits for its device"'
check_eq "buckets, too" '{"name":"nlb0","buckets":4096,"digest":null,"nodes":[],"several":null,"nobody":null}' \
	"$(buckets n1 | jq -c '.[0]')"
check_eq "and there are no sessions" "[]" "$(ns n1 lnlbctl sessions -j nlb0)"
nobody() { ns n2 setpriv --reuid=65534 --clear-groups --inh-caps=-all "$@" 2>&1; }
for command in nodes buckets stats; do
	check "everybody may read $command" nobody "$(command -v lnlbctl)" $command
done
for command in sessions "owner 10.0.1.1"; do
	# shellcheck disable=SC2086 # words
	check_eq "but not ${command% *}" \
		"needs CAP_NET_ADMIN in the user namespace that owns this network namespace (try sudo)" \
		"$(nobody "$(command -v lnlbctl)" ${command/owner/owner nlb0} |
			grep -o 'needs CAP_NET_ADMIN.*')"
done
