#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The units, run by a systemd of their own on one of two nodes: the rules are
# loaded and the addresses put on, loaded anew, taken out without breaking a
# connection; health and metrics are served.
. "$(dirname "$0")/lib.sh"

require systemctl nft-lnlb lnlbctl
etc=$tmp/etc
units=$tmp/units
rules=$etc/lnlb.nft

# systemd for the user, as it is not the first process here. Its file systems
# are its own: what it mounts goes with it.
manager_start() {
	export XDG_RUNTIME_DIR=$tmp/run
	mkdir -m 700 "$XDG_RUNTIME_DIR"
	mkdir "$units" "$etc"
	cp -a /etc/. "$etc"
	for unit in "$(dirname "$0")"/systemd/lnlb*.{service.in,socket}; do
		# the rest of the sandbox stays: this is not for a user's systemd
		sed "s,@[A-Z]*DIR@,$(dirname "$(command -v lnlbctl)"),g
			/^DynamicUser/d" \
			"$unit" >"$units/$(basename "$unit" .in)"
	done
	nsenter --net="/run/netns/$(full_ns n1)" unshare -m bash -c "
		# the second is what hides /home, the rest what PrivateDevices=
		# has of /dev; the first systemd of a machine makes them
		mkdir -p /run/systemd/{system,inaccessible/dir} /dev/{pts,shm,mqueue}
		mount -t cgroup2 none /sys/fs/cgroup 2>/dev/null
		mount --bind $etc /etc
		SYSTEMD_UNIT_PATH=$units: exec /lib/systemd/systemd --user \
			--unit=basic.target --log-target=console \
			--show-status=no" >"$tmp/systemd" 2>&1 &
	check "systemd starts" busywait 30000 sys is-active -q basic.target
}

# unit_time VARIABLE=VALUE: of lnlb.service
unit_time() {
	mkdir -p "$units/lnlb.service.d"
	printf '[Service]\nEnvironment=%s\n' "$1" \
		>"$units/lnlb.service.d/time.conf"
	sys daemon-reload
}

sys() { systemctl --user "$@"; }
is_unit() { [ "$(sys show -P ActiveState "$1")" = "$2" ]; }

# rule ADDR REST; rules_are RULE...
rules_are() {
	{
		printf 'table ip lnlb\ndelete table ip lnlb\n'
		echo 'table ip lnlb { chain prerouting {'
		echo 'type filter hook prerouting priority raw'
		printf '%s\n' "$@"
		echo '}; }'
	} >"$rules"
}

is_put() { ip_ns n1 -o addr show dev eth0 | grep -qF " $1/32 "; }
is_late_put() { ip_ns n1 -o addr show dev none0 | grep -qF " 10.0.0.11/32 "; }
doors() { show n1 '.doors | join(" ")'; }
is_state() { [ "$(show n1 .state)" = "$1" ]; }
clusters_are() { [ "$(ns n1 lnlbctl show -j | jq length)" -eq "$1" ]; }
has_bucket() { [ "$(show n2 '.nodes[0].claims == .buckets')" = true ]; }

diagnose() {
	note "systemd said:"
	tail -n 60 "$tmp/systemd" | sed 's/^/#   /'
	note "lnlbctl show on n1:"
	ns n1 lnlbctl show 2>&1 | sed 's/^/#   /'
}

lan_setup 2
add_clients 100
start_web n1
start_web n2
cluster_up n2
set_weight n2 100
chat_server n2
manager_start
capture_start arp cl eth0 arp

# ---- start ----

check_eq "there are no rules" inactive \
	"$(sys start lnlb; sys show -P ActiveState lnlb)"
check "so nothing happens" clusters_are 0
rules_are "lnlb cluster $VIP dev eth0 weight 100" \
	'lnlb cluster 10.0.0.11 dev "none0"'
sys start --no-block lnlb
check "where a device is not there the other address is put on" \
	busywait 30000 is_put "$VIP"
check "and the device waited for" is_unit lnlb activating
ip_ns n1 link add none0 type dummy
check "when it comes the unit is active" busywait 30000 is_unit lnlb active
check "the address is there still" is_put "$VIP"
check "the late device's, too" is_late_put
check "it is stopped" sys stop lnlb
check_not "it takes off the address" is_put "$VIP"
check_not "and the late one" is_late_put
ip_ns n1 link del none0
unit_time LNLB_DEVICE_TIME=1
check_not "for so long only" sys start lnlb
check "leaves no cluster" clusters_are 0
check_eq "no table" "" "$(ns n1 nft-lnlb list ruleset)"
check_not "and no address" is_put "$VIP"
echo 'table ip lb { chain prerouting { }; }' >"$rules"
check_not "a table that the service does not see" sys start lnlb
ns n1 nft-lnlb delete table ip lb
rules_are "lnlb cluster $VIP dev eth0 weight 100"
check "start" sys start lnlb
check "the address is there" is_put "$VIP"
check_eq "the cluster, too" "lnlbctl nft" "$(doors)"
check "which has its share" wait_active 2
chat_server n1
chat_start chat 200 < <(client_addrs 1 40)
watch_start ping 200 < <(client_addrs 41 60)
check "clients are served by it" busywait 30000 sessions_are 10 n1

# ---- reload ----

