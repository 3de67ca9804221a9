#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# lnlbctl xdp: a program in the driver drops what the hook would drop as another
# node's, and nothing else; it goes when no cluster needs it.
# PACKETS= random ones in each comparison
. "$(dirname "$0")/lib.sh"
require lnlb-verdicts

readonly SERVER=10.0.0.100
PACKETS=${PACKETS:-4000}

# verdicts FILE KEY=VALUE...: what becomes of random packets to n1
verdicts() {
	local file=$tmp/$1

	shift
	timeout 3000 lnlb-verdicts "$(full_ns sw)" n1 "$(full_ns n1)" eth0 \
		"$VIP" "$(cluster_mac)" "$@" >"$file" 2>"$file.err" ||
		die "lnlb-verdicts: $(cat "$file.err")"
}

# letters FILE LETTER: how many packets
letters() { tr -cd "$2" <"$tmp/$1" | wc -c; }

# taken FILE: which packets were
taken() { tr HX .. <"$tmp/$1"; }

# same_verdicts WHAT KEY=VALUE...: without the program and with it
same_verdicts() {
	local what=$1

	shift
	ns n1 lnlbctl xdp off nlb0 || die "xdp off"
	verdicts off "$@"
	# shellcheck disable=SC2086 # words
	ns n1 lnlbctl xdp on ${generic:-} nlb0 >/dev/null || die "xdp on"
	verdicts on "$@"
	note "$what: $(letters off T) taken of $(tr -d '\n' <"$tmp/off" |
		wc -c) packets; $(letters on X) dropped by XDP, $(letters on H) by the hook"
	check_eq "$what: without the program it drops nothing" 0 \
		"$(letters off X)"
	check "$what: packet by packet the same are taken" \
		cmp <(taken off) <(taken on)
}

# share_of_xdp FILE: of all that are dropped, in percent
share_of_xdp() {
	local x

	x=$(letters "$1" X)
	echo $((x * 100 / (x + $(letters "$1" H))))
}

on_device() { ns n1 ip -d link show dev eth0 | grep -q 'xdp'; }
off_device() { ! on_device; }
xdp_is() { show n1 ".xdp == \"$1\""; }

# hold_up NODE: a late machine is not to be taken for a dead node, nobody answers,
# and no packet is kept back
hold_up() {
	ns "$1" sysctl -qw net.lnlb.dead_interval_ms=20000 \
		net.lnlb.keepalive_interval_ms=1000
	ns "$1" nft -f - <<-EOT || die "no rules on $1"
		table ip quiet {
			chain pre {
				type filter hook prerouting priority raw;
				ip saddr 11.0.0.0/8 drop
			}
		}
	EOT
	ns "$1" ethtool -K eth0 gro off >/dev/null 2>&1
}

lan_setup 2
add_clients 60
clusters_up 2
hold_up n1
hold_up n2

# ---- where the kernel cannot ----

if [ ! -e /proc/sys/kernel/unprivileged_bpf_disabled ]; then
	refusal=$(ns n1 lnlbctl xdp on nlb0 2>&1)
	check_eq "a kernel without BPF is told" "this kernel has no BPF" \
		"$(grep -o 'this kernel has no BPF' <<<"$refusal")"
	check "the cluster does without" xdp_is off
	note "the rest takes CONFIG_BPF_SYSCALL"
	exit
fi

# ---- on and off ----

check "no program before it is asked for" xdp_is off
check_eq "it is put on" "nlb0: on, in the driver of eth0" \
	"$(ns n1 lnlbctl xdp on nlb0 2>&1)"
check "the cluster shows it" xdp_is native
check "so does the device" on_device
check "once more is fine" ns n1 lnlbctl xdp on nlb0
check "off" ns n1 lnlbctl xdp off nlb0
check "the device has none" off_device
check "off is fine, too" ns n1 lnlbctl xdp off nlb0
check_not "a cluster that is not there" ns n1 lnlbctl xdp on other

# ---- the same verdicts ----

