/*
 * script_state.h - what state.set() keeps: keys and values of one partition, as of an offset. A file has them with the offset of
 * the row that wrote each, so the state as of any offset since the last cut can be had again: what was written behind the
 * offset that loading begins at is not there, however far the script was when the process was killed.
 *
 * The sum over all keys and values tells whether it is the state that somebody has noted: a file that was left behind on a machine, or that is
 * another one's, has another.
 *
 * Owned by the thread that runs the script.
 */
#ifndef SCRIPT_STATE_H
#define SCRIPT_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"

struct script_state;
struct script_state_wish {
	int64_t from; /* the state as of this offset */
	int64_t cut;  /* nothing before this one will be asked for again; from or less */
	bool known;   /* the sum of the state as of `cut` has to be `sum` */
	uint64_t sum;
};
enum script_state_found {
	STATE_FOUND,
	STATE_NONE, /* there is no file, or none that goes back so far: it begins empty */
	STATE_OTHER /* the sum is another: it begins empty, and the file is kept as PATH.other, the first */
};
/* wish NULL: in memory only. */
struct script_state *script_state_open(const char *path, const struct script_state_wish *wish,
		enum script_state_found *found, struct err *err);
void script_state_close(struct script_state *st); /* NULL allowed */
/* What was set since the last call is on disk. Nothing before `cut` is asked for again. */
int script_state_save(struct script_state *st, int64_t cut, struct err *err);
uint64_t script_state_sum(const struct script_state *st); /* over all keys and values, in any order; 0: it is empty */

/* value NULL: there is none */
const char *script_state_get(const struct script_state *st, const char *key, size_t len, size_t *value_len);
void script_state_set(struct script_state *st, int64_t offset, const char *key, size_t len, const char *value,
		size_t value_len);
size_t script_state_bytes(const struct script_state *st); /* of all keys and values, with what they need */
size_t script_state_cost(size_t len, size_t value_len);	  /* of one */

#endif