rules_are "lnlb cluster $VIP dev eth0 weight 100 # as before" \
	'lnlb cluster 10.0.0.11 dev "eth0"'
check "reload" sys reload lnlb
check "another cluster comes" is_put 10.0.0.11
ADDR=10.0.0.11 check "all of it is this node's" wait_active 1
check "and answers" again ns cl ping -qc1 -W5 10.0.0.11
echo nonsense >"$rules"
check_not "rules that are wrong are refused" sys reload lnlb
check "which changes nothing" clusters_are 2
check "nor the unit" is_unit lnlb active
rules_are "lnlb cluster $VIP dev eth0 weight 100"
check "reload" sys reload lnlb
check "the other cluster goes" clusters_are 1
check_not "with its address" is_put 10.0.0.11
check "the first one stays" is_put "$VIP"

# ---- health, metrics ----

mkdir "$etc/lnlb-health"
touch "$tmp/is alive"
# a shell alone may take half the interval here, after which a check has failed
cat >"$etc/lnlb-health/nlb0" <<-EOT
	CHECK="--exec 'test -e \"$tmp/is alive\"' --interval 0.3 --timeout 5 --fall 2"
EOT
check "health" sys start lnlb-health@nlb0
check_not "leaves a node alone that works" busywait 1500 is_state draining
rm "$tmp/is alive"
check "drains one that does not" busywait 10000 is_state draining
touch "$tmp/is alive"
check "and resumes it" busywait 10000 is_state active
check "it is stopped" sys stop lnlb-health@nlb0
echo 'CHECK="--exec true --fall none"' >"$etc/lnlb-health/nlb0"
sys start lnlb-health@nlb0
check "one that is told nonsense fails for good" \
	busywait 5000 is_unit lnlb-health@nlb0 failed
check "metrics" sys start lnlb-metrics.socket
check_eq "are served, out of the sandbox" "lnlb_clusters 1" \
	"$(ns n1 curl -s -m 20 http://127.0.0.1:8870/metrics |
		grep '^lnlb_clusters ')"

# ---- stop ----

sys stop lnlb &
stop=$!
check "stop drains" busywait 30000 is_state draining
check_not "and waits for the sessions" busywait 3000 clusters_are 0
probe_stop chat >"$tmp/chat"
check_eq "no connection has noticed anything" "" \
	"$(awk '$4 != "open" || $2 < 5 || $2 != $3' "$tmp/chat")"
check_le "nor have those of this node" 5 "$(grep -c ' n1$' "$tmp/chat")"
probe_stop ping >"$tmp/ping"
check_eq "no ping is lost, none is answered by another" "" \
	"$(awk '$3 || $4 || $6' "$tmp/ping")"
wait $stop
check_eq "when they have ended it is done" 0 $?
check "the cluster is gone" clusters_are 0
check_not "the address, too" is_put "$VIP"
check_eq "and the table" "" "$(ns n1 nft-lnlb list ruleset)"
check "the other node has all" busywait 3000 has_bucket
visits 61 100 1 >"$tmp/new"
check_eq "and serves all" 40 "$(grep -c ' n2$' "$tmp/new")"
capture_stop arp
check_eq "never did ARP tell of another MAC address for the cluster" "" \
	"$(capture_show arp | grep -F "$VIP is-at" | grep -v "$(cluster_mac)")"

# ---- a cluster that somebody else holds, too ----

ns n1 lnlbctl addif "$VIP" eth0 >/dev/null
check "start" sys start lnlb
check_eq "both hold it" "lnlbctl nft" "$(doors)"
check "stop" sys stop lnlb
check_eq "it is up" lnlbctl "$(doors)"
check "and was not drained" wait_active 2
check "its address is there" is_put "$VIP"
ns n1 lnlbctl delif nlb0

# ---- who does not end in time ----

unit_time LNLB_DRAIN_TIME=1s
check "start" sys start lnlb
check "it has its share" wait_active 2
chat_start chat 200 < <(client_addrs 1 40)
check "and clients" busywait 30000 sessions_are 5 n1
start=$(now_ms)
check "stop" sys stop lnlb
check_le "waits no longer than it is told to" $(($(now_ms) - start)) \
	$((8000 + $(lost_ms "$start")))
check "the cluster is gone" clusters_are 0
check_not "the address, too" is_put "$VIP"

# ---- the packages go, rules of one's own stay ----

own_rules() {
	rules_are "lnlb cluster $VIP dev \"eth0\""
	sed -i 's/ ip lnlb/ ip mine/' "$rules"
	ns n1 nft-lnlb -f "$rules"
}

packages_go() {
	ns n1 "$(find "$(dirname "$(command -v lnlbctl)")" /usr/lib/nft-lnlb \
		-maxdepth 1 -name lnlb-rules 2>/dev/null | head -n 1)" remove
}

check "rules of one's own" own_rules
check "their cluster has its share" wait_active 2
packages_go >"$tmp/remove" 2>&1
check "removal says that they are there" \
	grep -q 'rules of your own use nft_lnlb still' "$tmp/remove"
check "and leaves them all modules, sessions are tracked" \
	[ -d /sys/module/nf_lnlb_conntrack ]
check "the cluster is up" clusters_are 1
ns n1 nft-lnlb delete table ip mine