same_verdicts "whole packets" plain=1 seed=1 "count=$PACKETS"
check_eq "whole packets: the hook has none left to drop" 0 "$(letters on H)"
check_eq "whole packets: they are counted" "$(letters on X)" \
	"$(counter n1 rx_xdp)"
# the first 4000 of these have one of the type of the mark among them
same_verdicts "all kinds" seed=97 "count=$PACKETS"
check_le "all kinds: XDP drops most of them" 60 "$(share_of_xdp on)"

# sessions stay here, their buckets do not
claims=$(show n1 '.nodes[0].claims')
moved() { (($(show n1 '.nodes[0].claims') < claims)) && in_order 2 n1; }
set_weight n1 300
check "buckets move" busywait 20000 moved
sessions=$(counter n1 rx_session)
same_verdicts "sessions without their bucket" plain=1 seed=1 \
	"count=$((PACKETS / 4))"
check_le "some are taken by their sessions" $((sessions + 1)) \
	"$(counter n1 rx_session)"

# ---- buckets come and go while it is on ----

chat_server n1
chat_server n2
ns n2 lnlbctl xdp on nlb0 >/dev/null || die "no XDP on n2"
chat_start chat 100 < <(client_addrs 1 20)
check "clients are served" busywait 20000 sessions_are 20 n1 n2
for weight in 100 1000 50 1; do
	set_weight n1 $weight
	busywait 20000 in_order 2 n1 >/dev/null || die "buckets do not move"
done
probe_stop chat >"$tmp/chat"
check_eq "every word on 20 connections is answered, by the same node" "20 " \
	"$(wc -l <"$tmp/chat") $(awk '$4 != "open" || $2 != $3' "$tmp/chat")"
chat_start late 100 < <(client_addrs 21 60)
check "new clients are served where the buckets are now" \
	busywait 20000 sessions_are 60 n1 n2
probe_stop late >"$tmp/late"
check_eq "all of them" "40 " \
	"$(wc -l <"$tmp/late") $(awk '$4 != "open"' "$tmp/late")"
check "the program is there all the time" xdp_is native

# ---- what a node asks from the cluster address ----

start_web cl
start_udp_echo cl $SERVER
owner=$(ns n1 lnlbctl owner $SERVER | cut -d ' ' -f 1)
[ "$owner" = "$(node_mac 1)" ] && other=n2 || other=n1
check "the program is where the bucket of $SERVER is not" \
	show $other '.xdp == "native"'
check_eq "but lets pass what answers by UDP" hello \
	"$(ask_udp $other "$SERVER:7,bind=$VIP" hello)"
check_eq "and by TCP" cl "$(ns $other curl -s -m 15 --interface "$VIP" \
	http://$SERVER/id)"

# ---- who is in the way ----

vlan() { ip_ns n1 link "$1" link eth0 name eth0.5 type vlan id 5; }
check "a VLAN" vlan add
check "packets pass then, as their tags are not seen" \
	busywait 5000 xdp_is paused
verdicts paused plain=1 seed=1 count=1000
check_eq "all of them" 0 "$(letters paused X)"
# of two kinds (802.1Q, 802.1ad)
for tags in rxvlan rx-vlan-stag-hw-parse; do
	ns n1 ethtool -K eth0 $tags off || die "no $tags off"
	verdicts paused plain=1 seed=2 count=1000
	check_eq "so they do with $tags off" "0 paused" \
		"$(letters paused X) $(show n1 .xdp)"
	ns n1 ethtool -K eth0 $tags on
done
ns n1 ethtool -K eth0 rxvlan off rx-vlan-stag-hw-parse off
check "with both off it judges" busywait 5000 xdp_is native
ns n1 ethtool -K eth0 rxvlan on rx-vlan-stag-hw-parse on
check "with both on not any more" busywait 5000 xdp_is paused
check "the VLAN goes" ip_ns n1 link del eth0.5
check "and the program judges again" busywait 5000 xdp_is native

ns n1 nft-lnlb -f - <<-EOT || die "no rule"
	table ip lb {
		chain pre {
			type filter hook prerouting priority raw
			udp dport 5 lnlb cluster $VIP policy connection
		}
	}
