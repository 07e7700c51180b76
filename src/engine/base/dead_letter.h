/*
 * dead_letter.h - what stands in a record of the topic of dead letters: a letter, or a mark that closes letters. Pure; texts are
 * lent from the record.
 *
 * A letter's ID is its offset. Its value is the message as it was (of capture's: the change as `millrace tap` prints it); headers
 * hold the rest. A mark's value is a JSON array of the IDs that it closes.
 */
#ifndef ENGINE_DEAD_LETTER_H
#define ENGINE_DEAD_LETTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/row_mask.h"
#include "engine/engine_parts.h"

struct dead_text {
	const char *p; /* NULL: it has none */
	size_t len;
};

struct dead_letter {
	int64_t id, at_ms;
	struct dead_text table, key, op, reason, stage, label, topic, gtid, file, row; /* row: that was to be loaded */
	int64_t partition, offset, pos;						       /* -1: none */
	struct dead_text message;
	struct dead_text mark, by; /* of a mark: "retried", "discarded", "edited"; and who */
};

void dead_letter_read(const struct record *r, struct dead_letter *out);

/* The reason without values of rows: the group that it belongs to. hide: of a table whose script masks; then what
 * the script itself has said is left out, too. */
void dead_reason(const struct dead_letter *l, bool hide, char out[DEAD_REASON_ROOM]);

/* Of which table it is, and whether that table's script masks. */
bool dead_letter_table(const struct dead_letter *l, const struct row_mask *mask, char *table, size_t size);

/* The IDs of a mark, one call each. */
void dead_mark_ids(const struct dead_letter *mark, void (*each)(void *arg, int64_t id), void *arg);

#endif
