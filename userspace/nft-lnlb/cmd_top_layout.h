/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where on the screen of top what stands. Writes into cells, not to a terminal.
 */
#ifndef LNLBCTL_TOP_LAYOUT_H
#define LNLBCTL_TOP_LAYOUT_H

#include "cmd_top_model.h"

#define TOP_COLS_MIN	40
#define TOP_ROWS_MIN	8

#define TOP_BOLD	(1 << 0)
#define TOP_REVERSE	(1 << 1)

/**
 * struct top_cell - a character of the screen
 * @ch: printable ASCII
 * @attr: TOP_BOLD, TOP_REVERSE
 * @color: 0: none; n: the colour of the node with place n - 1 is behind it
 */
struct top_cell {
	char ch;
	uint8_t attr;
	uint8_t color;
};

/**
 * struct top_grid - the screen
 * @rows: its height
 * @cols: its width
 * @cell: @rows times @cols cells
 */
struct top_grid {
	int rows;
	int cols;
	struct top_cell *cell;
};

/**
 * top_layout() - draw a model
 * @model: what is to be seen; its first row is brought into range
 * @grid: rows and cols are set, cells are filled in
 */
void top_layout(struct top_model *model, struct top_grid *grid);

/**
 * top_label() - the letter of a node
 * @place: in struct top_cluster
 *
 * Return: another one for each place.
 */
char top_label(unsigned int place);

/**
 * top_format_count() - a number in at most five characters
 * @value: the number; negative: not known
 * @buf: written to
 *
 * Return: @buf.
 */
const char *top_format_count(double value, char buf[static 8]);

/**
 * top_strip() - who claims the buckets, in few cells
 * @model: the model, whose buckets are known
 * @cluster: the cluster that is looked at
 * @owner: by cell, as of top_model_owner()
 * @cells: how many; each is for as many buckets as the others
 *
 * A cell shows a node that claims some of its buckets, and all cells together
 * show each node as often as is its part of all buckets. What nobody or several
 * claim is shown if there is one such bucket.
 */
void top_strip(const struct top_model *model,
	       const struct top_cluster *cluster, int8_t *owner,
	       unsigned int cells);

/**
 * top_put() - write text
 * @grid: the screen
 * @row: where
 * @col: where it starts
 * @attr: TOP_BOLD, TOP_REVERSE
 * @format: of the text, which is cut off where the row ends
 *
 * Return: the column behind it.
 */
int top_put(struct top_grid *grid, int row, int col, uint8_t attr,
	    const char *format, ...) __attribute__((format(printf, 5, 6)));

/**
 * top_fill() - a row has an attribute from end to end
 * @grid: the screen
 * @row: which
 * @attr: TOP_BOLD, TOP_REVERSE
 */
void top_fill(struct top_grid *grid, int row, uint8_t attr);

/**
 * top_draw_table() - heads of the columns, and nodes
 * @model: the model
 * @current: the cluster that is looked at, NULL if it is not there
 * @grid: the screen
 * @row: of the heads
 * @rows: below them
 */
void top_draw_table(const struct top_model *model,
		    const struct top_cluster *current, struct top_grid *grid,
		    int row, int rows);

/**
 * top_draw_foot() - the last row
 * @model: the model
 * @grid: the screen
 */
void top_draw_foot(const struct top_model *model, struct top_grid *grid);

/**
 * top_draw_help() - the keys, and what stands where, instead of all else
 * @grid: the screen
 */
void top_draw_help(struct top_grid *grid);

#endif /* LNLBCTL_TOP_LAYOUT_H */
