#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Keys: who has none or another one is refused by name; a cluster gets its first
# key, and another one, without a lost packet; what is forged, or was recorded
# before a restart, is not believed.

# a session keyring of the test's own, which all that it starts has
if [ -z "${LNLB_KEYRING:-}" ] && command -v keyctl >/dev/null; then
	export LNLB_KEYRING=1
	exec keyctl session - "$0" "$@"
fi
. "$(dirname "$0")/lib.sh"
require keyctl

readonly A=0123456789abcdef0123456789abcdef B=another-secret-of-32-bytes-length

# add_key DESCRIPTION SECRET
add_key() { printf '%s' "$2" | keyctl padd logon "$1" @s; }

# set_keys ARGS...: lnlbctl key on all nodes, one after the other; ARGS name the
# cluster
set_keys() {
	local node

	for node in n1 n2 n3; do
		ns $node lnlbctl key "$@" || return
		sleep 0.7
	done
}

# rejected NODE KIND BY: NODE refuses frames of BY for that reason
rejected() {
	show "$1" ".rejects[] | select(.reject == \"$2\" and .node == \"$3\")"
}

# n1 or n2: the one may always be heard just after the other
rejects_others() {
	rejected n3 key "$(node_mac 1)" || rejected n3 key "$(node_mac 2)"
}

# refuses WHAT ARGS...: addif with these is refused, and says WHAT
refuses() {
	local what=$1 said

	shift
	said=$(ns n1 lnlbctl addif "$@" "$VIP" eth0 2>&1)
	result $(($? == 0)) "addif $* is refused" "$said"
	check "and says: $what" grep -q "$what" <<<"$said"
}

# frames COMMAND...: auth_frames.py on the LAN
frames() {
	ns ev "$(dirname "$0")/auth_frames.py" eth0 "$VIP" "$@"
}

beliefs() {
	show "$1" '[.state, (.nodes | map([.id, .state, .weight, .claims]) | sort)]' |
		tr -d ' \n'
}

lan_setup 3
setup_ns ev
plug ev 52:54:00:00:0e:00 10.0.0.66/16
# who sends by another's MAC address does not get that one's frames here
ns sw bridge link set dev ev learning off
add_clients 30

# ---- keys that cannot be used ----

add_key lnlb:a "$A" >/dev/null || die "cannot add a key"
add_key lnlb:b "$B" >/dev/null
add_key lnlb:short 0123456789 >/dev/null
old=$(add_key lnlb:old "$A")
keyctl revoke "$(add_key lnlb:gone "$A")"
refuses "no logon key of this description" --key lnlb:none
refuses "a key has 16 to 64 bytes" --key lnlb:short
refuses "was revoked" --key lnlb:gone
keyctl timeout "$old" 1
sleep 1.5
refuses "expired\|no logon key" --key lnlb:old
refuses "no logon key of this description" --hash lnlb:none
ns n1 lnlbctl addif --key nocolon "$VIP" eth0 2>/dev/null
check_eq "a description without a colon is an error of usage" 2 $?
check_not "no cluster is there after all this" show n1 .name

# ---- the same key, another one, none ----

cluster_up n1 "$VIP" --key lnlb:a
cluster_up n2 "$VIP" --key lnlb:a
cluster_up n3 "$VIP" --key lnlb:b
for node in n1 n2 n3; do
	set_weight $node 100 || die "cannot set the weight of $node"
done
check "two nodes with one key share" wait_active 2
check "one with another key is refused by name" \
	busywait 5000 rejected n1 key "$(node_mac 3)"
check "and refuses the others, of which it names the last" \
	busywait 5000 rejects_others
check "as an administrator sees it" grep -q \
	"rejected $(node_mac 3): the node signs with a key that is not ours" \
	<<<"$(ns n1 lnlbctl show)"
check_not "the secret is not shown" grep -q 0123456789abcdef \
	<<<"$(ns n1 lnlbctl show; ns n1 lnlbctl show -j)"
check_eq "the key is, with its id" "lnlb:a 509e valid" \
	"$(show n1 '.keys[0] | "\(.description) \(.id) \(.state)"')"
ns n3 lnlbctl key nlb0 none
check "one without a key, too" \
	busywait 5000 rejected n1 unsigned "$(node_mac 3)"
