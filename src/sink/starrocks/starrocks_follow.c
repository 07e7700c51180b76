/*
 * starrocks_follow.c - schema.change of a table: whether an ALTER TABLE of the source is carried out, left out, or stops the
 * table. What is left out is a column that loads do not name; a name never shows the values of another column, whatever the
 * setting says.
 */
#include "core/logline.h"
#include "sink/base/sink_ops.h"
#include "sink/starrocks/starrocks.h"

int starrocks_change_check(const struct schema *schema, bool allowed, const char *statement, struct err *err)
{
	int change = schema->at_target.change;

	if (change == FOLLOW_EXCEPTION)
		return err_set(err, ERR_CONFIG, 0,
				"table %s.%s: schema.change = exception, and it has to follow its source: run %s; then `millrace resume`, or "
				"set another schema.change and restart",
				schema->db, schema->table, statement);
	if (change == FOLLOW_ASK && !allowed)
		return err_set(err, ERR_CONFIG, 0,
				"table %s.%s: schema.change = ask, and it has to follow its source: `millrace resume` of the table lets this be "
				"carried out: %s",
				schema->db, schema->table, statement);
	return 0;
}

bool starrocks_tolerates(const struct schema *schema, struct err *err)
{
	int change = schema->at_target.change;

	if ((change != FOLLOW_TRY && change != FOLLOW_LENIENT) || err->kind == ERR_RETRY ||
			err->kind == ERR_UNREACHABLE)
		return false;
	logline(LOG_WARNING, "sink", "table %s.%s: does not follow its source (schema.change): %s", schema->db,
			schema->table, err->msg);
	err_clear(err);
	return true;
}
