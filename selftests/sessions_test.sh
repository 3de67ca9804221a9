#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A long list of sessions: complete while sessions come, at the pace of its
# reader, and in nobody's way; what it is about may be gone meanwhile.
. "$(dirname "$0")/lib.sh"

SESSIONS=20000
GONE="was taken out meanwhile, this is not all of its sessions"

# come FROM TO: clients of these numbers, twice, so that they stay
come() {
	ns cl "$(dirname "$0")/clients.py" eth0 "$(cluster_mac)" "$VIP" "$1" \
		"$2" 2 >/dev/null
}

has() { [ "$(show n1 .sessions)" -ge "$1" ]; }

# have_come FROM TO: n1 has them, numbers from 0 to FROM were there. A machine that
# stood still for a moment takes nothing new at first: they come again then.
have_come() {
	local try

	for try in 1 2 3; do
		come "$1" "$2"
		busywait 4000 has "$2" && return
	done
	echo "$(show n1 .sessions) after $try times"
	return 1
}
all_come() { check "$1" have_come 0 $SESSIONS; }

# addresses that the list shows
listed() { awk '$1 == "nlb0" { print $2 }' "$tmp/list"; }

# list_start: its first line, into the file list; the rest comes with list_go,
# as not all of it fits between the kernel and here
list_start() {
	rm -f "$tmp/fifo"
	mkfifo "$tmp/fifo"
	ip netns exec "$(full_ns n1)" lnlbctl sessions nlb0 >"$tmp/fifo" \
		2>"$tmp/list.err" &
	list=$!
	exec 5<"$tmp/fifo"
	read -r line <&5
	echo "$line" >"$tmp/list"
}

list_go() {
	cat <&5 >>"$tmp/list"
	exec 5<&-
	wait $list
}

lan_setup 1
cluster_up n1
wait_active 1 || die "no cluster"
# nobody is to answer, and conntrack need not remember them
ns n1 nft -f - <<-EOT || die "no rules"
	table ip t {
		chain early {
			type filter hook prerouting priority raw
			udp dport 9 notrack
		}
		chain late {
			type filter hook prerouting priority mangle
			udp dport 9 drop
		}
	}
EOT

# ---- complete ----

all_come "$SESSIONS sessions"
ns n1 lnlbctl sessions nlb0 >"$tmp/list"
check_eq "all of them are listed" "$(show n1 .sessions)" "$(listed | wc -l)"
check_eq "each once" "" "$(listed | sort | uniq -d | head -n 3)"

list_start
check "others come while the list is read" have_come $SESSIONS \
	$((SESSIONS + 5000))
list_go
check_eq "the list ends well" 0 $?
check_eq "all that were there are listed once" $SESSIONS \
	"$(listed | sort | uniq -u | awk -F. -v n=$SESSIONS \
		'$2 * 65536 + $3 * 256 + $4 < n' | wc -l)"
check_eq "none of the others twice" "" "$(listed | sort | uniq -d | head -n 3)"

# ---- what it is about is gone ----

list_start
rmmod nf_lnlb_conntrack
list_go
check_eq "without its tracker the list just ends" 0 $?
check_le "before its end" "$(listed | wc -l)" $((SESSIONS - 1))
modprobe nf_lnlb_conntrack
all_come "the sessions are back"

list_start
ns n1 lnlbctl delif nlb0
list_go
check_eq "without its cluster it fails" 1 $?
check "and says so" grep -qF "$GONE" "$tmp/list.err"
cluster_up n1
wait_active 1 || die "no cluster again"
all_come "the sessions are back"
list_start
ns n1 lnlbctl delif nlb0
cluster_up n1
list_go
check_eq "another cluster of the same name is told apart" 1 $?
check "and this is said, too" grep -qF "$GONE" "$tmp/list.err"
