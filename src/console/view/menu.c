/*
 * menu.c - see menu.h. What stands first: what the keys of the view do with the line, then requests that take what is under the cursor, then
 * the other keys and requests.
 */
#include "console/view/menu.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/keys/request_line.h"
#include "core/xalloc.h"

enum { EVERYWHERE = 8 }; /* a key that works in so many views is not of this one */

void menu_init(struct menu *m)
{
	memset(m, 0, sizeof(*m));
	grid_init(&m->grid, -1);
}

void menu_done(struct menu *m)
{
	free(m->items);
	grid_done(&m->grid);
}

static struct menu_item *add(struct menu *m)
{
	if (m->count == m->cap) {
		m->cap = m->cap ? m->cap * 2 : 64;
		m->items = xrealloc(m->items, m->cap * sizeof(*m->items));
	}
	memset(&m->items[m->count], 0, sizeof(*m->items));
	return &m->items[m->count++];
}

/* ---- commands ---- */

/* As `millrace dump` takes it. */
static void lower_name(char *out, size_t size, const struct view *view)
{
	snprintf(out, size, "%s", view->name);
	for (char *c = out; *c; c++)
		*c = (char)tolower((unsigned char)*c);
}

/* As a shell reads it back. */
static void put_word(char *out, size_t size, const char *word)
{
	size_t len = strlen(out);
	bool plain = word[0] != '\0';

	for (const char *c = word; *c; c++)
		plain &= isalnum((unsigned char)*c) || strchr("._-/:,@+=%", *c) != NULL;
	len += (size_t)snprintf(out + len, size - len, plain ? "%s" : "'%s", word);
	if (!plain && len + 1 < size)
		snprintf(out + len, size - len, "'");
}

static const char *known(const struct menu_place *at, const char *name, size_t len)
{
	const struct {
		const char *name, *is;
	} words[] = {
		{ "TABLE", at->under.table },
		{ "TOPIC", at->under.topic[0] ? at->under.topic : at->under.table },
		{ "HELD", at->under.held },
		{ "CODE", at->under.problem },
		{ "SUBJECT", at->under.subject },
		{ "VIEW", at->view_name },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strlen(words[i].name) == len && memcmp(words[i].name, name, len) == 0 && words[i].is[0])
			return words[i].is;
	return NULL;
}

/* "millrace messages TOPIC": words in capitals are what the cursor is on, where it is on one. */
static void put_command(char *out, size_t size, const char *shape, const struct menu_place *at)
{
	out[0] = '\0';
	while (*shape) {
		size_t n = strspn(shape, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), len = strlen(out);
		const char *is = n > 1 ? known(at, shape, n) : NULL;

		n = n ? n : 1;
		if (is)
			put_word(out, size, is);
		else if (len + n < size)
			snprintf(out + len, size - len, "%.*s", (int)n, shape);
		shape += n;
	}
}

/* ---- keys ---- */

static bool is_move(enum action action)
{
	return action == ACTION_NONE || action == ACTION_MENU || action == ACTION_BACK || action == ACTION_INTERRUPT ||
			(action >= ACTION_UP && action <= ACTION_LAST) || action == ACTION_NEXT_VIEW ||
			action == ACTION_PREVIOUS_VIEW;
}

static void refuse_key(struct menu_item *item, const struct menu_place *at)
{
	unsigned kind = keymap_kind(item->action);

	if (kind & KEY_OF_LINE && !at->line)
		snprintf(item->why, sizeof(item->why), "no line is selected");
	else if (kind & KEY_OF_NOW && at->past)
		snprintf(item->why, sizeof(item->why), "%s", at->past);
	else if (kind & KEY_CHANGES && at->refused)
		snprintf(item->why, sizeof(item->why), "%s", at->refused);
	else if (at->does && !at->does(at->page, item->action))
		snprintf(item->why, sizeof(item->why), "not on this part of the page");
	else if (item->action == ACTION_MESSAGES && at->under.table[0] == '\0' && at->under.topic[0] == '\0')
		snprintf(item->why, sizeof(item->why), "it is of no table and no topic");
	else if ((item->action == ACTION_PAUSE || item->action == ACTION_RESUME ||
				 item->action == ACTION_PAUSE_RESUME) &&
			!at->has_target)
		snprintf(item->why, sizeof(item->why), "nothing on this line can be held");
	else if (item->action == ACTION_REPAIR && at->under.problem[0] && at->under.request[0] == '\0')
		snprintf(item->why, sizeof(item->why), "no request ends this problem; its page says what does");
	else if (item->action == ACTION_ACKNOWLEDGE && at->under.by[0])
		snprintf(item->why, sizeof(item->why), "%s knows of it already", at->under.by);
	else if (item->action == ACTION_SUSPEND && at->in_process)
		snprintf(item->why, sizeof(item->why), "it would stop the engine, which runs in this process");
}

