/* show.c - short forms of numbers, times and states. */
#include "console/widget/show.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/num/num.h"

#define LAG_WARN_MS 10000
#define COMPLETE_STEP_MS 5000

static const char *scaled(char *out, double n, double step, const char *const *units)
{
	while (n >= step * 0.9995 && units[1]) {
		n /= step;
		units++;
	}
	snprintf(out, SHOW_SIZE, "%.*f%s", n < 9.995 ? 2 : n < 99.95 ? 1 : 0, n, *units);
	return out;
}

const char *show_count(char *out, int64_t n)
{
	static const char *const units[] = { "", "k", "M", "G", "T", "P", NULL };

	if (n < 0)
		return strcpy(out, "-");
	if (n < 1000000)
		return show_exact(out, n);
	return scaled(out, (double)n, 1000, units);
}

const char *show_exact(char *out, int64_t n)
{
	char digits[SHOW_SIZE];
	int len, at = 0;

	if (n < 0)
		return strcpy(out, "-");
	len = snprintf(digits, sizeof(digits), "%lld", (long long)n);
	for (int i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			out[at++] = ',';
		out[at++] = digits[i];
	}
	out[at] = '\0';
	return out;
}

const char *show_rate(char *out, double per_s)
{
	static const char *const units[] = { "/s", "k/s", "M/s", "G/s", NULL };

	if (!(per_s >= 0))
		return strcpy(out, "-");
	if (per_s < 0.05)
		return strcpy(out, "0/s");
	return scaled(out, per_s, 1000, units);
}

const char *show_bytes(char *out, int64_t n)
{
	if (n < 0)
		return strcpy(out, "-");
	out[num_bytes(out, (uint64_t)n)] = '\0';
	return out;
}

const char *show_ns(char *out, int64_t ns)
{
	static const char *const units[] = { "ns", "us", "ms", NULL };

	if (ns < 0 || ns >= 999500000)
		return show_us(out, ns < 0 ? -1 : ns / 1000);
	if (ns >= 1000)
		return scaled(out, (double)ns, 1000, units);
	snprintf(out, SHOW_SIZE, "%dns", (int)ns);
	return out;
}

const char *show_us(char *out, int64_t us)
{
	static const char *const units[] = { "us", "ms", NULL };

	if (us < 0)
		return strcpy(out, "-");
	if (us < 1000)
		snprintf(out, SHOW_SIZE, "%dus", (int)us);
	else if (us < 999500)
		scaled(out, (double)us, 1000, units);
	else
		show_ms(out, us / 1000);
	return out;
}

const char *show_ms(char *out, int64_t ms)
{
	long long s = (long long)(ms / 1000);

	if (ms < 0)
		return strcpy(out, "-");
	if (s < 60)
		snprintf(out, SHOW_SIZE, "%.1fs", (double)ms / 1000);
	else if (s < 3600)
		snprintf(out, SHOW_SIZE, "%lldm%02llds", s / 60, s % 60);
	else if (s < 86400)
		snprintf(out, SHOW_SIZE, "%lldh%02lldm", s / 3600, s / 60 % 60);
	else
		snprintf(out, SHOW_SIZE, "%lldd%02lldh", s / 86400, s / 3600 % 24);
	return out;
}

const char *show_since(char *out, int64_t ms)
{
	char age[SHOW_SIZE];

	if (ms < COMPLETE_STEP_MS)
		return strcpy(out, "less than 5s ago");
	snprintf(out, SHOW_SIZE, "%.20s ago", show_ms(age, ms));
	return out;
}

const char *show_after(const char *text, const char *subject)
{
	const char *at = strncmp(text, "table ", 6) == 0 ? text + 6 : text;
	size_t len = strlen(subject);

	return len && strncmp(at, subject, len) == 0 && strncmp(at + len, ": ", 2) == 0 ? at + len + 2 : text;
}

