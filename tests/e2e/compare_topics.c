/*
 * compare_topics.c - every message of every topic that millrace wrote against those of Debezium: keys, values, headers,
 * partitions, order.
 *
 *   compare_topics compare CASES DEBEZIUM MILLRACE [--whole] [--list] [--case NAME] MODE...
 *   compare_topics expect CASES MILLRACE MODE [--accept] [--case NAME]
 *   compare_topics clear BROKER...
 *
 * CASES is the folder (tests/cases), DEBEZIUM and MILLRACE are brokers, a MODE is a topic prefix. Prints a TAP line for
 * each case and mode, with the first difference that its .differs file does not document; --list prints all of them in
 * that file's form instead; --whole says that all cases have run in all modes, so a documented difference that was not
 * met is a failure. `expect` compares the cases that only millrace can run with their .expect file, in one mode.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "tests/e2e/compare_topics.h"

enum { SHOWN = 300 };

enum part { ROWS, CHANGES, HISTORY, PARTS };

static const char *const part_names[PARTS] = { "", " (schema changes)", " (schema history)" };

struct verdict { /* one part of one case in one mode */
	size_t messages, documented, unexplained;
	char *first;
};

struct run {
	struct test_cases cases;
	struct verdict (*verdicts)[PARTS]; /* one a case */
	const char *mode, *only_case;
	bool list, whole, accept;
	const struct message *ours, *theirs; /* the pair that is being looked at */
	struct test_case *c;
	bool failed;
};

static bool wanted(const struct run *r, const struct test_case *c)
{
	char mode[80];

	snprintf(mode, sizeof(mode), " %s ", r->mode);
	return !c->alone && (!c->only || strstr(c->only, mode)) &&
			(!r->only_case || strcmp(r->only_case, c->name) == 0);
}

static struct verdict *verdict_of(const struct run *r)
{
	const char *topic = topic_of_mode((r->ours ? r->ours : r->theirs)->topic, r->mode);

	return &r->verdicts[r->c - r->cases.at][strcmp(topic, "(changes)") == 0 ? CHANGES
					: strcmp(topic, "(history)") == 0	? HISTORY
										: ROWS];
}

static char *describe(const struct run *r, const char *path, const struct bytes *ours, const struct bytes *theirs)
{
	const struct message *m = r->ours ? r->ours : r->theirs;

	return xasprintf("#   %s partition %d offset %lld: %s\n#     millrace: %.*s\n#     Debezium: %.*s\n", m->topic,
			m->partition, (long long)m->offset, path, ours->len > SHOWN ? SHOWN : (int)ours->len, ours->p,
			theirs->len > SHOWN ? SHOWN : (int)theirs->len, theirs->p);
}

static int line_length(const struct bytes *text)
{
	const char *end = memchr(text->p, '\n', text->len);

	return (int)(end ? (size_t)(end - text->p) : text->len);
}

static void on_difference(void *arg, const char *path, const struct bytes *ours, const struct bytes *theirs)
{
	struct run *r = arg;
	struct verdict *v = verdict_of(r);
	const char *topic = topic_of_mode((r->ours ? r->ours : r->theirs)->topic, r->mode);

	if (cases_document(&r->cases, r->c, topic, path, ours, theirs)) {
		v->documented++;
		return;
	}
	v->unexplained++;
	if (r->list)
		printf("%s\t%s\t%s\t%.*s\t%.*s\n", r->c->name, topic, path, line_length(ours), ours->p,
				line_length(theirs), theirs->p);
	if (v->first == NULL)
		v->first = describe(r, path, ours, theirs);
}

static struct bytes label_of(const struct message *m)
{
	static const struct bytes none = { (char *)"-", 1 }, null = { (char *)"(null)", 6 };
	struct bytes key;

	if (m == NULL)
		return none;
	key = json_payload_member(&m->key, "payload");
	return m->key.p == NULL ? null : key.p ? key : m->key;
}

