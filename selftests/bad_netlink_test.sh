#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Netlink attributes cut short, oversized, nested wrongly, missing, unknown,
# given twice: each request is refused and nothing changes.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/reports.sh"

is_gone() { ! show n1 .name 10.0.0.88 >/dev/null; }

lan_setup 1
cluster_up n1
ns n1 lnlbctl weight_mode nlb0 manual
ns n1 lnlbctl set_weight nlb0 100
wait_active 1 || die "no cluster"
ns n1 nft -f - <<-EOT || die "no table"
	table ip t {
		chain c {
			type filter hook prerouting priority raw; policy accept;
		}
	}
EOT
before=$(config n1)

reports "bad rules" ns n1 "$(dirname "$0")/bad_nft.py" values t c
check "the sound rule has made a cluster" \
	show n1 '.doors == ["nft"]' 10.0.0.88
ns n1 nft delete table ip t
check_eq "and has taken it with it" "$before" \
	"$(busywait 3000 is_gone; config n1)"

reports "bad requests" ns n1 "$(dirname "$0")/bad_genl.py"