check "which takes no bucket, or gives up those it has" \
	busywait 15000 show n3 '.nodes[] | select(.self) | .claims == 0'
ns n3 lnlbctl key nlb0 lnlb:a
check "with the right key it is in" wait_active 3
check "signatures are right by another sum" frames verify "$A" 20

# ---- without a lost packet ----

for node in n1 n2 n3; do
	monitor_start $node
done
watch_start rotation 200 < <(client_addrs 1 30)
check "the new key as a second one" set_keys --next lnlb:b nlb0 lnlb:a
check "the new one signs" set_keys --next lnlb:a nlb0 lnlb:b
check "which shows" show n1 '(.nodes | map(.key_id) | unique) == [.keys[0].id]'
check "the old one goes" set_keys nlb0 lnlb:b
check "signatures are those of the new key" frames verify "$B" 20
check "permissive" set_keys --permissive nlb0 lnlb:b
check "no key" set_keys nlb0 none
check "permissive, as in a roll-out" set_keys --permissive nlb0 lnlb:a
check_le "unsigned frames were believed" 1 "$(counter n1 frame_rx_unsigned)"
check_le "and signed ones, unverified" 1 "$(counter n3 frame_rx_unverified)"
check "strict" set_keys nlb0 lnlb:a
check "all the time three nodes shared" wait_active 3
check_eq "no node was missed, or fenced" 0 "$(missed)"
probe_stop rotation >"$tmp/rotation"
check_eq "no ping was lost, no client changed its node" "" \
	"$(awk '$3 || $4 || $6' "$tmp/rotation")"

# ---- forged ----

before=$(beliefs n1)
others=$(counter n1 frame_rx)
said() { echo $(($(counter n2 frame_tx) + $(counter n3 frame_tx))); }
said=$(said)
note "forged: $(frames forge 3 "$(node_mac 2)" "$A")"
check_eq "forged good-byes and states change nothing" "$before" "$(beliefs n1)"
check_eq "nobody was missed" 0 "$(missed)"
# told FROM: n1 has heard most of what they said since then
told() {
	local said=$(($(said) - $1)) heard=$(($(counter n1 frame_rx) - others))

	echo "$heard of $said"
	((said > 20 && heard * 5 >= said * 4))
}
check "frames of peers got through" told "$said"
note "counted: $(show n1 '.stats | to_entries | map(select((.key |
	startswith("frame_")) and .value > 0)) | from_entries' | tr -d '\n')"
check "a wrong signature is refused by name" \
	rejected n1 signature "$(node_mac 2)"
check "so is one of another key" rejected n1 key "$(node_mac 2)"
check "an unsigned frame, too" rejected n1 unsigned "$(node_mac 2)"

# ---- recorded ----

frames record "$tmp/record" 4 "$(node_mac 2)" >"$tmp/recorded" &
recorder=$!
records() { grep -q ready "$tmp/recorded"; }
busywait 20000 records || die "no recorder"
sleep 1
ns n2 lnlbctl resync nlb0
ns n2 lnlbctl set_weight nlb0 200
sleep 1
ns n2 lnlbctl delif nlb0
wait $recorder
note "recorded: $(tail -n 1 "$tmp/recorded")"
for node in n1 n3; do
	ns $node lnlbctl delif nlb0
done
cluster_up n1 "$VIP" --key lnlb:a
set_weight n1 100
frames replay "$tmp/record" 6 >"$tmp/replayed" &
replay=$!
seen=0
while kill -0 $replay 2>/dev/null; do
	[ "$(show n1 '.nodes | length')" = 1 ] || seen=$((seen + 1))
	sleep 0.1
done
note "played back: $(cat "$tmp/replayed")"
check_eq "a restarted node believes none of it" 0 $seen
check_le "it has heard it" 10 "$(counter n1 frame_unproven)"
check "it says what that is" rejected n1 unproven "$(node_mac 2)"
check "and works" busywait 5000 in_order 1 n1
cluster_up n2 "$VIP" --key lnlb:a
check "the real one is believed" wait_active 2

# ---- the bucket hash ----

cluster_up n3 "$VIP" --key lnlb:a --hash lnlb:b
check "a node with another bucket hash is refused by name" \
	busywait 5000 rejected n1 hash "$(node_mac 3)"
