/* script_trial_part.h - between script_trial.c and script_trial_row.c. */
#ifndef ENGINE_SCRIPT_TRIAL_PART_H
#define ENGINE_SCRIPT_TRIAL_PART_H

#include "core/buf.h"
#include "core/histogram.h"
#include "engine/base/dead_letter.h"
#include "engine/control/script_trial.h"
#include "format/format.h"

enum {
	TRIAL_REASONS = 50,
	TRIAL_KEYS = 3,
	TRIAL_EXAMPLES = 10,
	TRIAL_REASON_ROOM = DEAD_REASON_ROOM,
	TRIAL_KEY_ROOM = 120
};

struct trial_dead {
	char reason[TRIAL_REASON_ROOM];
	char keys[TRIAL_KEYS][TRIAL_KEY_ROOM];
	uint64_t rows;
};

struct trial {
	struct log *log;
	const struct settings *settings;
	const struct trial_wish *wish;
	engine_emit *emit;
	void *arg;
	struct format_decoder *decoder;
	const char *topic; /* interned; NULL: not found yet */
	struct batch *in;
	struct {
		struct script *script;
		struct batch *out;
	} side[2];  /* the second: what it is compared with */
	bool masks; /* values are not shown */
	bool failed;
	struct err err;
	size_t bytes;	     /* of the messages in `in` */
	int64_t left;	     /* messages of this partition */
	int64_t overhead_ns; /* of measuring one row */

	struct schema *schema; /* of the newest row; NULL: none yet */
	uint64_t messages, examples[2];
	struct trial_result sum;
	struct trial_dead dead[TRIAL_REASONS + 1]; /* the last: all other reasons */
	unsigned ndead;
	struct histogram cost; /* of rows, nanoseconds */
	struct buf line;
};

bool is_trial_table(const struct trial *t, const struct schema *schema);
void trial_judge(struct trial *t);		   /* the changes of in */
void trial_tell(struct trial *t, int64_t took_us); /* the end of the answer */

#endif
