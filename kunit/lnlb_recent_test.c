// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a CPU remembers of clients: no longer than it may, and not when this node
 * may be dead to the others.
 */
#include <kunit/test.h>
#include <linux/bottom_half.h>
#include <linux/delay.h>
#include <linux/irqflags.h>
#include "../kernel/nf_lnlb/heartbeat.h"
#include "../kernel/nf_lnlb/recent.h"

#define CLIENT	cpu_to_be32(0x0a000064)
#define OTHER	cpu_to_be32(0x0a000065)
#define PORT	cpu_to_be16(40000)
/* Longer than any test takes, in which the clock goes on. */
#define LONG_MS	(60 * MSEC_PER_SEC)
#define LONG	(60 * HZ)
/* For so long the clock has to be watched before anything is known by it. */
#define WATCH_MS	101
/* Longer than a machine that is busy elsewhere takes for a few lines. */
#define STILL_MS	1000

static void alive_for(struct lnlb_cluster *cluster, unsigned int ms)
{
	lnlb_recent_alive(cluster, lnlb_heartbeat_now() + ms);
}

static int init(struct kunit *test)
{
	struct lnlb_cluster *cluster;

	cluster = kunit_kzalloc(test, sizeof(*cluster), GFP_KERNEL);
	if (!cluster || lnlb_recent_init())
		return -ENOMEM;
	test->priv = cluster;
	lnlb_recent_forget(cluster);
	alive_for(cluster, LONG_MS);
	msleep(WATCH_MS);
	alive_for(cluster, LONG_MS);
	return 0;
}

static void fini(struct kunit *test)
{
	if (test->priv)
		lnlb_recent_exit();
}

/* Is @addr known once CLIENT is remembered? At once: CPUs have their own. */
static bool known(const struct lnlb_cluster *cluster, __be32 addr, u32 id,
		  unsigned int time)
{
	const struct lnlb_recent *r;
	bool found;

	local_bh_disable();
	lnlb_recent_add(id, CLIENT, 0, LNLB_STAT_RX_SESSION, time);
	r = lnlb_recent_find(cluster, addr, 0);
	found = r && r->stat == LNLB_STAT_RX_SESSION;
	local_bh_enable();
	return found;
}

/* Is CLIENT known if it is to be until then, from now on? */
static bool known_until(const struct lnlb_cluster *cluster, u32 id, int time)
{
	bool found;

	local_bh_disable();
	lnlb_recent_add(id, CLIENT, 0, LNLB_STAT_RX_SESSION, HZ);
	lnlb_recent_slot(CLIENT, 0)->until = (u32)jiffies + time;
	found = lnlb_recent_find(cluster, CLIENT, 0);
	local_bh_enable();
	return found;
}

static void a_client_is_remembered(struct kunit *test)
{
	struct lnlb_cluster *cluster = test->priv;
	u32 id = cluster->recent_id;

	KUNIT_EXPECT_TRUE(test, known(cluster, CLIENT, id, LONG));
	KUNIT_EXPECT_FALSE(test, known(cluster, OTHER, id, LONG));
}

/* With affinity connection; also where another port has the same place. */
static void its_port_is_another_session(struct kunit *test)
{
	struct lnlb_cluster *cluster = test->priv;
	unsigned int port, places = 0, wrong = 0;
	bool found;

	local_bh_disable();
	lnlb_recent_add(cluster->recent_id, CLIENT, PORT, LNLB_STAT_RX_MINE, HZ);
	found = lnlb_recent_find(cluster, CLIENT, PORT);
	for (port = 0; port <= U16_MAX; port++) {
		__be16 other = cpu_to_be16(port);

		if (other == PORT)
			continue;
		places += lnlb_recent_slot(CLIENT, other) ==
			  lnlb_recent_slot(CLIENT, PORT);
		wrong += !!lnlb_recent_find(cluster, CLIENT, other);
	}
	local_bh_enable();
	KUNIT_EXPECT_TRUE(test, found);
	KUNIT_EXPECT_GT(test, places, 0);
	KUNIT_EXPECT_EQ(test, wrong, 0);
}

static void not_once_a_session_moved(struct kunit *test)
{
	struct lnlb_cluster *cluster = test->priv;
	u32 id = cluster->recent_id;

	lnlb_sessions_moved(cluster);
	KUNIT_EXPECT_FALSE(test, known(cluster, CLIENT, id, LONG));
	id = cluster->recent_id;
	KUNIT_EXPECT_TRUE(test, known(cluster, CLIENT, id, LONG));
	/* that one is of flows */
	KUNIT_EXPECT_FALSE(test, known(cluster, CLIENT, id + 1, LONG));
}

static void not_for_longer_than_was_said(struct kunit *test)
{
	struct lnlb_cluster *cluster = test->priv;
	u32 id = cluster->recent_id;

	KUNIT_EXPECT_FALSE(test, known(cluster, CLIENT, id, 0));
	KUNIT_EXPECT_FALSE(test, known_until(cluster, id, -1));
	KUNIT_EXPECT_FALSE(test, known_until(cluster, id, -LONG));
	/* nor by one of the last round of jiffies */
	KUNIT_EXPECT_FALSE(test, known_until(cluster, id, S32_MIN));
	KUNIT_EXPECT_FALSE(test, known_until(cluster, id, HZ + LONG));
	KUNIT_EXPECT_TRUE(test, known_until(cluster, id, HZ));
}

