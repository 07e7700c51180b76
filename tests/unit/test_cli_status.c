/* test_cli_status.c - the tables of `millrace status`: their columns stand in line whatever the names, and a name of others steers no terminal. */
#include "tests/tap.h"

#include "cli/cli.h"
#include "core/xalloc.h"

enum { TABLES = 4 };

static const char *names[TABLES]; /* of the status that is asked for */

static int give_status(void *self, struct status *out, struct err *err)
{
	(void)self;
	(void)err;
	out->ntables = out->nroutines = TABLES;
	out->tables = xcalloc(TABLES, sizeof(*out->tables));
	out->routines = xcalloc(TABLES, sizeof(*out->routines));
	for (size_t i = 0; i < TABLES; i++) {
		snprintf(out->tables[i].name, sizeof(out->tables[i].name), "%s", names[i]);
		out->tables[i].state = HALF_STREAMING;
		snprintf(out->routines[i].name, sizeof(out->routines[i].name), "%s", names[i]);
		snprintf(out->routines[i].state, sizeof(out->routines[i].state), "RUNNING");
	}
	return 0;
}

/* ---- the rest of the commands ---- */

int cli_call(struct cli *cli, struct cli_call *call, struct err *err)
{
	(void)cli;
	(void)err;
	call->link = (struct engine_link){ .status = give_status };
	return 0;
}

void cli_hang_up(struct cli_call *call)
{
	(void)call;
}

const char *cli_option(const struct cli *cli, const char *name)
{
	(void)cli;
	(void)name;
	return NULL;
}

int cli_fail(const struct err *err)
{
	(void)err;
	return EXIT_USAGE;
}

void cli_print_problems(const struct status *s)
{
	(void)s;
}

void cli_print_readings(const struct status *s)
{
	(void)s;
}

/* ---- what it prints ---- */

static char *printed(void)
{
	struct cli cli = { .nwords = 0 };
	FILE *own = stdout;
	char *text = NULL;
	size_t len = 0;

	fflush(stdout);
	stdout = open_memstream(&text, &len);
	cli_status(&cli);
	fclose(stdout);
	stdout = own;
	return text;
}

/* Where a word begins in the nth line after the one that begins with `head`; -1: nowhere. */
static long column(const char *text, const char *head, unsigned nth, const char *word)
{
	const char *line = strstr(text, head), *at;

	for (unsigned i = 0; line && i < nth; i++)
		line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL;
	at = line ? strstr(line, word) : NULL;
	return at && (size_t)(at - line) < strcspn(line, "\n") ? (long)(at - line) : -1;
}

struct row {
	const char *names[TABLES], *about;
	long at;	/* the column of states */
	unsigned moved; /* lines whose name is longer than the column may be */
};
#define A10 "aaaaaaaaaa"
#define A60 A10 A10 A10 A10 A10 A10
static const struct row rows[] = {
	{ { "a.b", "testdb.t", "shop.orders", "x.y" }, "short names: 24 characters", 25, 0 },
	{ { "a.b", "testdb." A10 A10 A10, "c.d", "e.f" }, "one of 37: as wide as the longest", 38, 0 },
	{ { "a.b", "c.d", "e.f", "g.h" A60 "i" }, "one of 64", 65, 0 },
	{ { "a.b", "c.d", "e.f", "shop." A60 }, "one of 65 takes the room from its own line only", 65, 1 },
};

static void lines_up(const char *text, const char *head, const char *state, const struct row *row)
{
	unsigned moved = 0;

	is_int(column(text, head, 0, "STATE"), row->at, "%s: %s", head, row->about);
	for (unsigned i = 1; i <= TABLES; i++)
		moved += column(text, head, i, state) != row->at;
	is_int(moved, row->moved, "lines out of the column");
}

int main(void)
{
	char *text;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		memcpy(names, rows[i].names, sizeof(names));
		text = printed();
		lines_up(text, "TABLE ", "streaming", &rows[i]);
		lines_up(text, "ROUTINE LOAD ", "RUNNING", &rows[i]);
		free(text);
	}
	names[0] = "shop.\033[2J\n";
	text = printed();
	ok(strchr(text, '\033') == NULL, "a name does not clear the screen");
	free(text);
	return tap_done();
}
