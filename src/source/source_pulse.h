/*
 * source_pulse.h - idle, slow or stuck? All three look alike from the rows that come: none, or late ones. Only together
 * with what the server says of itself on another connection can they be told apart. The time in which nobody read,
 * because the log was full, must not count as silence of the server.
 *
 * Pure: times and numbers in, a state and words out.
 */
#ifndef SOURCE_SOURCE_PULSE_H
#define SOURCE_SOURCE_PULSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pulse { PULSE_UNKNOWN, PULSE_IDLE, PULSE_READING, PULSE_SLOW, PULSE_STUCK };

enum { PULSE_STUCK_MS = 10000, PULSE_HANG_UP_MS = 60000 };

struct source_pulse {
	uint64_t mark;			  /* of the place that was read to, as of the last step */
	int64_t silent_us;		  /* waited in vain since something came */
	int64_t quiet_us;		  /* monotonic: since when nothing came */
	int64_t sample_us, sample_behind; /* how far behind it was a while ago */
	int64_t gain;			  /* bytes a second caught up since then; negative: falling behind */
	bool sampled;
};

void pulse_init(struct source_pulse *p, int64_t now_us);
/* One step ended, after waiting for waited_us: how far it came. behind: bytes that the server is ahead, -1 unknown. */
void pulse_step(struct source_pulse *p, int64_t now_us, int64_t waited_us, const char *file, uint64_t pos,
		int64_t behind);
/* reading: this step brought changes. why: for a person. */
enum pulse pulse_judge(const struct source_pulse *p, int64_t now_us, bool reading, int64_t behind, char *why,
		size_t size);

#endif
