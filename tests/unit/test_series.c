/* test_series.c - figures over time: what was measured comes back by its time, coarser when asked, and a gap is unknown. */
#include "tests/tap.h"

#include <math.h>

#include "engine/status/series.h"

#define START 1700000000 /* a multiple of ten */

static void add(struct series *s, int64_t at, float lag, float rate)
{
	float v[SERIES_COUNT];

	for (int i = 0; i < SERIES_COUNT; i++)
		v[i] = NAN;
	v[SERIES_LOAD_LAG] = lag;
	v[SERIES_STAGE_RATE] = rate;
	series_add(s, at, v);
}

int main(void)
{
	struct series *s = series_new();
	float out[12];

	series_read(s, SERIES_LOAD_LAG, 0, 1, out, 3);
	ok(isnan(out[0]) && isnan(out[2]), "nothing was measured: unknown");
	for (int i = 0; i < 30; i++)
		if (i < 10 || i >= 20)
			add(s, START + i, (float)i, (float)(i % 10));
	series_read(s, SERIES_LOAD_LAG, 0, 1, out, 12);
	ok(isnan(out[0]) && isnan(out[1]) && out[2] == 20 && out[11] == 29,
			"by seconds, oldest first, a gap is unknown");
	series_read(s, SERIES_LOAD_LAG, 0, 10, out, 3);
	ok(out[0] == 9 && isnan(out[1]) && out[2] == 29, "of ten seconds the worst lag");
	series_read(s, SERIES_STAGE_RATE, 0, 10, out, 3);
	ok(out[0] == 4.5f && out[2] == 4.5f, "and the mean rate");
	ok(isnan((series_read(s, SERIES_CAPTURE_LAG, 0, 10, out, 1), out[0])), "what was unknown stays unknown");
	add(s, START + 4000, 7, 1);
	series_read(s, SERIES_LOAD_LAG, START + 30, 10, out, 3);
	ok(out[0] == 9 && out[2] == 29, "after an hour in steps of ten seconds");
	add(s, START + 90000, 7, 1);
	series_read(s, SERIES_LOAD_LAG, START + 30, 10, out, 3);
	ok(isnan(out[0]) && isnan(out[2]), "after a day no more");
	for (int i = 0; i < SERIES_COUNT; i++)
		ok(series_find(series_name((enum series_id)i)) == i && series_unit((enum series_id)i), "%s",
				series_name((enum series_id)i));
	series_free(s);
	return tap_done();
}
