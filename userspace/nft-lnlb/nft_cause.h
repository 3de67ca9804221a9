/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Why the kernel refused a statement. nf_tables lets an expression return an
 * error number and no words; ours says the words in an event, see
 * LNLB_EVENT_REFUSED.
 */
#ifndef LNLB_NFT_CAUSE_H
#define LNLB_NFT_CAUSE_H

/**
 * lnlb_cause_listen() - listen from now on
 *
 * Without the module there is nothing to listen to, which is no error here, and
 * not found out again before lnlb_cause_collect().
 */
void lnlb_cause_listen(void);

/**
 * lnlb_cause_listen_loaded() - the same, but load no module by asking for it
 */
void lnlb_cause_listen_loaded(void);

/**
 * lnlb_cause_collect() - give lnlb_errors_cause() what was said
 */
void lnlb_cause_collect(void);

#endif /* LNLB_NFT_CAUSE_H */
