// SPDX-License-Identifier: GPL-2.0-only
/*
 * What nodes say of how much they do, so that who looks at one of them sees
 * all. It is believed for display: nothing is decided by it, and nobody waits
 * for it. It goes with each STATE, and with a KEEPALIVE when it is new.
 */
#include "private.h"

void lnlb_core_set_report(struct lnlb_core *core,
			  const struct lnlb_report *report)
{
	core->report = *report;
	core->has_report = true;
	core->report_new = true;
}

/**
 * lnlb_report_append() - put this node's numbers into a frame
 * @core: the node
 * @frame: STATE or KEEPALIVE, complete but for extensions
 */
void lnlb_report_append(struct lnlb_core *core, u8 *frame)
{
	struct lnlb_wire_report *report;
	u8 *extension;

	if (!core->has_report)
		return;
	extension = lnlb_wire_append(frame, LNLB_WIRE_EXTENSION_HEADER +
					    sizeof(*report));
	if (!extension)
		return;
	extension[0] = LNLB_WIRE_EXTENSION;
	extension[1] = LNLB_WIRE_REPORT;
	extension[3] = sizeof(*report);
	report = (void *)(extension + LNLB_WIRE_EXTENSION_HEADER);
	report->clock_ms = cpu_to_be32(core->report.clock_ms);
	report->sessions = cpu_to_be32(core->report.sessions);
	report->taken = cpu_to_be64(core->report.taken);
	report->passed = cpu_to_be64(core->report.passed);
	core->report_new = false;
}

/**
 * lnlb_report_take() - keep a peer's numbers, if it says any
 * @peer: sender of the frame
 * @frame: STATE or KEEPALIVE; may have been overtaken by a newer one
 */
void lnlb_report_take(struct lnlb_peer *peer,
		      const struct lnlb_wire_frame *frame)
{
	u64 sequence = be64_to_cpu(frame->header->sequence);
	const struct lnlb_wire_report *report;
	size_t len;

	report = lnlb_wire_find_extension(frame, LNLB_WIRE_REPORT, &len);
	if (!report || len < sizeof(*report) ||
	    (peer->has_report && sequence < peer->report_sequence))
		return;
	peer->has_report = true;
	peer->report_sequence = sequence;
	peer->report.clock_ms = be32_to_cpu(report->clock_ms);
	peer->report.sessions = be32_to_cpu(report->sessions);
	peer->report.taken = be64_to_cpu(report->taken);
	peer->report.passed = be64_to_cpu(report->passed);
}
