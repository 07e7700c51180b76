/*
 * mysql_check_table.h - which questions a column raises, and the SQL that counts the rows that raise them. One table of
 * rules; pure: no server here, so that the statements can be looked at in a unit test.
 */
#ifndef SOURCE_MYSQL_CHECK_TABLE_H
#define SOURCE_MYSQL_CHECK_TABLE_H

#include "core/buf.h"
#include "row/table_check.h"
#include "source/server/mysql_conf.h"

struct question_count { /* one number of the statement's answer */
	enum check_question question;
	int column; /* -1: the table */
};

/*
 * One SELECT for all questions of a table: the number of rows, then a sum for each of counts[]. sample_rows 0: of all
 * rows; else of so many from both ends of the key. Returns how many sums there are; 0: there is nothing to count.
 */
unsigned question_statement(const struct table_check *e, const struct mysql_conf *conf, int64_t sample_rows,
		struct buf *sql, struct question_count *counts, unsigned max);

#endif
