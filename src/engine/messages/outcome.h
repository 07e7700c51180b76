/* outcome.h - what the table's script, as it is now, makes of one message. */
#ifndef ENGINE_OUTCOME_H
#define ENGINE_OUTCOME_H

#include "engine/messages/rows.h"
#include "script/script.h"

enum outcome_kind {
	OUTCOME_NO_SCRIPT,
	OUTCOME_PASSED,
	OUTCOME_CHANGED,
	OUTCOME_DROPPED,
	OUTCOME_DELETES,
	OUTCOME_DEAD
};
struct outcome {
	enum outcome_kind kind;
	char text[400]; /* "orders.lua:5: not loaded", "changes email, total", "2 rows": one line */
};

struct outcomes {
	struct message_rows rows;
	struct script *script;		   /* NULL: the table has none */
	char version[SCRIPT_VERSION_ROOM]; /* of it; "" */
	struct batch *out;
};

int outcomes_open(struct outcomes *o, struct log *log, const struct settings *s, const char *db_table, struct err *err);
void outcomes_close(struct outcomes *o);
int outcome_of(struct outcomes *o, const struct record *r, struct outcome *out, struct err *err);

#endif
