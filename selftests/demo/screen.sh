# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the demo looks like; sourced by show. 80 columns, ASCII, so that every
# terminal, log and mail can hold it.
#
# shellcheck disable=SC2154 # STEPS

readonly BAR_WIDTH=30
bold='' dim='' red='' green='' normal=''
node_colours=''
step_no=0

use_colour() {
	bold=$'\e[1m' dim=$'\e[2m' red=$'\e[1;31m' green=$'\e[32m'
	normal=$'\e[0m'
	# of n1, n2, n3
	node_colours='36 33 35'
}

# step TITLE: with the time since the guest took over
step() {
	step_no=$((step_no + 1))
	printf '\n%s[%3d s]  %d/%d  %s%s\n' "$bold" $SECONDS $step_no "$STEPS" \
		"$*" "$normal"
}

say() { printf '         %s\n' "$*"; }
explain() { printf '         %s%s%s\n' "$dim" "$*" "$normal"; }
typed() { printf '         %s$ %s%s\n' "$dim" "$*" "$normal"; }

# good TEXT: something that was measured and holds
good() { printf '      %sok%s %s\n' "$green" "$normal" "$*"; }

# seconds MS: for people
seconds() { printf '%d.%02d s' $(($1 / 1000)) $(($1 % 1000 / 10)); }

# bars ANSWERS WEIGHTS TOLERANCE: a bar a node
#
# ANSWERS has "ADDRESS NODE" lines, WEIGHTS "NODE WEIGHT" lines. The mark in a
# bar stands where its end is expected. Fails if a client has no answer or a
# share is off by more than TOLERANCE points.
bars() {
	awk -v width=$BAR_WIDTH -v off="$3" -v dim="$dim" -v red="$red" \
		-v normal="$normal" -v colours="$node_colours" '
	function bar(node, upto, full,    i, s, mark) {
		mark = int(expected[node] / full * width + 0.5)
		for (i = 1; i <= width; i++) {
			s = s (i == mark ? "|" : i <= upto ? "#" : " ")
		}
		sub(/ +$/, "", s)
		return s
	}
	function paint(n, s) {
		return n in colour ? "\033[" colour[n] "m" s normal : s
	}
	BEGIN { split(colours, colour) }
	NR == FNR {
		nodes[++count] = $1
		weight[$1] = $2
		sum += 1 / $2
		next
	}
	$2 in weight { served[$2]++; answers++; next }
	{ unanswered++ }
	END {
		for (n = 1; n <= count; n++) {
			node = nodes[n]
			expected[node] = 1 / weight[node] / sum
			got[node] = answers ? served[node] / answers : 0
			if (expected[node] > full)
				full = expected[node]
			if (got[node] > full)
				full = got[node]
		}
		printf "         %snode weight clients measured expected |%s\n",
			dim, normal
		for (n = 1; n <= count; n++) {
			node = nodes[n]
			wrong = (got[node] - expected[node]) * 100
			wrong = wrong < -off || wrong > off
			printf "         %-4s %6d %7d %6.1f %% %6.1f %%  %s\n",
				node, weight[node], served[node], got[node] * 100,
				expected[node] * 100, paint(n, bar(node,
				int(got[node] / full * width + 0.5), full))
			if (wrong)
				printf "         %s%s is more than %d points off%s\n",
					red, node, off, normal
			bad += wrong
		}
		if (unanswered)
			printf "         %s%d clients got no answer%s\n", red,
				unanswered, normal
		exit bad + unanswered > 0
	}' "$2" "$1"
}
