#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What lnlbctl cannot do: a message of its own on stderr that says what was
# wrong, a non-zero exit code, and nothing has changed.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/reports.sh"

# what the messages said, to see that they differ
messages=()

# refused EXIT WHAT PATTERN COMMAND...: PATTERN, extended, is in the message
refused() {
	local expected=$1 what=$2 pattern=$3 out code=0

	shift 3
	out=$("$@" 2>&1 >"$tmp/stdout" </dev/null) || code=$?
	if [ $code -ne "$expected" ]; then
		result 1 "$what" "exit code $code, not $expected: $out"
	elif [ -s "$tmp/stdout" ]; then
		result 1 "$what" "on stdout: $(cat "$tmp/stdout")"
	elif ! grep -qE -- "$pattern" <<<"$out"; then
		result 1 "$what" "message without \"$pattern\": $out"
	else
		result 0 "$what"
	fi
	messages+=("${out%%$'\n'*}")
}

# unchanged WHAT: by all that was refused so far
unchanged() { check_eq "$1: nothing has changed" "$before" "$(config n1)"; }

ctl() { ns n1 lnlbctl "$@"; }

ctl_stdin() { ns n1 lnlbctl set_weight nlb0 stdin <<<"$1"; }

# no_admin COMMAND...: root of n1 without CAP_NET_ADMIN
no_admin() {
	ns n1 setpriv --bounding-set -net_admin --inh-caps -net_admin "$@"
}

lan_setup 1
cluster_up n1
ctl weight_mode nlb0 manual
ctl set_weight nlb0 100
cluster_up n1 10.0.0.11
ip_ns n1 link add tun0 type ipip remote 10.0.0.100 local 10.0.0.1 ||
	die "no device that is not Ethernet"
wait_active 1 || die "no cluster"
before=$(config n1)
any='1.*65535'

for weight in 0 65536 -1 abc 1.5 12abc 0x10 4294967297 99999999999999999999 \
	' 5' ''; do
	refused 2 "weight \"$weight\"" "'$weight' .*$any" \
		ctl set_weight nlb0 "$weight"
done
refused 1 "a weight on stdin that is none" "line 1.*'0'.*$any" \
	ctl_stdin 0
refused 1 "set_weight when the mode is not manual" 'nlb1.*manual' \
	ctl set_weight nlb1 5
refused 2 "an unknown weight mode" "'cpu'.*loadavg.*manual" \
	ctl weight_mode nlb0 cpu

unchanged "weights"

for verb in delif resync "set_weight" "weight_mode" show; do
	case $verb in
	set_weight) word=5 ;;
	weight_mode) word=manual ;;
	*) word= ;;
	esac
	# shellcheck disable=SC2086
	refused 1 "$verb: an unknown cluster" "'nobody'.*nlb0, nlb1" \
		ctl $verb nobody $word
done
refused 1 "an unknown device" "no network device 'eth9'" \
	ctl addif 10.0.0.77 eth9
refused 1 "a device that is not Ethernet" "tun0.*not an Ethernet device" \
	ctl addif 10.0.0.77 tun0
refused 1 "the loopback device" "not an Ethernet device" \
	ctl addif 10.0.0.77 lo
refused 1 "an address in a cluster already" "$VIP.*in a cluster already" \
	ctl addif "$VIP" eth0
refused 1 "a name that is taken" "another cluster has this name" \
	ctl addif 10.0.0.77 eth0 nlb1
refused 2 "a name that is too long" "'abcdefghijklmnop'.*1 to 15" \
	ctl addif 10.0.0.77 eth0 abcdefghijklmnop
refused 1 "a name with a slash" "1 to 15 characters" \
	ctl addif 10.0.0.77 eth0 a/b

unchanged "names and devices"

refused 1 "the address 0.0.0.0" "0.0.0.0" ctl addif 0.0.0.0 eth0
refused 1 "a loopback address" "loopback" ctl addif 127.0.0.1 eth0
refused 1 "a multicast address" "multicast" ctl addif 224.0.0.18 eth0
refused 1 "255.255.255.255" "broadcast" ctl addif 255.255.255.255 eth0
refused 1 "the subnet's broadcast address" "broadcast" \
	ctl addif 10.0.255.255 eth0
refused 1 "a reserved address" "240.0.0.0/4" ctl addif 240.0.0.1 eth0
for address in 10.0.0.256 10.0.0 10.0.0.77/24; do
	refused 2 "\"$address\" for an address" \
		"$address.*is not an address" ctl addif "$address" eth0
done
refused 1 "no address, and none can be meant" "host address" ctl addif eth0

unchanged "addresses"

refused 2 "no command" "Usage" ctl
refused 2 "an unknown command" "unknown command 'upif'" ctl upif
refused 2 "an unknown option" "unknown option '--fast'" ctl show --fast
refused 2 "too few arguments" "too few arguments" ctl addif
refused 2 "too many arguments" "too many arguments" ctl delif nlb0 nlb1

unchanged "usage"

admin="needs CAP_NET_ADMIN"
refused 1 "addif without CAP_NET_ADMIN" "$admin" \
	no_admin lnlbctl addif 10.0.0.77 eth0
refused 1 "delif without CAP_NET_ADMIN" "$admin" no_admin lnlbctl delif nlb0
refused 1 "weight_mode without CAP_NET_ADMIN" "$admin" \
	no_admin lnlbctl weight_mode nlb0 freemem
refused 1 "set_weight without CAP_NET_ADMIN" "$admin" \
	no_admin lnlbctl set_weight nlb0 5
refused 1 "resync without CAP_NET_ADMIN" "$admin" \
	no_admin lnlbctl resync nlb0
refused 1 "delif as root of another user namespace" "$admin" \
	ns n1 unshare -Ur lnlbctl delif nlb0
unchanged "without privilege"
check "show needs no privilege" no_admin lnlbctl show
check "who owns the network namespace may do all" ns n1 unshare -Urn sh -c "
	ip link add eth0 type veth && ip link set eth0 up &&
	lnlbctl addif 10.1.1.1 eth0 && lnlbctl delif nlb0"

check_eq "each kind of mistake has a message of its own" "" \
	"$(printf '%s\n' "${messages[@]}" | grep -v "$admin\|nobody" | sort | uniq -d)"

ctl delif nlb1
ctl delif nlb0
for module in nft_lnlb nf_lnlb_conntrack nf_lnlb; do
	[ ! -d /sys/module/$module ] || rmmod $module
done
modprobe=$(cat /proc/sys/kernel/modprobe)
echo /bin/false >/proc/sys/kernel/modprobe
before=$(ip_ns n1 -o -4 addr)
config() { ip_ns n1 -o -4 addr; }
for verb in "addif 10.0.0.77 eth0" "delif nlb0" "weight_mode nlb0 manual" \
	"set_weight nlb0 5" "resync nlb0" show monitor; do
	# shellcheck disable=SC2086
	refused 1 "${verb%% *} without the module" \
		'nf_lnlb is not loaded.*modprobe lnlb' ctl $verb
done
unchanged "without the module"
echo "$modprobe" >/proc/sys/kernel/modprobe
check "with the module, it is loaded when needed" ctl show