static void compare_pair(struct run *r)
{
	const struct message *a = r->ours, *b = r->theirs;
	struct bytes ours = label_of(a), theirs = label_of(b);

	r->c = cases_of(&r->cases, a ? a : b, r->mode);
	if (!wanted(r, r->c))
		return;
	verdict_of(r)->messages++;
	if (a == NULL || b == NULL) {
		on_difference(r, "message", &ours, &theirs);
		return;
	}
	json_differences("key", &a->key, &b->key, on_difference, r);
	json_differences("value", &a->masked, &b->masked, on_difference, r);
	json_differences("headers", &a->headers, &b->headers, on_difference, r);
}

/* The messages of one topic and partition begin at `at`; how many they are. */
static size_t group_size(const struct messages *m, size_t at)
{
	size_t n = 0;

	while (at + n < m->count && strcmp(m->at[at + n].topic, m->at[at].topic) == 0 &&
			m->at[at + n].partition == m->at[at].partition)
		n++;
	return n;
}

static int group_order(const struct messages *a, size_t i, const struct messages *b, size_t j)
{
	int c;

	if (i == a->count || j == b->count)
		return i == a->count ? 1 : -1;
	c = strcmp(a->at[i].topic, b->at[j].topic);
	return c ? c : a->at[i].partition - b->at[j].partition;
}

static void compare_mode(struct run *r, const struct messages *a, const struct messages *b)
{
	struct pairs pairs = { NULL, 0, 0 };

	for (size_t i = 0, j = 0; i < a->count || j < b->count;) {
		int order = group_order(a, i, b, j);
		size_t na = order <= 0 ? group_size(a, i) : 0, nb = order >= 0 ? group_size(b, j) : 0;

		if (topic_of_mode(na ? a->at[i].topic : b->at[j].topic, r->mode))
			messages_pair(a->at + i, na, b->at + j, nb, &pairs);
		for (size_t k = 0; k < pairs.count; k++) {
			r->ours = pairs.at[k].ours;
			r->theirs = pairs.at[k].theirs;
			compare_pair(r);
		}
		pairs.count = 0;
		i += na;
		j += nb;
	}
	free(pairs.at);
}

static void report(struct run *r, struct verdict *v, const char *name, const char *part)
{
	r->failed = r->failed || v->unexplained;
	printf("%s - %s: %s%s, %zu messages", v->unexplained ? "not ok" : "ok", r->mode, name, part, v->messages);
	if (v->documented)
		printf(", %zu documented differences", v->documented);
	if (v->unexplained)
		printf(", %zu differences\n%s", v->unexplained, v->first);
	else
		putchar('\n');
	free(v->first);
	*v = (struct verdict){ .first = NULL };
}

static void report_mode(struct run *r)
{
	for (size_t i = 0; i <= r->cases.count; i++)
		for (int part = 0; part < PARTS; part++)
			if (r->verdicts[i][part].messages)
				report(r, &r->verdicts[i][part], r->cases.at[i].name, part_names[part]);
}

static void report_unseen_of(struct run *r, const struct test_case *c)
{
	for (size_t i = 0; i < c->ndifferences; i++)
		if (!c->differences[i].seen && !strchr(c->differences[i].reason, '?')) {
			printf("not ok - %s: the difference that %s.differs documents is not met: %s %s %s %s\n",
					c->name, c->name, c->differences[i].topic, c->differences[i].path,
					c->differences[i].ours, c->differences[i].theirs);
			r->failed = true;
		}
}

static void report_unseen(struct run *r)
{
	for (struct test_case *c = r->cases.at; c <= r->cases.at + r->cases.count; c++)
		report_unseen_of(r, c);
	report_unseen_of(r, &r->cases.every);
}

static int command_compare(struct run *r, char **argv)
{
	struct messages ours = { NULL, 0, 0 }, theirs = { NULL, 0, 0 };

	cases_read(argv[0], &r->cases);
	r->verdicts = xcalloc(r->cases.count + 1, sizeof(*r->verdicts));
	topics_read(argv[1], NULL, &theirs);
	topics_read(argv[2], NULL, &ours);
	for (char **mode = argv + 3; *mode; mode++) {
		r->mode = *mode;
		compare_mode(r, &ours, &theirs);
		report_mode(r);
	}
	if (r->whole)
		report_unseen(r);
	return r->failed;
}

