// SPDX-License-Identifier: GPL-2.0-only
/*
 * The core itself, the table of sessions and the memory of clients, in one piece,
 * so that the suites need no module.
 */
#include <linux/module.h>
#include "../kernel/nf_lnlb/core/table.c"
#include "../kernel/nf_lnlb/core/wire.c"
#include "../kernel/nf_lnlb/core/auth.c"
#include "../kernel/nf_lnlb/core/proof.c"
#include "../kernel/nf_lnlb/core/report.c"
#include "../kernel/nf_lnlb/core/reject.c"
#include "../kernel/nf_lnlb/core/view.c"
#include "../kernel/nf_lnlb/core/stranger.c"
#include "../kernel/nf_lnlb/core/hearing.c"
#include "../kernel/nf_lnlb/core/relay.c"
#include "../kernel/nf_lnlb/core/fence.c"
#include "../kernel/nf_lnlb/core/claims.c"
#include "../kernel/nf_lnlb/core/handover.c"
#include "../kernel/nf_lnlb/core/send.c"
#include "../kernel/nf_lnlb/core/rx.c"
#include "../kernel/nf_lnlb/core/core.c"
#include "../kernel/nf_lnlb/core/smooth.c"
#include "../kernel/nf_lnlb/core/buckets.c"
#include "../kernel/nf_lnlb/session.c"
#include "../kernel/nf_lnlb/recent.c"

MODULE_DESCRIPTION("KUnit suites of the nf_lnlb core");
MODULE_LICENSE("GPL");
