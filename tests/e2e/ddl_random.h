/*
 * ddl_random.h - DDL statements by chance, the same ones for the same seed. A grammar of templates; what the server
 * has by now is shown to it, so that most statements find what they name. Some are refused by the server: that is
 * wanted.
 */
#ifndef TESTS_E2E_DDL_RANDOM_H
#define TESTS_E2E_DDL_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "row/schema.h"

enum { DDL_USED_MAX = 64 };

struct ddl_random {
	uint64_t state;
	struct schema *const *tables; /* lent: what there is */
	size_t ntables;
	bool ansi_quotes;   /* of the session, from the statements that it has drawn */
	const char *client; /* character set that the session sends its text in */
	/* of the statement being drawn */
	const struct schema *table;	/* the table that it alters; NULL: none */
	const char *used[DDL_USED_MAX]; /* column names that it has given */
	unsigned nused;
	const char *pair[2]; /* two columns to swap */
	unsigned depth;
};

void ddl_random_init(struct ddl_random *r, uint64_t seed);
/* One statement in UTF-8, NUL-terminated. */
void ddl_random_statement(struct ddl_random *r, struct buf *out);

#endif
