/* source_pulse.c - see source_pulse.h. */
#include "config.h"
#include "core/fnv.h"
#include "source/source_pulse.h"

#include <stdio.h>

enum { SAMPLE_US = 5000000, SLOW_BYTES = 1 << 20 };

void pulse_init(struct source_pulse *p, int64_t now_us)
{
	*p = (struct source_pulse){ .quiet_us = now_us };
}

static void sample(struct source_pulse *p, int64_t now_us, int64_t behind)
{
	if (behind < 0) {
		p->sampled = false;
		p->sample_us = 0;
		return;
	}
	if (p->sample_us && now_us - p->sample_us < SAMPLE_US)
		return;
	if (p->sample_us) {
		p->gain = (p->sample_behind - behind) * 1000000 / (now_us - p->sample_us);
		p->sampled = true;
	}
	p->sample_us = now_us;
	p->sample_behind = behind;
}

void pulse_step(struct source_pulse *p, int64_t now_us, int64_t waited_us, const char *file, uint64_t pos,
		int64_t behind)
{
	uint64_t mark = fnv_text(pos, file);

	if (mark != p->mark) {
		p->silent_us = 0;
		p->quiet_us = now_us;
	} else if (behind > 0) {
		p->silent_us += waited_us;
	} else {
		p->silent_us = 0;
	}
	p->mark = mark;
	sample(p, now_us, behind);
}

static void bytes_in_words(char *out, size_t size, int64_t bytes)
{
	static const char *const units[] = { "bytes", "kB", "MB", "GB", "TB" };
	double n = (double)bytes;
	unsigned u = 0;

	while (n >= 1000 && u < 4) {
		n /= 1000;
		u++;
	}
	snprintf(out, size, u ? "%.1f %s" : "%.0f %s", n, units[u]);
}

static enum pulse judge_behind(const struct source_pulse *p, int64_t behind, char *why, size_t size)
{
	char far[32], gain[32];

	bytes_in_words(far, sizeof(far), behind);
	bytes_in_words(gain, sizeof(gain), p->gain < 0 ? -p->gain : p->gain);
	if (behind < SLOW_BYTES || !p->sampled)
		snprintf(why, size, "reading, %s behind the server", far);
	else if (p->gain > 0)
		snprintf(why, size, "slow: %s behind the server, %s/s less each second, about %lld s left", far, gain,
				(long long)(behind / p->gain));
	else
		snprintf(why, size,
				"slow: %s behind the server and %s/s more each second: it writes faster than this "
				"is published",
				far, gain);
	return behind < SLOW_BYTES || !p->sampled ? PULSE_READING : PULSE_SLOW;
}

enum pulse pulse_judge(const struct source_pulse *p, int64_t now_us, bool reading, int64_t behind, char *why,
		size_t size)
{
	long long quiet_s = (now_us - p->quiet_us) / 1000000;
	char far[32];

	if (behind < 0) {
		snprintf(why, size,
				"reading; the server does not say how far it is, so idle and stuck cannot be told "
				"apart");
		return PULSE_UNKNOWN;
	}
	if (p->silent_us >= PULSE_STUCK_MS * 1000ll) {
		bytes_in_words(far, sizeof(far), behind);
		snprintf(why, size,
				"stuck: the server is %s further, but has sent nothing for %lld s; the connection "
				"is made again after %d s",
				far, quiet_s, PULSE_HANG_UP_MS / 1000);
		return PULSE_STUCK;
	}
	if (behind > 0)
		return judge_behind(p, behind, why, size);
	if (reading)
		snprintf(why, size, "reading, as far as the server is");
	else
		snprintf(why, size, "idle: all that the server has is read, nothing new for %lld s", quiet_s);
	return reading ? PULSE_READING : PULSE_IDLE;
}
