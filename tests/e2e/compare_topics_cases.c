/*
 * compare_topics_cases.c - what tests/cases/README.md describes: the directives at the head of a case, the differences
 * that a case documents, and which case a message belongs to.
 */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "tests/e2e/compare_topics.h"

static void die(const char *what, const char *why)
{
	fprintf(stderr, "compare_topics: %s: %s\n", what, why);
	exit(2);
}

/* ---- the files ---- */

/* The next line without its end, or NULL; *size belongs to the caller's loop. */
static char *next_line(FILE *f, char **line, size_t *size)
{
	ssize_t len = getline(line, size, f);

	if (len < 0)
		return NULL;
	(*line)[strcspn(*line, "\r\n")] = '\0';
	return *line;
}

static const char *directive(const char *line, const char *name)
{
	size_t len = strlen(name);

	if (strncmp(line, "-- ", 3) || strncmp(line + 3, name, len) || line[3 + len] != ':')
		return NULL;
	line += 4 + len;
	return line + strspn(line, " ");
}

static void add_database(struct test_case *c, const char *name)
{
	c->databases = xrealloc(c->databases, (c->ndatabases + 1) * sizeof(*c->databases));
	c->databases[c->ndatabases++] = xstrdup(name);
}

static void read_directives(struct test_case *c, const char *dir)
{
	char *path = xasprintf("%s/%s.sql", dir, c->name), *line = NULL;
	FILE *f = fopen(path, "r");
	const char *value;
	size_t size = 0;

	if (f == NULL)
		die(path, "cannot be read");
	add_database(c, c->name);
	while (next_line(f, &line, &size) && strncmp(line, "--", 2) == 0) {
		if ((value = directive(line, "database")))
			add_database(c, value);
		else if ((value = directive(line, "only")))
			c->only = xasprintf(" %s ", value);
		else if (directive(line, "alone"))
			c->alone = true;
	}
	free(line);
	free(path);
	fclose(f);
}

static bool split(char *line, char **fields, int count)
{
	for (int i = 0; i < count; i++) {
		fields[i] = line;
		line += strcspn(line, "\t");
		if (*line == '\0')
			return i == count - 1;
		*line++ = '\0';
	}
	return false;
}

static void read_differences(struct test_case *c, const char *dir, const char *name)
{
	char *path = xasprintf("%s/%s.differs", dir, name), *line = NULL, *fields[5];
	FILE *f = fopen(path, "r");
	size_t size = 0;

	while (f && next_line(f, &line, &size)) {
		if (*line == '#' || *line == '\0')
			continue;
		if (!split(line, fields, 5))
			die(path, "expected lines of five fields, tabs between: topic, path, millrace's, Debezium's, reason");
		c->differences = xrealloc(c->differences, (c->ndifferences + 1) * sizeof(*c->differences));
		c->differences[c->ndifferences++] = (struct case_difference){ xstrdup(fields[0]), xstrdup(fields[1]),
			xstrdup(fields[2]), xstrdup(fields[3]), xstrdup(fields[4]), false };
	}
	free(line);
	free(path);
	if (f)
		fclose(f);
}

static int is_case(const struct dirent *e)
{
	size_t len = strlen(e->d_name);

	return len > 4 && strcmp(e->d_name + len - 4, ".sql") == 0;
}

void cases_read(const char *dir, struct test_cases *out)
{
	struct dirent **names;
	int count = scandir(dir, &names, is_case, alphasort);

	if (count < 0)
		die(dir, "no such folder");
	out->at = xcalloc((size_t)count + 1, sizeof(*out->at));
	out->count = (size_t)count;
	for (int i = 0; i < count; i++) {
		out->at[i].name = xstrndup(names[i]->d_name, strlen(names[i]->d_name) - 4);
		read_directives(&out->at[i], dir);
		read_differences(&out->at[i], dir, out->at[i].name);
		free(names[i]);
	}
	out->at[count].name = xstrdup("server");
	read_differences(&out->at[count], dir, "server");
	out->every.name = "every";
	read_differences(&out->every, dir, "every");
	free(names);
}

/* ---- who a message belongs to ---- */

const char *topic_of_mode(const char *topic, const char *mode)
{
	size_t len = strlen(topic), mode_len = strlen(mode);

	if (strcmp(topic, mode) == 0)
		return "(changes)";
	if (strncmp(topic, mode, mode_len) == 0 && topic[mode_len] == '.')
		return topic + mode_len + 1;
	if (len <= mode_len || topic[len - mode_len - 1] != '.' || strcmp(topic + len - mode_len, mode))
		return NULL;
	return strncmp(topic, "schemahistory.", 14) == 0 ? "(history)" : "(heartbeat)";
}

/* Topics carry names as Kafka allows them. */
static bool is_database_of(const char *topic, const char *database)
{
	for (; *database; topic++, database++)
		if (*topic != (isalnum((unsigned char)*database) || strchr("._-", *database) ? *database : '_'))
			return false;
	return *topic == '.';
}

static bool is_name(const struct bytes *text, const char *name)
{
	return text->len == strlen(name) + 2 && memcmp(text->p + 1, name, text->len - 2) == 0;
}

struct test_case *cases_of(const struct test_cases *cases, const struct message *m, const char *mode)
{
	const char *topic = topic_of_mode(m->topic, mode);
	struct bytes name = { NULL, 0 };
	struct test_case *c;

	if (*topic == '(')
		name = json_payload_member(&m->value, "databaseName");
	for (c = cases->at; c < cases->at + cases->count; c++)
		for (size_t i = 0; i < c->ndatabases; i++)
			if (*topic == '(' ? name.p && is_name(&name, c->databases[i])
					  : is_database_of(topic, c->databases[i]))
				return c;
	return c;
}

/* ---- differences ---- */

static bool is_text(const char *text, const struct bytes *b)
{
	return strcmp(text, "*") == 0 || (strlen(text) == b->len && memcmp(text, b->p, b->len) == 0);
}

/* A path is given from its end: "after.c" and "c" both mean "value.payload.after.c". */
static bool is_end_of(const char *path, const char *end)
{
	size_t len = strlen(path), end_len = strlen(end);

	return len >= end_len && strcmp(path + len - end_len, end) == 0 &&
			(len == end_len || path[len - end_len - 1] == '.');
}

static struct case_difference *find(struct test_case *c, const char *topic, const char *path, const struct bytes *ours,
		const struct bytes *theirs)
{
	for (struct case_difference *d = c->differences; d < c->differences + c->ndifferences; d++)
		if ((strcmp(d->topic, "*") == 0 || strcmp(d->topic, topic) == 0) && is_end_of(path, d->path) &&
				is_text(d->ours, ours) && is_text(d->theirs, theirs))
			return d;
	return NULL;
}

bool cases_document(struct test_cases *cases, struct test_case *c, const char *topic, const char *path,
		const struct bytes *ours, const struct bytes *theirs)
{
	struct case_difference *d = find(c, topic, path, ours, theirs);

	if (d == NULL)
		d = find(&cases->every, topic, path, ours, theirs);
	if (d)
		d->seen = true;
	return d != NULL;
}
