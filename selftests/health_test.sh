#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# lnlbctl health: a node whose service died gets no new clients within three
# seconds and keeps its sessions, and has its share again when the service is
# back; what somebody else drained is not its business.
. "$(dirname "$0")/lib.sh"

URL=http://127.0.0.1/id

# health_start: on n3, until health_stop SIGNAL
health_start() {
	ip netns exec "$(full_ns n3)" lnlbctl health --http $URL --interval 1 \
		--fall 2 --rise 2 nlb0 >>"$tmp/health" 2>&1 &
	health=$!
}

health_stop() {
	kill "-$1" $health
	wait $health
}

web_stop() { kill -TERM "$(cat "$tmp/web-n3-80/pid")"; }
web_gone() { ! ns n3 curl -s -m 5 $URL >/dev/null; }
is_state() { [ "$(show n3 .state)" = "$1" ]; }
says() { grep -qF "$1" "$tmp/health"; }
flag() { show n3 '.flags | index("health") != null'; }
two_claim_all() {
	show n1 '([.nodes[] | select(.state == "active") | .claims] | add) == .buckets'
}

diagnose() {
	note "lnlbctl health said:"
	sed 's/^/#   /' "$tmp/health"
}

lan_setup 3
add_clients 250
clusters_up 3
for node in n1 n2 n3; do
	chat_server $node
	start_web $node
done
chat_start chat 200 < <(client_addrs 1 45)
check "45 clients are served" busywait 30000 sessions_are 45 n1 n2 n3
check_le "some of them by the node that will fail" 5 "$(show n3 .sessions)"
monitor_start n1
health_start

# ---- the service dies ----

web_stop
died=$(now_ms)
check "the service is gone" busywait 5000 web_gone
check "the node drains" busywait 10000 is_state draining
check "the others have its buckets" busywait 5000 two_claim_all
took=$(($(now_ms) - died))
note "nobody new is sent there after $took ms"
check_le "after three seconds at most" "$took" "$(limit_ms 3000 "$died")"
check "by health" flag
check "that says why" says "check failed (2 of 2): Connection refused"
check_not "two failures are enough" says "failed (3 of 2)"
visits 101 150 1 >"$tmp/new"
check_eq "new clients are served" 50 "$(grep -c ' n[12]$' "$tmp/new")"
check_not "it stays drained" busywait 3000 is_state active

# ---- and comes back ----

start_web n3
started=$(now_ms)
check "it is resumed" busywait 10000 is_state active
note "after $(($(now_ms) - started)) ms"
check_not "two successes are enough" says "succeeded (3 of 2)"
check_eq "not by health any more" false "$(show n3 '.flags | index("health") != null | tostring')"
check "it has its share again" wait_active 3
visits 151 200 1 >"$tmp/again"
check_eq "all new clients are served" 50 "$(grep -c ' n[123]$' "$tmp/again")"
check_le "some of them there" 8 "$(grep -c ' n3$' "$tmp/again")"
probe_stop chat >"$tmp/chat"
check_eq "no connection has noticed" "" \
	"$(awk '$4 != "open" || $2 < 5 || $2 != $3' "$tmp/chat")"
check_le "nor have those of this node" 5 "$(grep -c ' n3$' "$tmp/chat")"

# ---- it may itself die ----

web_stop
check "the service dies again" busywait 10000 is_state draining
health_stop KILL
: >"$tmp/health"
health_start
check_not "another one leaves it drained while the service is dead" \
	busywait 2500 is_state active
start_web n3
check "what one has drained another one resumes" busywait 10000 is_state active

# ---- somebody else's drain ----

check "drain" ns n3 lnlbctl drain nlb0
check_not "a node that somebody drained stays so" \
	busywait 3500 is_state active
web_stop
check "the service fails, too" busywait 10000 says "by somebody else already"
: >"$tmp/health"
start_web n3
check "and works again" busywait 10000 says "check succeeded (2 of 2)"
check_not "which does not resume it" busywait 2500 is_state active
check "resume" ns n3 lnlbctl resume nlb0
check "does" wait_active 3
web_stop
check "health drains" busywait 10000 flag
check "drain on top of that" ns n3 lnlbctl drain nlb0
check_not "takes the mark off" flag
start_web n3
check_not "and stays" busywait 4500 is_state active
health_stop TERM
check_eq "SIGTERM ends it well" 0 $?
check_eq "a node that is drained stays so" draining "$(show n3 .state)"
