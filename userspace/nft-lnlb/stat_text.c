// SPDX-License-Identifier: GPL-2.0-only
/* The counters in words, those of the netlink spec. */
#include <stddef.h>

#include <linux/netfilter/nf_lnlb.h>

#include "stat_text.h"

static const char *const texts[] = {
	[LNLB_STAT_RX_MINE] = "Packets taken",
	[LNLB_STAT_RX_FOREIGN] = "Packets dropped, another node's",
	[LNLB_STAT_RX_SESSION] =
		"Packets taken because their session stays here",
	[LNLB_STAT_RX_PASSED_BY] =
		"Packets dropped because their session stays with "
		"another node, though the bucket is ours",
	[LNLB_STAT_RX_FENCED] =
		"Packets dropped because this node is fenced or stalled",
	[LNLB_STAT_RX_WRONG_MAC] =
		"Packets to the address that came with another MAC",
	[LNLB_STAT_RX_MALFORMED] = "Packets whose headers could not be read",
	[LNLB_STAT_ARP_REWRITTEN] =
		"ARP packets sent with the cluster MAC put in",
	[LNLB_STAT_ARP_DROPPED] =
		"ARP packets about the address from other nodes, and "
		"answers of our own that would leave by another device",
	[LNLB_STAT_ARP_CONFLICT] =
		"ARP packets that claim the address for another MAC",
	[LNLB_STAT_SESSION_OVERFLOW] = "Sessions not remembered, table full",
	[LNLB_STAT_FRAME_TX] = "Frames sent",
	[LNLB_STAT_FRAME_TX_ERROR] = "Frames that could not be sent",
	[LNLB_STAT_FRAME_RX] = "Frames believed",
	[LNLB_STAT_FRAME_TRUNCATED] =
		"Frames shorter than they say, or than allowed",
	[LNLB_STAT_FRAME_MAGIC] = "Other users of the EtherType",
	[LNLB_STAT_FRAME_VERSION] = "Another protocol version",
	[LNLB_STAT_FRAME_TYPE] = "Unknown frame type",
	[LNLB_STAT_FRAME_LENGTH] = "Lengths or counts that lie",
	[LNLB_STAT_FRAME_RESERVED] = "Reserved bits or values out of range",
	[LNLB_STAT_FRAME_ADDR] = "Frames of another cluster",
	[LNLB_STAT_FRAME_ECHO] = "Our own frames, come back",
	[LNLB_STAT_FRAME_DUPLICATE_ID] = "Another node with our id",
	[LNLB_STAT_FRAME_SPOOFED] = "Node id differs from the Ethernet source",
	[LNLB_STAT_FRAME_REPLAY] = "Old sequence numbers",
	[LNLB_STAT_FRAME_PARAMS] = "Other cluster parameters",
	[LNLB_STAT_FRAME_TOO_MANY_NODES] = "One node more than LNLB_NODES_MAX",
	[LNLB_STAT_FRAME_AUTH] = "Wrong signature",
	[LNLB_STAT_FRAME_OVERFLOW] =
		"Frames dropped, the receive queue was full",
	[LNLB_STAT_RX_ORPHAN] =
		"Packets of flows unknown here, not to be answered",
	[LNLB_STAT_FRAME_KEY] = "Signed with a key that is not the cluster's",
	[LNLB_STAT_FRAME_UNSIGNED] = "Not signed, though the cluster has a key",
	[LNLB_STAT_FRAME_RX_UNSIGNED] =
		"Not signed and believed, the cluster is permissive",
	[LNLB_STAT_FRAME_RX_UNVERIFIED] =
		"Signed and believed without a look at the signature, "
		"the cluster has no key",
	[LNLB_STAT_FRAME_UNPROVEN] =
		"Of a node that has not shown yet that it is there now; "
		"its old frames may be played back",
	[LNLB_STAT_RX_XDP] = "Packets dropped by the XDP program, another node's",
};
_Static_assert(sizeof(texts) / sizeof(texts[0]) == LNLB_STAT_MAX + 1,
	       "a counter is not explained");

const char *stat_text(unsigned int stat)
{
	return stat <= LNLB_STAT_MAX ? texts[stat] : NULL;
}
