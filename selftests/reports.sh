# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Sourced after lib.sh, which sets this, by tests of what must change nothing:
# shellcheck disable=SC2154 # tmp

# reports DESCRIPTION COMMAND...: the command writes a line for each check,
# code TAB description TAB why, and "end" when it is through
reports() {
	local what=$1 code check why ended=1

	shift
	while IFS=$'\t' read -r code check why; do
		case $code in
		end) ended=0 ;;
		0|1) result "$code" "$check" "$why" ;;
		*) note "$code $check $why" ;;
		esac
	done < <("$@" 2>"$tmp/reports.err")
	result $ended "$what: all cases were run" "$(cat "$tmp/reports.err")"
}

# What doors have set, without what changes by itself.
# shellcheck disable=SC2034 # for those who source this
readonly CONFIG='map({name, address, device, ifindex, mac, mode, affinity,
	affinity_len, timeout, weight_source, doors, flags,
	weight: (if .weight_source == "manual" then .weight else null end)})'

# config NODE: clusters and addresses as they are configured there
config() {
	ns "$1" lnlbctl show -j | jq -c "$CONFIG" || echo "cannot show"
	ip_ns "$1" -o -4 addr
}
