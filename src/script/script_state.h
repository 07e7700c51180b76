/*
 * script_state.h - what state.set() keeps: keys and values of one partition, as of an offset. A file has them with the offset of
 * the row that wrote each, so the state as of any offset since the last cut can be had again: what was written behind the
 * offset that loading begins at is not there, however far the script was when the process was killed.
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
/* path NULL: in memory only. The state as of `from`; *lost: what was before it is not known any more. */
struct script_state *script_state_open(const char *path, int64_t from, bool *lost, struct err *err);
void script_state_close(struct script_state *st); /* NULL allowed */
/* What was set since the last call is on disk. Nothing before `stored` is asked for again. */
int script_state_save(struct script_state *st, int64_t stored, struct err *err);

/* value NULL: there is none */
const char *script_state_get(const struct script_state *st, const char *key, size_t len, size_t *value_len);
void script_state_set(struct script_state *st, int64_t offset, const char *key, size_t len, const char *value,
		size_t value_len);
size_t script_state_bytes(const struct script_state *st); /* of all keys and values, with what they need */
size_t script_state_cost(size_t len, size_t value_len);	  /* of one */

#endif
