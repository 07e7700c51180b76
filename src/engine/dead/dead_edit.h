/*
 * dead_edit.h - a letter's row is loaded with other values: its message goes to its partition once more with them, through the
 * present script, and the letter is closed as edited. Only while MySQL's row is still the letter's: else the edited one would take the
 * place of a newer one.
 */
#ifndef ENGINE_DEAD_EDIT_H
#define ENGINE_DEAD_EDIT_H

#include "core/json.h"
#include "engine/dead/dead_retry.h"

/* row: a JSON object of the fields that change, each in the form that it has in the message. ERR_DATA: why not, and nothing has
 * changed. */
int dead_edit(struct dead_doing *d, struct dead_pick *pick, const char *row, struct err *err);
/* Where the row stands in a message, as text in it: below payload and after, or of these what there is. Pure. */
struct json_slice dead_edit_row(const char *message, size_t len);
/* A member of an object, as it stands. Pure. */
bool dead_edit_member(const char *p, size_t len, const char *name, struct json_slice *out);
/* A value as it stands in the text: strings with their quotes. */
void dead_edit_put(struct buf *b, const struct json_slice *v);
/* The message with those fields in the place of its own, into out. Pure; -1: err. */
int dead_edit_message(const char *message, size_t len, const char *row, struct buf *out, struct err *err);

#endif
