/*
 * test_load_truncate.c - TRUNCATE and ALTER TABLE of a topic with two partitions, with a broker that is away for some
 * commits and a process that is killed, with a target that knows its labels afterwards and one that has forgotten them: every moment of
 * going away, of coming back and of the kill is tried. The log
 * and the target are small ones of the test's own; what decides (load_truncate.c, load_part.c) is the program's.
 *
 * A column that the target cannot rename is tried in the same way, with a target that refuses what comes after it for a while.
 *
 * What is asked: an older statement never comes after a younger one, none is carried out before all partitions have
 * stored that they passed the one before, and in the end the target has the rows behind the last one; and of a column that lost
 * its values, all partitions have stored it.
 */
#include "tests/tap.h"

#include "core/intern.h"
#include "core/logline.h"
#include "core/must.h"
#include "core/xalloc.h"
#include "engine/load/load_worker_parts.h"
#include "log/log_ops.h"
#include "sink/base/sink_ops.h"

enum { PARTS = 2, MESSAGES = 8, STATEMENTS = 5, TURNS = 200 };

/* What each partition has: 0 a row, else the number of a statement. */
static const int messages[MESSAGES] = { 0, 1, 2, 3, 0, 4, 5, 0 };

/* What outlives a kill. */
static struct {
	int64_t offset[PARTS];
	char text[PARTS][512];
	bool row[PARTS][MESSAGES];   /* the target has it */
	bool label[PARTS][MESSAGES]; /* and has had it */
	int youngest;		     /* statement that was carried out */
	bool renamed;		     /* the column has its new name, and no values */
} kept;

/* What the case is. */
static bool alters, forgets;		/* forgets: the target knows no label after a kill */
static int commits, away_from, away_to; /* calls, and those that fail */
static bool renames;			/* the first statement, which the target cannot do */
static int refused;			/* what comes after it, so many times */
static int ahead;			/* turns that the first partition has for one of the second */
static int too_early, went_back;

/* ---- the log ---- */

static int commit(struct log_reader *r, const char *topic, int32_t partition, int64_t offset, const char *text,
		struct err *err)
{
	int call = commits++;

	(void)r, (void)topic;
	if (call >= away_from && call < away_to)
		return err_set(err, ERR_UNREACHABLE, 0, "the broker is away");
	kept.offset[partition] = offset;
	snprintf(kept.text[partition], sizeof(kept.text[partition]), "%s", text);
	return 0;
}

static int topics(struct log *l, struct log_topics *out, struct err *err)
{
	(void)l, (void)err;
	*out = (struct log_topics){ 0 };
	log_topics_add(out, "p.d.t", PARTS);
	return 0;
}

static const struct log_ops log_ops = { .topics = topics, .reader_commit = commit };

/* ---- the target ---- */

static int statement_at_target(const struct schema *schema)
{
	int n = (int)schema->version, at = 0;

	while (messages[at] != n)
		at++;
	for (int i = 0; i < PARTS; i++)
		too_early += kept.offset[i] < at;
	went_back += n < kept.youngest;
	kept.youngest = n > kept.youngest ? n : kept.youngest;
	memset(kept.row, 0, sizeof(kept.row));
	return 0;
}

static int truncate_table(struct sink *s, const struct schema *schema, struct err *err)
{
	(void)s, (void)err;
	return statement_at_target(schema);
}

static int alter_table(struct sink *s, const struct schema *schema, const struct ddl_alter *alter, bool *gap,
		struct err *err)
{
	(void)s;
	if (alter->drop)
		return statement_at_target(schema);
	if (!kept.renamed && !*gap) {
		*gap = true;
		return err_set(err, ERR_RETRY, 0, "its values go");
	}
	kept.renamed = true;
	return 0;
}

static int prepare(struct sink *s, const struct schema *schema, struct err *err)
{
	(void)s, (void)schema;
	return refused-- > 0 ? err_set(err, ERR_RETRY, 0, "another ALTER TABLE is running") : 0;
}

