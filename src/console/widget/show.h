/* show.h - numbers as a person at night reads them: short, of steady width, and "-" for what is not known. Each writes
 * at most SHOW_SIZE bytes and returns its buffer. */
#ifndef CONSOLE_SHOW_H
#define CONSOLE_SHOW_H

#include <stddef.h>
#include <stdint.h>

#include "console/canvas/theme.h"
#include "engine/status/status.h"

#define SHOW_SIZE 32
#define SHOW_TROUBLE 80

const char *show_count(char *out, int64_t n);	/* 987, 182,311, 4.56M; -1: - */
const char *show_exact(char *out, int64_t n);	/* 182,311 */
const char *show_rate(char *out, double per_s); /* 12.3k/s */
const char *show_bytes(char *out, int64_t n);	/* 1.5 MiB */
const char *show_us(char *out, int64_t us);	/* 310us, 2.1ms, 1.9s */
const char *show_ns(char *out, int64_t ns);	/* 310ns, 4.06us, then as show_us() */
const char *show_ms(char *out, int64_t ms);	/* 0.2s, 18.4s, 3m04s, 2h05m, 3d04h */
/* Of "complete to", which is sampled and so a few seconds old when all is well: no age that reads as if it lagged. */
const char *show_since(char *out, int64_t ms);
/* text behind "table SUBJECT: " or "SUBJECT: ", for a line that has the subject beside it. */
const char *show_after(const char *text, const char *subject);
const char *show_age(char *out, int64_t s);			   /* of whole seconds: 18s, then as show_ms() */
const char *show_percent(char *out, double share);		   /* 0..1: 41% */
const char *show_clock(char *out, int64_t wall_us);		   /* 14:03:22, local time */
const char *show_when(char *out, int64_t wall_us, int64_t now_us); /* 14:03:22; 11-30 14:03 of another day */
/* "2 tries failed, the next one in 1.2s"; "": none failed. out: SHOW_TROUBLE bytes */
const char *show_trouble(char *out, const struct status_trouble *t);
/* On an axis: whole numbers, and ms where there is less than a second. */
const char *show_axis_ms(char *out, double ms);
const char *show_axis_us(char *out, double us);
const char *show_axis_count(char *out, double n);
const char *show_axis_bytes(char *out, double n);
enum role show_state_role(enum half_state state);
enum role show_lag_role(int64_t ms); /* a few seconds are on the way, ten are a warning */
enum role show_complete_role(
		const struct status *s); /* "complete to": a warning once the engine says that it is late */
enum role show_fill_role(double fill);	 /* idle below 50 %, low below 85 %, then high */
enum role show_level_role(enum log_level level);

#endif
