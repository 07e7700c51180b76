/* mysql_shape.c - see mysql_shape.h. */
#include "mysql/mysql_shape.h"

#include <string.h>

/* The first column of the row that is NULL and must not be; n: none. */
static unsigned first_null(MYSQL_ROW row, const char *shape, unsigned n)
{
	unsigned i = 0;

	while (i < n && (shape[i] != '!' || row[i]))
		i++;
	return i;
}

int mysql_shape_check(MYSQL_RES *res, const char *shape, const char *who, const char *statement, struct err *err)
{
	unsigned n = (unsigned)strlen(shape), has = mysql_num_fields(res);
	MYSQL_ROW row;

	if (has < n)
		return err_set(err, ERR_CONFIG, 0,
				"%s: %.80s: expected an answer of at least %u columns, found %u: this is no server "
				"that millrace knows, or something between changes its answers",
				who, statement, n, has);
	while ((row = mysql_fetch_row(res)) != NULL) {
		unsigned i = first_null(row, shape, n);

		if (i < n)
			return err_set(err, ERR_CONFIG, 0,
					"%s: %.80s: expected a value in column %u, found NULL: this is no server that "
					"millrace knows, or something between changes its answers",
					who, statement, i + 1);
	}
	mysql_data_seek(res, 0);
	return 0;
}
