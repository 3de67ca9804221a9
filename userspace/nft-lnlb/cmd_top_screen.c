// SPDX-License-Identifier: GPL-2.0-only
/* See cmd_top_screen.h. */
#include <errno.h>
#include <ncurses.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd_top_screen.h"
#include "lnlbctl.h"

#define ESCAPE_MS	25	/* an escape sequence comes at once */

/* behind black letters; a node has the one of its place, round and round */
static const short few_colors[] = {
	COLOR_GREEN, COLOR_CYAN, COLOR_YELLOW, COLOR_MAGENTA, COLOR_RED,
	COLOR_BLUE, COLOR_WHITE,
};
static const short many_colors[] = {
	77, 80, 220, 176, 209, 75, 252, 149, 44, 173, 141, 215, 110, 203, 187,
	108,
};

static SCREEN *screen;
static short colors;

/* NO_COLOR: https://no-color.org */
static void start_colors(void)
{
	const short *color = few_colors;
	const char *none = getenv("NO_COLOR");
	short i;

	colors = 0;
	if ((none && *none) || !has_colors() || start_color() == ERR)
		return;
	colors = sizeof(few_colors) / sizeof(few_colors[0]);
	if (COLORS >= 256) {
		color = many_colors;
		colors = sizeof(many_colors) / sizeof(many_colors[0]);
	}
	if (colors > COLOR_PAIRS - 1)
		colors = COLOR_PAIRS - 1;
	use_default_colors();
	for (i = 0; i < colors; i++)
		init_pair(i + 1, COLOR_BLACK, color[i]);
}

bool top_screen_open(void)
{
	const char *term = getenv("TERM");

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		ctl_error("top needs a terminal; 'lnlbctl show' and 'lnlbctl monitor' do not");
		return false;
	}
	screen = newterm(NULL, stdout, stdin);
	if (!screen) {
		ctl_error("the terminal type '%s' is not known here; set TERM to one that is, such as vt100",
			  term ? term : "");
		return false;
	}
	set_escdelay(ESCAPE_MS);
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, true);
	nodelay(stdscr, true);
	curs_set(0);
	start_colors();
	return true;
}

void top_screen_close(void)
{
	if (!screen)
		return;
	endwin();
	delscreen(screen);
	screen = NULL;
}

void top_screen_redraw(void)
{
	clearok(stdscr, true);
}

static chtype attrs_of(const struct top_cell *cell)
{
	chtype attrs = A_NORMAL;

	if (cell->attr & TOP_BOLD)
		attrs |= A_BOLD;
	if (cell->attr & TOP_REVERSE)
		attrs |= A_REVERSE;
	if (cell->color && colors)
		attrs |= COLOR_PAIR((cell->color - 1) % colors + 1);
	return attrs;
}

int top_screen_draw(struct top_model *model)
{
	const struct top_cell *cell;
	struct top_grid grid;
	int row, col;

	getmaxyx(stdscr, grid.rows, grid.cols);
	grid.cell = calloc(grid.rows * grid.cols + 1, sizeof(*grid.cell));
	if (!grid.cell)
		return -ENOMEM;
	top_layout(model, &grid);
	for (row = 0; row < grid.rows; row++)
		for (col = 0; col < grid.cols; col++) {
			cell = &grid.cell[row * grid.cols + col];
			mvaddch(row, col, cell->ch | attrs_of(cell));
		}
	free(grid.cell);
	refresh();
	return 0;
}

static const struct {
	int code;
	enum top_key key;
	enum top_sort sort;
} keys[] = {
	{ 'q', TOP_KEY_QUIT, 0 },
	{ 'Q', TOP_KEY_QUIT, 0 },
	{ '?', TOP_KEY_HELP, 0 },
	{ 'h', TOP_KEY_HELP, 0 },
	{ '\t', TOP_KEY_NEXT, 0 },
	{ KEY_RIGHT, TOP_KEY_NEXT, 0 },
	{ KEY_BTAB, TOP_KEY_PREVIOUS, 0 },
	{ KEY_LEFT, TOP_KEY_PREVIOUS, 0 },
	{ KEY_UP, TOP_KEY_UP, 0 },
	{ KEY_DOWN, TOP_KEY_DOWN, 0 },
	{ 'k', TOP_KEY_UP, 0 },
	{ 'j', TOP_KEY_DOWN, 0 },
	{ KEY_PPAGE, TOP_KEY_PAGE_UP, 0 },
	{ KEY_NPAGE, TOP_KEY_PAGE_DOWN, 0 },
	{ '<', TOP_KEY_SORT_LEFT, 0 },
	{ '>', TOP_KEY_SORT_RIGHT, 0 },
	{ 'r', TOP_KEY_REVERSE, 0 },
	{ 'n', TOP_KEY_SORT, TOP_SORT_NODE },
	{ 'w', TOP_KEY_SORT, TOP_SORT_WANTED },
	{ 'm', TOP_KEY_SORT, TOP_SORT_MEASURED },
	{ 's', TOP_KEY_SORT, TOP_SORT_SESSIONS },
	{ 't', TOP_KEY_SORT, TOP_SORT_TAKEN },
	{ 'p', TOP_KEY_SORT, TOP_SORT_PASSED },
	{ 'g', TOP_KEY_SORT, TOP_SORT_WEIGHT },
	{ 'l', TOP_KEY_SORT, TOP_SORT_HEARD },
};

enum top_key top_screen_key(enum top_sort *sort)
{
	int code = getch();
	size_t i;

	if (code == ERR)
		return TOP_KEY_NONE;
	if (code == KEY_RESIZE)
		return TOP_KEY_RESIZE;
	/* Ctrl-L */
	if (code == '\f')
		top_screen_redraw();
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (keys[i].code == code) {
			*sort = keys[i].sort;
			return keys[i].key;
		}
	return TOP_KEY_OTHER;
}