/* ---- cases that only millrace can run ---- */

static void print_messages(FILE *f, const struct run *r, const struct test_case *c, const struct messages *m)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct message *at = &m->at[i];
		const char *topic = topic_of_mode(at->topic, r->mode);

		if (topic && *topic != '(' && cases_of(&r->cases, at, r->mode) == c)
			fprintf(f, "%s\t%s\t%s\n", topic, at->key.p ? at->key.p : "(null)",
					at->value.p ? at->value.p : "(null)");
	}
}

static char *file_text(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	if (f && getdelim(&text, &size, '\0', f) < 0)
		text[0] = '\0';
	if (f)
		fclose(f);
	return text ? text : xstrdup("");
}

static void show_first_difference(const char *found, const char *want)
{
	size_t at = 0, line = 0;

	for (; found[at] && found[at] == want[at]; at++)
		if (found[at] == '\n')
			line = at + 1;
	printf("#    found: %.*s\n# expected: %.*s\n", (int)strcspn(found + line, "\n"), found + line,
			(int)strcspn(want + line, "\n"), want + line);
}

static void expect_case(struct run *r, const char *dir, const struct test_case *c, const struct messages *m)
{
	char *path = xasprintf("%s/%s.expect", dir, c->name), *want = file_text(path), *found = NULL;
	size_t size = 0;
	FILE *f = r->accept ? fopen(path, "w") : open_memstream(&found, &size);
	bool same;

	print_messages(f, r, c, m);
	fclose(f);
	same = r->accept || (*found && strcmp(found, want) == 0);
	printf("%s - %s: %s, as its .expect says\n", same ? "ok" : "not ok", r->mode, c->name);
	if (!same)
		show_first_difference(found, want);
	r->failed = r->failed || !same;
	free(path);
	free(want);
	free(found);
}

static int command_expect(struct run *r, char **argv)
{
	struct messages ours = { NULL, 0, 0 };

	cases_read(argv[0], &r->cases);
	topics_read(argv[1], argv[2], &ours);
	r->mode = argv[2];
	for (size_t i = 0; i < r->cases.count; i++)
		if (r->cases.at[i].alone && (!r->only_case || strcmp(r->only_case, r->cases.at[i].name) == 0))
			expect_case(r, argv[0], &r->cases.at[i], &ours);
	return r->failed;
}

/* ---- arguments ---- */

/* Takes the options out of argv, wherever they stand; what is left ends with NULL. */
static int take_options(struct run *r, int argc, char **argv)
{
	int left = 0;

	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--list") == 0)
			r->list = true;
		else if (strcmp(argv[i], "--whole") == 0)
			r->whole = true;
		else if (strcmp(argv[i], "--accept") == 0)
			r->accept = true;
		else if (strcmp(argv[i], "--case") == 0 && i + 1 < argc)
			r->only_case = argv[++i];
		else
			argv[left++] = argv[i];
	}
	argv[left] = NULL;
	return left;
}

int main(int argc, char **argv)
{
	struct run r = { .mode = "" };
	const char *command = argc > 1 ? argv[1] : "";

	argv += argc > 1 ? 2 : argc;
	argc = take_options(&r, argc > 1 ? argc - 2 : 0, argv);
	if (strcmp(command, "compare") == 0 && argc >= 4)
		return command_compare(&r, argv);
	if (strcmp(command, "expect") == 0 && argc == 3)
		return command_expect(&r, argv);
	if (strcmp(command, "clear") == 0 && argc >= 1) {
		for (; *argv; argv++)
			topics_clear(*argv);
		return 0;
	}
	fprintf(stderr, "usage: compare_topics compare CASES DEBEZIUM MILLRACE MODE... | expect CASES MILLRACE MODE | clear BROKER...\n");
	return 2;
}
