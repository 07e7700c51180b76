/* mysql_catalog_column.h - a column's definition, settled as the server does it. All memory in the arena of the table. */
#ifndef SOURCE_MYSQL_CATALOG_COLUMN_H
#define SOURCE_MYSQL_CATALOG_COLUMN_H

#include "source/catalog/mysql_catalog_table.h"

void column_settle(struct table_model *t, const struct ddl_column *d,
		struct table_column *out); /* column, old_default */
void column_set_collation(struct column *c, unsigned collation);
void column_type_text(struct table_model *t, struct column *c); /* as SHOW CREATE TABLE prints it */
void column_drop_impossible_default(struct column *c);
void table_model_first_timestamp(struct table_model *t);

/* The collation that the options mean; fallback where they say nothing. */
unsigned ddl_charset_collation(const struct ddl_charset *c, unsigned utf8mb4_collation, unsigned fallback);

#endif
