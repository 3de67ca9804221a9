// SPDX-License-Identifier: GPL-2.0-only
/* How much this node does, for those who look at it from another one. */

#include <linux/cpumask.h>

#include "heartbeat.h"
#include "report.h"
#include "tracker.h"
#include "xdp.h"

#define REPORT_INTERVAL_MS	1000

u64 lnlb_stats_sum(const struct lnlb_cluster *cluster, unsigned int stat)
{
	u64 sum = 0;
	int cpu;

	if (stat == LNLB_STAT_RX_XDP)
		return lnlb_xdp_dropped(cluster);
	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(cluster->stats, cpu)->count[stat]);
	return sum;
}

void lnlb_report_update(struct lnlb_cluster *cluster)
{
	struct lnlb_report report = {
		.clock_ms = lnlb_heartbeat_now(),
		.taken = lnlb_stats_sum(cluster, LNLB_STAT_RX_MINE) +
			 lnlb_stats_sum(cluster, LNLB_STAT_RX_SESSION),
		.passed = lnlb_stats_sum(cluster, LNLB_STAT_RX_FOREIGN) +
			  lnlb_stats_sum(cluster, LNLB_STAT_RX_XDP) +
			  lnlb_stats_sum(cluster, LNLB_STAT_RX_PASSED_BY),
	};
	u64 here, elsewhere;

	lockdep_assert_held(&cluster->core_lock);
	lnlb_trackers_count(cluster, &here, &elsewhere);
	report.sessions = min_t(u64, here, U32_MAX);
	lnlb_core_set_report(cluster->core, &report);
}

void lnlb_report_due(struct lnlb_cluster *cluster, u64 now)
{
	if (now < cluster->report_at)
		return;
	cluster->report_at = now + REPORT_INTERVAL_MS;
	lnlb_report_update(cluster);
}
