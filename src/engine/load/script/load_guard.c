/* load_guard.c - see load_guard.h. */
#include "engine/load/script/load_guard.h"

void guard_arm(struct load_guard *g, uint64_t rows, uint64_t lost, int64_t percent, int64_t least_rows)
{
	*g = (struct load_guard){
		.armed = percent > 0 && rows >= (uint64_t)least_rows,
		.percent = percent,
		.window = least_rows / GUARD_STRIKES,
		.before = rows ? (double)lost * 100 / (double)rows : 0,
	};
}

bool guard_count(struct load_guard *g, uint64_t rows, uint64_t lost)
{
	unsigned windows;

	if (!g->armed)
		return false;
	g->rows += rows;
	g->lost += lost;
	if (g->rows < (uint64_t)g->window || g->rows == 0)
		return false;
	windows = (unsigned)(g->rows / (uint64_t)g->window); /* a large batch is several */
	g->share = (double)g->lost * 100 / (double)g->rows;
	g->strikes = g->share - g->before > (double)g->percent ? g->strikes + windows : 0;
	g->rows = g->lost = 0;
	g->windows += windows;
	g->armed = g->strikes < GUARD_STRIKES && g->windows < GUARD_WINDOWS;
	return g->strikes >= GUARD_STRIKES;
}
