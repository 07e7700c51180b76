/* overview_parts.h - what the files of the overview share. */
#ifndef CONSOLE_OVERVIEW_PARTS_H
#define CONSOLE_OVERVIEW_PARTS_H

#include "console/view/view_page.h"

/* How long half of the rows stay in each stage: what is between its p50 and that of the stage before it; -1 unknown. */
void overview_stage_times(const struct status *s, int64_t *out_us, size_t n);
void overview_draw_lag(const struct status *s, struct canvas *cv, struct area at);
/* Charts of what waits, and of the rows a second; they fill a large screen. */
void overview_draw_waiting(const struct status *s, struct canvas *cv, struct area at);
void overview_draw_rates(const struct status *s, struct canvas *cv, struct area at);
void overview_draw_stages(const struct status *s, struct canvas *cv, struct area at);

#endif