const char *show_age(char *out, int64_t s)
{
	if (s < 0 || s >= 60)
		return show_ms(out, s < 0 ? -1 : s * 1000);
	snprintf(out, SHOW_SIZE, "%ds", (int)s);
	return out;
}

const char *show_percent(char *out, double share)
{
	if (!(share >= 0))
		return strcpy(out, "-");
	snprintf(out, SHOW_SIZE, "%.0f%%", share > 1 ? 100 : share * 100);
	return out;
}

const char *show_clock(char *out, int64_t wall_us)
{
	time_t sec = (time_t)(wall_us / 1000000);
	struct tm tm;

	localtime_r(&sec, &tm);
	strftime(out, SHOW_SIZE, "%H:%M:%S", &tm);
	return out;
}

const char *show_when(char *out, int64_t wall_us, int64_t now_us)
{
	time_t sec = (time_t)(wall_us / 1000000), now = (time_t)(now_us / 1000000);
	struct tm tm, today;

	localtime_r(&sec, &tm);
	localtime_r(&now, &today);
	strftime(out, SHOW_SIZE,
			tm.tm_yday == today.tm_yday && tm.tm_year == today.tm_year ? "%H:%M:%S" : "%m-%d %H:%M", &tm);
	return out;
}

const char *show_trouble(char *out, const struct status_trouble *t)
{
	char when[SHOW_SIZE];

	if (t->tries == 0)
		return strcpy(out, "");
	if (t->retry_ms < 0)
		return strcpy(out, "waits for `resume`");
	snprintf(out, SHOW_TROUBLE, "%u %s failed, the next one %s%s", t->tries, t->tries == 1 ? "try" : "tries",
			t->retry_ms ? "in " : "is under way", t->retry_ms ? show_ms(when, t->retry_ms) : "");
	return out;
}

const char *show_axis_ms(char *out, double ms)
{
	return ms < 1000 ? snprintf(out, SHOW_SIZE, "%.0fms", ms), out : show_ms(out, (int64_t)ms);
}

const char *show_axis_us(char *out, double us)
{
	return show_us(out, (int64_t)us);
}

/* 12.3k from a thousand on: an axis has no room for more. */
const char *show_axis_count(char *out, double n)
{
	static const char *const units[] = { "", "k", "M", "G", "T", "P", "E", NULL };

	if (n < 1000)
		return snprintf(out, SHOW_SIZE, n < 10 && n > floor(n) ? "%.1f" : "%.0f", n), out;
	return scaled(out, n, 1000, units);
}

const char *show_axis_bytes(char *out, double n)
{
	return show_bytes(out, n < 9e18 ? (int64_t)n : INT64_MAX);
}

enum role show_state_role(enum half_state state)
{
	switch (state) {
	case HALF_STREAMING:
	case HALF_SNAPSHOT: return ROLE_OK;
	case HALF_STARTING:
	case HALF_RETRYING:
	case HALF_STUCK: return ROLE_WARN;
	case HALF_PAUSED: return ROLE_PAUSED;
	case HALF_FAILED: return ROLE_CRIT;
	case HALF_IDLE:
	case HALF_STOPPED: break;
	}
	return ROLE_DIM;
}

enum role show_lag_role(int64_t ms)
{
	return ms >= LAG_WARN_MS ? ROLE_WARN : ROLE_TEXT;
}

enum role show_complete_role(const struct status *s)
{
	return s->complete_late ? ROLE_WARN : ROLE_TEXT;
}

enum role show_fill_role(double fill)
{
	return fill >= 0.85 ? ROLE_EDGE_HIGH : fill >= 0.5 ? ROLE_EDGE_LOW : ROLE_EDGE_IDLE;
}

enum role show_level_role(enum log_level level)
{
	return level == LOG_ERROR	       ? ROLE_CRIT
			: level == LOG_WARNING ? ROLE_WARN
			: level == LOG_DEBUG   ? ROLE_DIM
					       : ROLE_TEXT;
}
