/* format_key.h - which columns make the key of a table's messages: message.key.columns, else the table's own key. */
#ifndef FORMAT_FORMAT_KEY_H
#define FORMAT_FORMAT_KEY_H

#include "core/arena.h"
#include "core/conf/pattern.h"
#include "format/format_conf.h"
#include "row/batch.h"

struct key_rules {
	struct pattern_list *items; /* each on db.table.column */
	size_t count;
};

/* "db.table:column,column;db.other:column": both sides of the colon are regular expressions. */
int key_rules_init(struct key_rules *rules, const char *text, struct err *err);
void key_rules_done(struct key_rules *rules);
/*
 * The columns in the order of the rules, those of one rule in the table's order. A table of which no column is named
 * keeps its key. Returns how many; the indexes live in the arena or in the schema.
 */
unsigned key_rules_choose(const struct key_rules *rules, const struct schema *s, struct arena *a, unsigned **key);

#endif