/* The core's work has not run: others may have answered what comes now. */
static void not_by_a_node_that_is_silent(struct kunit *test)
{
	struct lnlb_cluster *cluster = test->priv;
	u32 id = cluster->recent_id;

	alive_for(cluster, 0);
	KUNIT_EXPECT_FALSE(test, known(cluster, CLIENT, id, LONG));
	lnlb_recent_alive(cluster, 0);
	KUNIT_EXPECT_FALSE(test, known(cluster, CLIENT, id, LONG));
	alive_for(cluster, LONG_MS);
	KUNIT_EXPECT_TRUE(test, known(cluster, CLIENT, id, LONG));
}

/* Time in which there is no timer interrupt: jiffies stand still. */
static void stand_still(unsigned int ms)
{
	u64 end = lnlb_heartbeat_now() + ms;

	while (lnlb_heartbeat_now() < end)
		cpu_relax();
}

/* Until the first timer interrupt packets come, too. */
static void nor_when_it_goes_on_after_it_stood_still(struct kunit *test)
{
	struct lnlb_cluster *cluster = test->priv;
	bool before, after, again;
	unsigned long flags;
	u32 start, end, id = cluster->recent_id;

	local_bh_disable();
	local_irq_save(flags);
	start = jiffies;
	alive_for(cluster, STILL_MS);
	lnlb_recent_add(id, CLIENT, 0, LNLB_STAT_RX_SESSION, HZ);
	before = lnlb_recent_find(cluster, CLIENT, 0);
	stand_still(STILL_MS + 1);
	after = lnlb_recent_find(cluster, CLIENT, 0);
	alive_for(cluster, STILL_MS);
	again = lnlb_recent_find(cluster, CLIENT, 0);
	end = jiffies;
	local_irq_restore(flags);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, start, end);
	KUNIT_EXPECT_TRUE(test, before);
	KUNIT_EXPECT_FALSE(test, after);
	KUNIT_EXPECT_TRUE(test, again);
}

/* It is not known how fast the clock goes. */
static void nor_at_once(struct kunit *test)
{
	struct lnlb_cluster *cluster = test->priv;
	u32 id = cluster->recent_id;

	memset(&cluster->recent_rate, 0, sizeof(cluster->recent_rate));
	alive_for(cluster, LONG_MS);
	KUNIT_EXPECT_FALSE(test, known(cluster, CLIENT, id, LONG));
	msleep(WATCH_MS);
	alive_for(cluster, LONG_MS);
	KUNIT_EXPECT_TRUE(test, known(cluster, CLIENT, id, LONG));
}

/* As a cycle counter does when the machine was asleep. */
static void nor_when_the_clock_begins_anew(struct kunit *test)
{
	struct lnlb_cluster *cluster = test->priv;
	const u64 far = 1ULL << (LNLB_RECENT_AHEAD_BITS + 1);
	u32 id = cluster->recent_id;

	cluster->alive_clock += far;
	KUNIT_EXPECT_FALSE(test, known(cluster, CLIENT, id, LONG));
	cluster->recent_rate.since_clock += far;
	cluster->recent_rate.since -= WATCH_MS;
	alive_for(cluster, LONG_MS);
	KUNIT_EXPECT_FALSE(test, known(cluster, CLIENT, id, LONG));
	msleep(WATCH_MS);
	alive_for(cluster, LONG_MS);
	KUNIT_EXPECT_TRUE(test, known(cluster, CLIENT, id, LONG));
}

/* The clock's rate is never more than it is, and not much less. */
static void the_rate_is_not_rounded_up(struct kunit *test)
{
	struct lnlb_cluster *cluster = test->priv;
	u64 clock, start, ms, per_ms = cluster->recent_rate.per_ms;

	start = lnlb_heartbeat_now();
	clock = lnlb_recent_clock();
	msleep(WATCH_MS);
	clock = lnlb_recent_clock() - clock;
	ms = lnlb_heartbeat_now() - start;
	KUNIT_EXPECT_LE(test, per_ms * (ms - 1), clock);
	KUNIT_EXPECT_GE(test, per_ms * (ms + 1) * 102, clock * 100);
}

static struct kunit_case lnlb_recent_cases[] = {
	KUNIT_CASE(a_client_is_remembered),
	KUNIT_CASE(its_port_is_another_session),
	KUNIT_CASE(not_once_a_session_moved),
	KUNIT_CASE(not_for_longer_than_was_said),
	KUNIT_CASE(not_by_a_node_that_is_silent),
	KUNIT_CASE(nor_when_it_goes_on_after_it_stood_still),
	KUNIT_CASE(nor_at_once),
	KUNIT_CASE(nor_when_the_clock_begins_anew),
	KUNIT_CASE(the_rate_is_not_rounded_up),
	{}
};

static struct kunit_suite lnlb_recent_suite = {
	.name = "lnlb_recent",
	.init = init,
	.exit = fini,
	.test_cases = lnlb_recent_cases,
};
kunit_test_suite(lnlb_recent_suite);
