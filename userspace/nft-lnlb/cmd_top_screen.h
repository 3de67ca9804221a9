/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The terminal of top.
 */
#ifndef LNLBCTL_TOP_SCREEN_H
#define LNLBCTL_TOP_SCREEN_H

#include "cmd_top_layout.h"

/**
 * top_screen_open() - take the terminal over
 *
 * Says on stderr what is wrong when it fails.
 *
 * Return: false if this is no terminal, or one that is not known.
 */
bool top_screen_open(void);

/**
 * top_screen_close() - give the terminal back as it was
 */
void top_screen_close(void);

/**
 * top_screen_draw() - show a model
 * @model: the model
 *
 * Return: 0 or -ENOMEM.
 */
int top_screen_draw(struct top_model *model);

/**
 * top_screen_redraw() - write everything anew with the next top_screen_draw(),
 * as somebody else may have written to the terminal
 */
void top_screen_redraw(void);

/**
 * top_screen_key() - the next key that was pressed
 * @sort: set with TOP_KEY_SORT
 *
 * Does not wait.
 *
 * Return: the key; TOP_KEY_NONE when there is none.
 */
enum top_key top_screen_key(enum top_sort *sort);

#endif /* LNLBCTL_TOP_SCREEN_H */