static void command_of_key(struct menu_item *item, const struct menu_place *at)
{
	const char *shape = keymap_command(item->action);
	char lower[40];

	if (item->action == ACTION_REPAIR && at->under.command[0]) {
		snprintf(item->command, sizeof(item->command), "%s", at->under.command);
	} else if (item->action == ACTION_PAUSE_RESUME && at->paused) {
		put_command(item->command, sizeof(item->command), "millrace resume HELD", at);
	} else if (item->action == ACTION_OPEN && at->under.problem[0]) {
		put_command(item->command, sizeof(item->command), "millrace problem CODE/SUBJECT", at);
	} else if (item->action >= ACTION_GO) {
		lower_name(lower, sizeof(lower), view_get((enum view_id)(item->action - ACTION_GO)));
		snprintf(item->command, sizeof(item->command), "millrace dump %s", lower);
	} else if (shape) {
		put_command(item->command, sizeof(item->command), shape, at);
	}
}

enum { KEYS_OF_THE_LINE, KEYS_OF_THE_VIEW, KEYS_OF_ALL };

static int rank_of(const struct key_binding *b)
{
	return keymap_kind(b->action) & KEY_OF_LINE		    ? KEYS_OF_THE_LINE
			: __builtin_popcount(b->scope) < EVERYWHERE ? KEYS_OF_THE_VIEW
								    : KEYS_OF_ALL;
}

/* As the hint bar calls it, else the first words of its help. */
static void name_key(struct menu_item *item, const struct key_binding *b)
{
	const char *name = b->action >= ACTION_GO ? view_get((enum view_id)(b->action - ACTION_GO))->name
			: b->hint		  ? b->hint
						  : b->help;

	snprintf(item->name, sizeof(item->name), "%.*s", (int)strcspn(name, ",;:("), name);
}

static void add_keys(struct menu *m, const struct menu_place *at, int rank)
{
	size_t n;
	const struct key_binding *b = keymap_table(&n);

	for (; n; n--, b++) {
		struct menu_item *item;

		if (!(b->scope & at->view->scope) || is_move(b->action) || rank_of(b) != rank)
			continue;
		item = add(m);
		item->action = b->action;
		item->help = b->help;
		name_key(item, b);
		snprintf(item->key, sizeof(item->key), "%.*s", (int)strcspn(b->label, " "), b->label);
		command_of_key(item, at);
		refuse_key(item, at);
	}
}

/* ---- requests ---- */

static const char *value_for(const struct engine_request_arg_doc *a, const struct view_under *u)
{
	switch (a->kind) {
	case ARG_TABLE:
	case ARG_TABLES: return u->table;
	case ARG_HELD: return u->held;
	case ARG_TOPIC: return u->topic;
	case ARG_GROUP: return u->group;
	default: break;
	}
	return strcmp(a->name, "problem") == 0		  ? u->problem
			: strcmp(a->name, "subject") == 0 ? u->subject
			: strcmp(a->name, "job") == 0	  ? u->job
							  : "";
}

/* Whether what is under the cursor is an argument of it. */
static bool takes_it(const struct engine_request_doc *doc, const struct view_under *u)
{
	for (const struct engine_request_arg_doc *a = doc->args; a->name; a++)
		if (value_for(a, u)[0])
			return true;
	return false;
}

static void add_request(struct menu *m, const struct menu_place *at, const struct engine_request_doc *doc)
{
	struct menu_item *item = add(m);
	const char *lacks = engine_doer_lacks(doc->doer, at->captures, at->loads);
	size_t len;

	snprintf(item->name, sizeof(item->name), "%s", doc->name);
	item->help = doc->help;
	item->whole = true;
	snprintf(item->key, sizeof(item->key), ":");
	snprintf(item->line, sizeof(item->line), "%s", doc->name);
	snprintf(item->command, sizeof(item->command), "millrace do %s", doc->name);
	for (const struct engine_request_arg_doc *a = doc->args; a->name; a++) {
		const char *value = value_for(a, &at->under);
		char word[GRID_KEY + 40];

		if (value[0] == '\0' && !a->needed)
			continue;
		item->whole &= value[0] != '\0';
		len = strlen(item->command);
		snprintf(item->command + len, sizeof(item->command) - len, " ");
		snprintf(word, sizeof(word), "%s=%s", a->name, value[0] ? value : "..");
		put_word(item->command, sizeof(item->command), word);
		if (value[0])
			request_line_add(item->line, sizeof(item->line), a->name, value);
	}
	if (at->past)
		snprintf(item->why, sizeof(item->why), "%s", at->past);
	else if (lacks)
		snprintf(item->why, sizeof(item->why), "%s", lacks);
	else if (at->refused && doc->effect > EFFECT_READ)
		snprintf(item->why, sizeof(item->why), "%s", at->refused);
}

