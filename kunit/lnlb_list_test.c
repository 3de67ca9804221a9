// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is shown: whose the buckets are, and the sessions of a table, in parts
 * while it changes.
 */
#include "lnlb_net.h"
#include "../kernel/nf_lnlb/session.h"

#define BUCKET	77
#define PART	7
#define MANY	200000

/* the table in one test and what was listed of it, by number of a key */
struct list_test {
	struct lnlb_sessions table;
	struct lnlb_session_info info[PART];
	u8 seen[MANY];
};

static struct lnlb_key key_of(u32 number)
{
	struct lnlb_key key = {};

	key.addr.s6_addr32[2] = htonl(0xffff);
	key.addr.s6_addr32[3] = htonl(number);
	return key;
}

static void add(struct kunit *test, u32 number, u16 bucket)
{
	struct list_test *lt = test->priv;
	struct lnlb_key key = key_of(number);

	KUNIT_ASSERT_EQ(test, lnlb_sessions_add(&lt->table, &key, bucket), 0);
}

static void del(struct kunit *test, u32 number)
{
	struct list_test *lt = test->priv;
	struct lnlb_key key = key_of(number);
	struct lnlb_session *s;

	rcu_read_lock();
	s = lnlb_sessions_find(&lt->table, &key);
	if (s)
		lnlb_sessions_del(&lt->table, s);
	rcu_read_unlock();
	KUNIT_ASSERT_TRUE(test, s != NULL);
}

/* the next part of a bucket; false at its end */
static bool list_part(struct list_test *lt, u16 bucket, u64 *cursor)
{
	unsigned int i, n;

	rcu_read_lock();
	n = lnlb_sessions_list(&lt->table, bucket, *cursor, lt->info, PART);
	rcu_read_unlock();
	for (i = 0; i < n; i++) {
		*cursor = lt->info[i].cursor;
		lt->seen[ntohl(lt->info[i].key.addr.s6_addr32[3])]++;
	}
	return n == PART;
}

static void list_bucket(struct list_test *lt, u16 bucket)
{
	u64 cursor = 0;

	while (list_part(lt, bucket, &cursor))
		;
}

/* Return: those from @from to below @to that were not listed @times times */
static u32 not_seen(struct list_test *lt, u32 from, u32 to, u8 times)
{
	u32 n = 0;

	for (; from < to; from++)
		n += lt->seen[from] != times;
	return n;
}

static void each_session_once(struct kunit *test)
{
	/* the end of the list falls on, before and behind the end of a part */
	static const u32 sizes[] = { 0, 1, PART - 1, PART, PART + 1, 100 * PART };
	struct list_test *lt = test->priv;
	u32 have = 0;
	int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		while (have < sizes[i])
			add(test, have++, BUCKET);
		memset(lt->seen, 0, sizeof(lt->seen));
		list_bucket(lt, BUCKET);
		KUNIT_EXPECT_EQ(test, not_seen(lt, 0, have, 1), 0);
		KUNIT_EXPECT_EQ(test, not_seen(lt, have, MANY, 0), 0);
	}
	memset(lt->seen, 0, sizeof(lt->seen));
	list_bucket(lt, BUCKET + 1);
	KUNIT_EXPECT_EQ(test, not_seen(lt, 0, MANY, 0), 0);
}

/* 0 to 999 stay, 1000 to 1999 go and 2000 to 2999 come meanwhile */
static void changes_meanwhile(struct kunit *test)
{
	struct list_test *lt = test->priv;
	u32 n, going = 1000, coming = 2000;
	u64 cursor = 0;

	for (n = 0; n < 1000; n++) {
		add(test, n, BUCKET);
		add(test, 1000 + n, BUCKET);
	}
	while (list_part(lt, BUCKET, &cursor)) {
		/* the one that was listed last, and one far away */
		n = ntohl(lt->info[PART - 1].key.addr.s6_addr32[3]);
		if (n >= 1000 && n < 2000)
			del(test, n);
		else if (!lt->seen[going])
			del(test, going++);
		add(test, coming++, BUCKET);
	}
	KUNIT_EXPECT_EQ(test, not_seen(lt, 0, 1000, 1), 0);
	for (n = 1000; n < MANY; n++)
		KUNIT_ASSERT_LE(test, (int)lt->seen[n], 1);
	KUNIT_EXPECT_GT(test, coming, 2200);
}

