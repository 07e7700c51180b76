/* query_sql.c - see query_sql.h. */
#include "script/query/query_sql.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Behind the quote that ends what begins at p; NULL: there is none. A quote that is doubled ends a text and begins the next. */
static const char *behind_quoted(const char *p)
{
	char quote = *p++;

	for (; *p; p++) {
		if (*p == '\\' && quote != '`' && p[1])
			p++;
		else if (*p == quote)
			return p + 1;
	}
	return NULL;
}

static const char *behind_line(const char *p)
{
	return p + strcspn(p, "\n");
}

static const char *behind_comment(const char *p)
{
	const char *end;

	if (p[2] == '!') /* its text is executed, and the end is no operator that matters */
		return p + 3;
	end = strstr(p + 2, "*/");
	return end ? end + 2 : NULL;
}

/* MySQL wants a blank or a control character behind the two, or the end. */
static bool is_dashes(const char *p)
{
	return p[0] == '-' && p[1] == '-' && (unsigned char)p[2] <= ' ';
}

/* Behind what is no SQL at p; p itself: it is SQL; NULL: it has no end. */
static const char *behind(const char *p)
{
	if (*p == '\'' || *p == '"' || *p == '`')
		return behind_quoted(p);
	if (*p == '#' || is_dashes(p))
		return behind_line(p);
	return p[0] == '/' && p[1] == '*' ? behind_comment(p) : p;
}

int query_params(const char *sql, int at[static QUERY_PARAMS_MAX])
{
	int n = 0;

	for (const char *p = sql; *p;) {
		const char *next = behind(p);

		if (next == NULL || (*p == '?' && n == QUERY_PARAMS_MAX))
			return -1;
		if (*p == '?')
			at[n++] = (int)(p - sql);
		p = next > p ? next : p + 1;
	}
	return n;
}

bool query_is_select(const char *sql)
{
	sql += strspn(sql, " \t\r\n");
	return strncasecmp(sql, "SELECT", 6) == 0 || strncasecmp(sql, "WITH", 4) == 0;
}