static void add_requests(struct menu *m, const struct menu_place *at, const struct engine_request_doc *docs, bool it)
{
	for (; docs->name; docs++)
		if (takes_it(docs, &at->under) == it)
			add_request(m, at, docs);
}

static size_t first_that_can(const struct menu *m)
{
	size_t i = 0;

	while (i < m->count && m->items[i].why[0])
		i++;
	return i < m->count ? i : 0;
}

void menu_fill(struct menu *m, struct menu_place *at, const struct engine_request_doc *docs)
{
	lower_name(at->view_name, sizeof(at->view_name), at->view);
	m->count = 0;
	grid_reset(&m->grid);
	add_keys(m, at, KEYS_OF_THE_LINE);
	add_requests(m, at, docs, true);
	add_keys(m, at, KEYS_OF_THE_VIEW);
	add_requests(m, at, docs, false);
	add_keys(m, at, KEYS_OF_ALL);
	grid_update(&m->grid, &menu_source, m);
	grid_move(&m->grid, &menu_source, m, (long)first_that_can(m));
}

void menu_fill_columns(struct menu *m, const struct grid_source *of, unsigned hidden)
{
	m->count = 0;
	for (int i = 1; i < of->ncolumns; i++) {
		struct menu_item *item = add(m);
		bool shown = !(hidden & 1u << i);

		item->column = i;
		snprintf(item->name, sizeof(item->name), "%s", of->columns[i].title);
		snprintf(item->key, sizeof(item->key), "%s", shown ? "[x]" : "[ ]");
		item->help = shown ? "Enter hides this column" : "Enter shows this column";
	}
	grid_update(&m->grid, &menu_source, m);
}

const struct menu_item *menu_selected(const struct menu *m)
{
	size_t row;

	return grid_selected(&m->grid, &row) ? &m->items[row] : NULL;
}

/* ---- as a list ---- */

enum { COLUMN_KEY, COLUMN_NAME, COLUMN_COMMAND, COLUMN_HELP, COLUMNS };

static const struct grid_column columns[COLUMNS] = {
	[COLUMN_KEY] = { "key", -9, 0, 0 },
	[COLUMN_NAME] = { "action", -18, 1, 0 },
	[COLUMN_COMMAND] = { "the command that does the same", -36, 3, 0 },
	[COLUMN_HELP] = { "what it does", -44, 3, 1 },
};

static size_t count(const void *of)
{
	return ((const struct menu *)of)->count;
}

static void cell(const void *of, size_t row, int column, struct grid_text *out)
{
	const struct menu_item *item = &((const struct menu *)of)->items[row];
	bool can = item->why[0] == '\0';

	out->role = !can ? ROLE_DIM : column == COLUMN_KEY ? ROLE_KEY : column == COLUMN_NAME ? ROLE_STRONG : ROLE_TEXT;
	switch (column) {
	case COLUMN_KEY: snprintf(out->text, sizeof(out->text), "%s", item->key); break;
	case COLUMN_NAME: snprintf(out->text, sizeof(out->text), "%s", item->name); break;
	case COLUMN_COMMAND: snprintf(out->text, sizeof(out->text), "%.599s", item->command); break;
	default:
		snprintf(out->text, sizeof(out->text), "%s%.590s",
				can ? "" : "not now: ", can ? item->help : item->why);
		break;
	}
}

static void key(const void *of, size_t row, char out[GRID_KEY])
{
	const struct menu_item *item = &((const struct menu *)of)->items[row];

	snprintf(out, GRID_KEY, "%s %s", item->column ? "" : item->key, item->name);
}

const struct grid_source menu_source = {
	.columns = columns,
	.ncolumns = COLUMNS,
	.count = count,
	.cell = cell,
	.key = key,
	.empty = "",
};

/* ---- of columns ---- */

static const struct grid_column of_columns[] = {
	[COLUMN_KEY] = { "shown", -9, 0, 0 },
	[COLUMN_NAME] = { "column", -18, 1, 0 },
};

static const struct grid_source columns_source = {
	.columns = of_columns,
	.ncolumns = COLUMN_NAME + 1,
	.count = count,
	.cell = cell,
	.key = key,
	.empty = "",
};

const struct grid_source *menu_drawn_as(const struct menu *m)
{
	return m->count && m->items[0].column ? &columns_source : &menu_source;
}