static void tells_who_and_when(struct kunit *test)
{
	struct lnlb_node_id id = { { 2, 0, 0, 0, 0, 9 } };
	struct list_test *lt = test->priv;
	struct lnlb_key key = key_of(1);
	u64 cursor = 0;

	KUNIT_ASSERT_EQ(test, lnlb_sessions_learn(&lt->table, &key, BUCKET, &id,
						  lnlb_session_now() -
						  LNLB_SESSION_STEPS(100 * HZ)),
			LNLB_LEARNT);
	list_part(lt, BUCKET, &cursor);
	KUNIT_EXPECT_FALSE(test, lt->info[0].here);
	KUNIT_EXPECT_GE(test, lt->info[0].idle, 99);
	KUNIT_EXPECT_LE(test, lt->info[0].idle, 101);
	KUNIT_EXPECT_EQ(test, memcmp(lt->info[0].owner, &id, sizeof(id)), 0);

	add(test, 1, BUCKET);
	cursor = 0;
	list_part(lt, BUCKET, &cursor);
	KUNIT_EXPECT_TRUE(test, lt->info[0].here);
	KUNIT_EXPECT_EQ(test, lt->info[0].idle, 0);
	KUNIT_EXPECT_EQ(test, (int)lt->seen[1], 2);
}

static void many(struct kunit *test)
{
	struct list_test *lt = test->priv;
	u64 start;
	u32 n;

	for (n = 0; n < MANY; n++)
		add(test, n, n % LNLB_BUCKETS);
	start = ktime_get_ns();
	for (n = 0; n < LNLB_BUCKETS; n++)
		list_bucket(lt, n);
	kunit_info(test, "%u sessions are listed in %llu us", MANY,
		   (ktime_get_ns() - start) / 1000);
	KUNIT_EXPECT_EQ(test, not_seen(lt, 0, MANY, 1), 0);
}

/* a million of them are to take no more than 96 MB, the hash table included */
static void small(struct kunit *test)
{
	struct list_test *lt = test->priv;
	size_t empty = 32 << 10;

	KUNIT_EXPECT_LE(test, sizeof(struct lnlb_session), 72);
	/* an empty table is part of a cluster of 32 KiB, see core_is_small() */
	KUNIT_EXPECT_LE(test, sizeof(lt->table), 1024);
	KUNIT_EXPECT_LE(test, sizeof(struct lnlb_session_group) *
			ARRAY_SIZE(lt->table.group), 2 * empty);
}

static int list_suite_init(struct kunit_suite *suite)
{
	return lnlb_session_cache_init();
}

static void list_suite_exit(struct kunit_suite *suite)
{
	lnlb_session_cache_exit();
}

static int list_init(struct kunit *test)
{
	struct list_test *lt = vzalloc(sizeof(*lt));

	if (!lt || lnlb_sessions_init(&lt->table, 2 * MANY)) {
		vfree(lt);
		return -ENOMEM;
	}
	test->priv = lt;
	return 0;
}

static void list_exit(struct kunit *test)
{
	struct list_test *lt = test->priv;

	if (!lt)
		return;
	lnlb_sessions_destroy(&lt->table);
	vfree(lt);
}

static struct kunit_case lnlb_list_cases[] = {
	KUNIT_CASE(each_session_once),
	KUNIT_CASE(changes_meanwhile),
	KUNIT_CASE(tells_who_and_when),
	KUNIT_CASE(many),
	KUNIT_CASE(small),
	{}
};

static struct kunit_suite lnlb_list_suite = {
	.name = "lnlb_list",
	.init = list_init,
	.exit = list_exit,
	.test_cases = lnlb_list_cases,
	.suite_init = list_suite_init,
	.suite_exit = list_suite_exit,
};