static const struct sink_ops sink_ops = { .truncate = truncate_table, .alter = alter_table, .prepare = prepare };

/* ---- a process ---- */

static struct settings settings;
static struct shared sh = { .settings = &settings, .wake_fd = -1 };
static struct log the_log = { .ops = &log_ops };
static struct log_reader reader = { .ops = &log_ops };
static struct sink target = { .ops = &sink_ops };
static struct load l;
static struct load_worker w = { .l = &l, .sink = &target };
static struct load_topic *topic;
static struct schema *schemas[STATEMENTS + 1];

static void add_message(struct load_part *p, int64_t offset)
{
	static const struct ddl_move move = { .from = "a", .to = "b" };
	static struct ddl_alter drop = { .drop = true }, rename = { .moves = &move, .nmoves = 1 };
	int n = messages[offset];
	struct load_item *item = load_item_new(&l);
	struct batch *b = load_batch_get(&l);
	struct record *r = batch_add_record(b);
	struct change *c = batch_add_change(b);

	item->in = item->out = b;
	r->topic = p->topic;
	r->offset = offset;
	r->timestamp_ms = n; /* as a version before wrote a statement's number */
	c->op = n == 0 ? CHANGE_UPSERT : alters ? CHANGE_ALTER : CHANGE_TRUNCATE;
	c->alter = renames ? &rename : &drop;
	c->schema = schemas[n];
	part_add(p, &(struct piece){ .item = item, .count = 1, .from = offset, .to = offset + 1, .truncate = n > 0 });
}

static struct load_part *part_begin(int32_t partition)
{
	struct load_part *p = xcalloc(1, sizeof(*p));

	p->of = topic;
	p->topic = topic->name;
	p->partition = partition;
	p->meter = topic->meter;
	p->next = p->committed = p->arrived = kept.offset[partition];
	place_parse(kept.text[partition], &p->place);
	p->place.intent = -1;
	backoff_init(&p->backoff, 1, 2);
	p->due.who = p;
	p->next_came = topic->rows_came;
	topic->rows_came = p;
	for (int64_t at = p->next; at < MESSAGES; at++)
		add_message(p, at);
	return p;
}

static void begin(void)
{
	static struct load_part *parts[PARTS];

	topic->parts = parts;
	topic->nparts = topic->owned = PARTS;
	topic->owner_known = true;
	for (int32_t i = 0; i < PARTS; i++)
		parts[i] = part_begin(i);
}

static void killed(void)
{
	if (forgets)
		memset(kept.label, 0, sizeof(kept.label));
	topic_forget(&l, topic);
	for (int i = 0; i < PARTS; i++) {
		free(topic->parts[i]->pieces);
		free(topic->parts[i]);
	}
}

/* As load_send.c: the range is stored before it is loaded; what a label has loaded is not loaded again. */
static void load_row(struct load_part *p)
{
	int64_t at = p->next;

	if (part_commit(&w, p, at + 1))
		return;
	kept.row[p->partition][at] |= !kept.label[p->partition][at];
	kept.label[p->partition][at] = true;
	p->next = at + 1;
	part_drop_before(p, p->next);
	if (p->npieces == 0)
		part_store(&w, p);
}

static void turn(struct load_part *p)
{
	if (atomic_load(&p->waits))
		return;
	if (p->npieces == 0 && p->unstored)
		part_store(&w, p);
	else if (p->npieces && p->pieces[0].truncate)
		part_truncate(&w, p);
	else if (p->npieces)
		load_row(p);
}

static bool done(void)
{
	for (int i = 0; i < PARTS; i++)
		if (topic->parts[i]->npieces || topic->parts[i]->unstored)
			return false;
	return true;
}

static void go_on(int turns)
{
	for (int i = 0; i < turns && !done(); i++)
		turn(topic->parts[i % (ahead + 1) == 0]);
}

static void run(int turns)
{
	begin();
	go_on(turns);
}

