// SPDX-License-Identifier: GPL-2.0-only
/* This node's weight: the higher, the less traffic. */

#include <linux/cpumask.h>
#include <linux/mm.h>
#include <linux/sched/loadavg.h>

#include "weight.h"

/* Weight of an idle machine; doubles with each process a CPU has to do. */
#define WEIGHT_IDLE		100
/* Weight times available MiB: in proportion from 64 MiB to 4 TiB. */
#define WEIGHT_MIB		(64 * LNLB_WEIGHT_MAX)

static u64 weight_of_load(unsigned int which)
{
	u64 load = READ_ONCE(avenrun[which]);

	return WEIGHT_IDLE +
	       div_u64(load * WEIGHT_IDLE, num_online_cpus() << FSHIFT);
}

static u64 weight_of_memory(void)
{
	long pages = si_mem_available();
	u64 mib = pages > 0 ? (u64)pages >> (20 - PAGE_SHIFT) : 0;

	return div64_u64(WEIGHT_MIB, max_t(u64, mib, 1));
}

static u64 raw_weight(u8 source)
{
	switch (source) {
	case LNLB_WEIGHT_LOADAVG5:
		return weight_of_load(1);
	case LNLB_WEIGHT_LOADAVG15:
		return weight_of_load(2);
	case LNLB_WEIGHT_FREEMEM:
		return weight_of_memory();
	}
	return weight_of_load(0);
}

void lnlb_weight_sample(struct lnlb_cluster *cluster)
{
	struct lnlb_config *cfg = &cluster->cfg;
	u16 weight;

	lockdep_assert_held(&cluster->core_lock);

	if (cfg->weight_source != LNLB_WEIGHT_MANUAL) {
		weight = lnlb_smooth(&cluster->smooth,
				     raw_weight(cfg->weight_source));
		WRITE_ONCE(cfg->weight, weight);
	}
	lnlb_core_set_weight(cluster->core, cfg->weight, cfg->weight_source);
}