/* all nodes say the same of each bucket, and the same as in other ways */
static void expect_agreed(struct kunit *test, struct lnlb_net *net, int n)
{
	u32 target[LNLB_NET_NODES] = {}, claims[LNLB_NET_NODES] = {};
	struct lnlb_node_info nodes[LNLB_NET_NODES];
	struct lnlb_node_id id, claimer, first;
	struct lnlb_bucket_info info;
	int i, b, wrong = 0;

	for (b = 0; b < LNLB_BUCKETS; b++) {
		for (i = 0; i < n; i++) {
			lnlb_core_bucket(net->node[i].core, b, &info);
			KUNIT_ASSERT_TRUE(test,
				lnlb_core_place(net->node[i].core, info.claims,
						&claimer));
			if (!i)
				first = claimer;
			lnlb_core_target(net->node[i].core, b, &id);
			wrong += memcmp(&first, &claimer, sizeof(first)) ||
				 memcmp(&first, &id, sizeof(first)) ||
				 info.claims != info.target ||
				 info.taken != !info.claims;
			if (i)
				continue;
			target[info.target]++;
			claims[info.claims]++;
		}
	}
	KUNIT_EXPECT_EQ(test, wrong, 0);
	KUNIT_ASSERT_EQ(test, lnlb_core_nodes(net->node[0].core, net->now,
					      nodes, LNLB_NET_NODES), n);
	for (i = 0; i < n; i++) {
		KUNIT_EXPECT_EQ(test, nodes[i].target, target[i]);
		KUNIT_EXPECT_EQ(test, nodes[i].claims, claims[i]);
	}
}

static void buckets_are_told(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct lnlb_bucket_info info;
	struct lnlb_node_id id;

	lnlb_net_start_all(net, 3);
	expect_agreed(test, net, 3);
	KUNIT_EXPECT_FALSE(test, lnlb_core_place(net->node[0].core, 3, &id));
	KUNIT_EXPECT_FALSE(test, lnlb_core_place(net->node[0].core,
						 LNLB_PLACE_NOBODY, &id));
	/* its buckets are for the others, who have not heard of it yet */
	lnlb_net_crash(net, 2);
	lnlb_net_run(net, LNLB_NET_DEAD_MS / 2);
	lnlb_core_bucket(net->node[0].core, 0, &info);
	KUNIT_EXPECT_TRUE(test, lnlb_core_place(net->node[0].core, info.claims,
						&id));
	lnlb_net_run(net, LNLB_NET_DEAD_MS + 150);
	expect_agreed(test, net, 2);
}

/* both sides have taken all of them, and have not settled it */
static void several_are_told(struct kunit *test)
{
	struct lnlb_net *net = test->priv;
	struct lnlb_bucket_info info;
	int b, several = 0;

	lnlb_net_start_all(net, 2);
	for (b = 0; b < LNLB_WIRE_CLAIMS; b++)
		net->node[0].core->peer[0]->claims[b] = 0xff;
	for (b = 0; b < LNLB_BUCKETS; b++) {
		lnlb_core_bucket(net->node[0].core, b, &info);
		several += info.claims == LNLB_PLACE_SEVERAL;
		KUNIT_ASSERT_TRUE(test, info.taken ==
				  (info.claims == LNLB_PLACE_SEVERAL));
	}
	KUNIT_EXPECT_EQ(test, several, (int)net->node[0].accepting);
}

static struct kunit_case lnlb_bucket_cases[] = {
	KUNIT_CASE(buckets_are_told),
	KUNIT_CASE(several_are_told),
	{}
};

static struct kunit_suite lnlb_bucket_suite = {
	.name = "lnlb_bucket",
	.init = lnlb_net_init,
	.exit = lnlb_net_exit,
	.test_cases = lnlb_bucket_cases,
};

kunit_test_suites(&lnlb_list_suite, &lnlb_bucket_suite);