/* ---- all moments ---- */

static bool is_right(void)
{
	for (int i = 0; i < PARTS; i++)
		for (int at = 0; at < MESSAGES; at++)
			if (kept.row[i][at] != (at == MESSAGES - 1))
				return false;
	return true;
}

static void case_begin(int from, int to)
{
	memset(&kept, 0, sizeof(kept));
	commits = 0;
	away_from = from;
	away_to = to;
}

static void one_case(int from, int to, int kill_after, int *stuck, int *wrong)
{
	case_begin(from, to);
	run(kill_after);
	*stuck += kill_after == TURNS && !done();
	killed();
	away_to = 0;
	run(TURNS);
	*stuck += !done();
	*wrong += !is_right();
	killed();
}

static void all_cases(const char *what, int turns)
{
	int stuck = 0, wrong = 0, cases = 0;

	ahead = turns;
	too_early = went_back = 0;
	for (int from = 0; from < 20; from++)
		for (int to = from; to < from + 8; to++)
			for (int n = 0; n < 40; n++, cases++)
				one_case(from, to, n < 39 ? n : TURNS, &stuck, &wrong);
	is_int(too_early, 0, "%s: none before all have stored that they passed the one before (%d cases)", what, cases);
	is_int(went_back, 0, "%s: none after a younger one", what);
	is_int(stuck, 0, "%s: all of it is loaded", what);
	is_int(wrong, 0, "%s: the target has the rows behind the last one", what);
}

/* All statements are the renaming, which is carried out once, and leaves nothing to be seen of it. */
static void column_lost(int turns)
{
	int stuck = 0, told = 0, untold = 0;

	ahead = turns;
	alters = renames = true;
	for (int from = 0; from < 12; from++)
		for (int n = 0; n < 40; n++) {
			case_begin(from, from + 2);
			refused = n % 4;
			run(n);
			problems_free(sh.problems);
			sh.problems = problems_new();
			killed();
			run(TURNS);
			stuck += !done();
			killed();
			for (int i = 0; i < PARTS; i++)
				*(strstr(kept.text[i], "\"column\":1") ? &told : &untold) += 1;
		}
	alters = renames = false;
	is_int(stuck, 0, "a column without its values: all of it is loaded");
	ok(told > 0 && untold == 0, "all partitions have stored that it has none (%d, %d not)", told, untold);
}

/* The group has given both partitions to another process, which has loaded everything; this one does not know yet. */
static void put_out(void)
{
	went_back = 0;
	for (int turns = 0; turns < 40; turns++) {
		case_begin(INT32_MAX, INT32_MAX);
		run(turns);
		away_from = 0;
		kept.youngest = STATEMENTS + 1;
		go_on(TURNS);
		killed();
	}
	is_int(went_back, 0, "who is no more of the group changes nothing at the target");
}

int main(void)
{
	settings.name = (char *)"t";
	sh.log = &the_log;
	sh.tables = table_meters_new();
	sh.problems = problems_new();
	target.conf = &settings.sink;
	l.sh = &sh;
	l.reader = &reader;
	l.spare = queue_new(64);
	lock_init(&l.half.lock);
	topic = load_topic_get(&l, intern("p.d.t"));
	atomic_store(&topic->meter, table_meter_get(sh.tables, "d.t"));
	for (int i = 0; i <= STATEMENTS; i++) {
		schemas[i] = schema_new("d", "t");
		schemas[i]->version = (uint64_t)i;
	}
	logline_level(LOG_ERROR);
	for (int turns = 1; turns <= 4; turns++) {
		alters = turns % 2 == 0;
		forgets = false;
		all_cases(alters ? "ALTER TABLE" : "TRUNCATE", turns);
		forgets = true;
		all_cases(alters ? "ALTER TABLE, labels forgotten" : "TRUNCATE, labels forgotten", turns);
	}
	for (int turns = 1; turns <= 4; turns++)
		column_lost(turns);
	put_out();
	return tap_done();
}
