#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Crashes, while clients hold connections, exchange datagrams and open new
# connections all the time: the dead node's clients lose what they had with it
# and are told so, nobody else notices.
# HELD= FLOWS= VISITS= clients, a new connection each EVERY ms
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/load.sh"

HELD=${HELD:-300}
FLOWS=${FLOWS:-50}
VISITS=${VISITS:-100}
EVERY=${EVERY:-10}

# with held|flows NODE: how many it has. Each answer needs a name of its own.
with() { value "$1" "$(ask clients "with-$BASHPID" "$2")"; }

with_each() {
	local node

	for node in "$@"; do with held "$node"; done | xargs
}

none() { [ "$(with "$1" "$2")" -eq 0 ]; }

# load says so of a datagram 2 s after it was sent, when the flow speaks again
lost_are_known() { [ $(($(now_ms) - $1)) -gt 4000 ]; }

# what load says beside its answers; that connections end is looked at elsewhere
complaints() {
	grep -vE '^[^ ]+ [a-z]+=|^connection .*reset|^ready' "$tmp/load.out"
}

# crash NODE OTHER...: others are the nodes that stay
crash() {
	local node=$1 held flows others report began

	shift
	held=$(with held "$node")
	flows=$(with flows "$node")
	others=$(with_each "$@")
	check_le "$node has connections" 10 "$held"
	check_le "$node has flows" 2 "$flows"
	ask report "start-$node" >/dev/null
	began=$(now_ms)
	kill_node "$node"
	check "$node is dead: the others go on" wait_active $# "$@"
	check "$node is dead: its clients are told" \
		busywait 20000 none held "$node"
	check "$node is dead: its flows are with others" \
		busywait 20000 none flows "$node"
	busywait 10000 lost_are_known "$began"
	report=$(ask report "crash-$node")
	note "$report"
	note "$(complaints | head -n 20)"
	check_eq "$node is dead: its connections end, and no others" "$held" \
		"$(value broken "$report")"
	check_eq "$node is dead: connections of the others" "$others" \
		"$(with_each "$@")"
	check_le "$node is dead: the last one is reset after, ms" \
		"$(value broken_ms "$report")" "$(limit_ms 1500 "$began")"
	check_eq "$node is dead: its flows move, and no others" "$flows" \
		"$(value moved "$report")"
	# one is under way each second
	check_le "$node is dead: datagrams lost" "$(value lost "$report")" \
		$(((${STRICT:-0} ? 2 : 3) * flows))
	check_eq "$node is dead: nobody is answered twice" 0 \
		"$(value twice "$report")"
}

all_held() {
	[ "$(($(with held n1) + $(with held n2) + $(with held n3)))" -eq "$HELD" ]
}

lan_setup 3
add_clients $((250 + FLOWS + VISITS))
clusters_up 3
echo_start n1 n2 n3
load_start
all_have_sessions n1 n2 n3
check "all connections are answered" busywait 20000 all_held

crash n3 n1 n2
revive_node n3
check "n3 comes back" wait_active 3
crash n2 n1 n3
