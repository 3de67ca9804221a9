// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "interval.h"
#include "lnlbctl.h"
#include "names.h"

static bool parse_decimal(const char *text, uint64_t *ms)
{
	const char *dot = strchr(text, '.');
	unsigned int unit = 1000;
	uint64_t value = 0;

	if (!dot || dot == text || !dot[1] || dot - text > 6 ||
	    strlen(dot) > 4)
		return false;
	for (; *text; text++) {
		if (text == dot)
			continue;
		if (!isdigit((unsigned char)*text))
			return false;
		value = value * 10 + *text - '0';
		unit /= text > dot ? 10 : 1;
	}
	*ms = value * unit;
	return true;
}

bool interval_parse(const char *text, const char *option, uint32_t *ms)
{
	uint32_t seconds;
	uint64_t value;

	if (!text)
		return true;
	if (!lnlb_parse_time(text, &seconds))
		value = seconds * 1000ull;
	else if (!parse_decimal(text, &value))
		value = 0;
	if (value < INTERVAL_MIN_MS || value > INTERVAL_MAX_MS) {
		ctl_error("%s: '%s' is not a time; allowed are 0.1 to 86400 seconds, or numbers with h, m, s as in 1m30s",
			  option, text);
		return false;
	}
	*ms = value;
	return true;
}

uint64_t interval_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ull + ts.tv_nsec / 1000000;
}