EOT
check "packets pass where a rule has another policy" busywait 5000 xdp_is paused
verdicts paused plain=1 seed=3 count=1000
check_eq "all of these, too" 0 "$(letters paused X)"
ns n1 nft-lnlb delete table ip lb
check "without the rule it judges" busywait 5000 xdp_is native

ns n1 lnlbctl xdp off nlb0
ip netns exec "$(full_ns n1)" "$(dirname "$0")/xdp_other.py" eth0 \
	>"$tmp/other" 2>&1 &
other=$!
check "somebody else's program" busywait 20000 grep -q on "$tmp/other"
check_eq "stays, and is named" \
	"lnlbctl: another XDP program is on eth0 already: other" \
	"$(ns n1 lnlbctl xdp on nlb0 2>&1 | sed 's/, id .*//')"
check "the cluster does without" xdp_is off
check "the device has it still" on_device
kill $other
wait $other 2>/dev/null
check "and is free then" busywait 5000 off_device

ip_ns n1 link add dummy0 up type dummy
ns n1 lnlbctl addif 10.9.0.1 dummy0 other >/dev/null || die "addif on dummy0"
check_eq "a driver without XDP is told" \
	"lnlbctl: the driver of dummy0 does not take the XDP program" \
	"$(ns n1 lnlbctl xdp on other 2>&1 | cut -d : -f 1,2)"
check "generic it goes" ns n1 lnlbctl xdp on --generic other
check "and says so" show n1 '.xdp == "generic"' 10.9.0.1
ip_ns n1 link del dummy0
check "it goes with its device" \
	busywait 5000 show n1 '.xdp == "off"' 10.9.0.1
ns n1 lnlbctl delif other

set_weight n1 100
busywait 20000 in_order 2 n1 >/dev/null || die "buckets do not move"
generic=--generic
same_verdicts "generic" seed=3 "count=$((PACKETS / 4))"
generic=

# ---- it goes with who needs it ----

ns n1 lnlbctl xdp off nlb0
ns n1 lnlbctl xdp on nlb0 >/dev/null
check "two clusters" ns n1 lnlbctl addif 10.0.0.11 eth0
check "share the program" ns n1 lnlbctl xdp on nlb1
check "one without" ns n1 lnlbctl delif nlb1
check "leaves it to the other" on_device
check "the last one" ns n1 lnlbctl delif nlb0
check "takes it off" busywait 5000 off_device

cluster_up n1
check "once more" ns n1 lnlbctl xdp on nlb0
check "the module, with the program on" modprobe -r nft_lnlb nf_lnlb_conntrack nf_lnlb
check "takes it off, too" busywait 5000 off_device

# ---- by rules, and by more than the address ----

# rules_up NODE AFFINITY...: what is taken is delivered; nobody answers
rules_up() {
	local node=$1

	shift
	ns "$node" nft-lnlb -f - <<-EOT || die "no rules on $node"
		flush ruleset
		table ip lb {
			chain pre {
				type filter hook prerouting priority raw
				lnlb cluster $VIP dev eth0 weight 100 affinity $*
				ip saddr 11.0.0.0/8 notrack
			}
			chain out {
				type filter hook output priority raw
				ip daddr 11.0.0.0/8 drop
			}
		}
	EOT
	ip_ns "$node" addr replace "$VIP/32" dev eth0
}

ns n2 lnlbctl delif nlb0
for affinity in "connection" "network 24"; do
	# shellcheck disable=SC2086 # words
	for name in n1 n2; do
		rules_up $name $affinity
	done
	wait_active 2 || die "no agreement with affinity $affinity"
	local=$([[ $affinity != connection ]]; echo $?)
	same_verdicts "affinity $affinity" seed=4 "local=$local" \
		"count=$((PACKETS < 20000 ? PACKETS : 10000))"
	check_le "affinity $affinity: XDP drops a good part" 30 \
		"$(share_of_xdp on)"
done
check "the last rule" ns n1 nft delete table ip lb
check "takes it off as well" busywait 5000 off_device
