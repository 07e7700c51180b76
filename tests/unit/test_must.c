/*
 * test_must.c - rules of the program itself (core/must.h): each is broken in a process of its own, which has to end by
 * SIGABRT with one line that names the rule. The same steps without the breach have to pass. Rules that only builds with
 * --enable-checks look at are left out in others.
 */
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/digest.h"
#include "core/intern.h"
#include "core/must.h"
#include "core/queue.h"
#include "core/xalloc.h"
#include "engine/load/load_worker_parts.h"
#include "log/log_local.h"
#include "row/collapse.h"
#include "tests/tap.h"

#ifdef MILLRACE_CHECKS
enum { CHECKED = true };
#else
enum { CHECKED = false };
#endif

static char dir[] = "must-XXXXXX";
static bool wrong; /* false: the same steps, but within the rule */

/* ---- each rule: what keeps it, and what breaks it ---- */

static void in_thread(void *(*run)(void *), void *arg)
{
	pthread_t thread;

	if (!wrong) {
		run(arg);
		return;
	}
	pthread_create(&thread, NULL, run, arg);
	pthread_join(thread, NULL);
}

static struct log *a_log(void)
{
	struct log_conf conf = {
		.name = (char *)"t",
		.state_dir = dir,
		.partitions = 1,
		.replication = -1,
		.retention_ms = -1,
		.retention_bytes = -1,
		.segment_bytes = 1 << 20,
		.timeout_ms = 1000,
	};
	struct err err = { 0 };
	struct log *l = log_open(&conf, &err);

	if (l == NULL || log_topic_ensure(l, "rows", LOG_TOPIC_ROWS, &err))
		printf("# %s\n", err.msg);
	return l;
}

static void *gap_of(void *writer)
{
	log_writer_gap_us(writer);
	return NULL;
}

static void writer_thread(void)
{
	struct log *l = a_log();
	struct err err = { 0 };
	struct log_writer *w = log_writer_open(l, "w", &err);

	gap_of(w);
	in_thread(gap_of, w);
	log_writer_close(w);
	log_close(l);
}

static void *poll_of(void *reader)
{
	struct batch *b = batch_new();
	struct err err = { 0 };

	log_reader_poll(reader, b, 1000, 1, &err);
	batch_free(b);
	return NULL;
}

static void reader_thread(void)
{
	struct log *l = a_log();
	char *name = (char *)"rows";
	struct conf_list topics = { .items = &name, .count = 1 };
	struct err err = { 0 };
	struct log_reader *r = log_reader_open(l, "g", &topics, &err);

	poll_of(r);
	in_thread(poll_of, r);
	log_reader_close(r);
	log_close(l);
}

static void lock_held(void)
{
	struct log *l = a_log();
	struct local_log *local = (struct local_log *)l;

	if (!wrong)
		pthread_mutex_lock(&local->lock);
	local_topic_find(local, "rows");
	pthread_mutex_unlock(&local->lock);
	log_close(l);
}

static void *find_rows(void *local)
{
	local_topic_find(local, "rows");
	return NULL;
}

static void lock_of_another(void)
{
	struct log *l = a_log();
	struct local_log *local = (struct local_log *)l;

	in_thread(wrong ? find_rows : gap_of, wrong ? (void *)local : log_writer_open(l, "w", &(struct err){ 0 }));
}

static void arena_too_much(void)
{
	struct arena a;

	arena_init(&a, 0);
	arena_reserve(&a, 100);
	arena_commit(&a, wrong ? 101 : 100);
	arena_done(&a);
}

static void arena_piece_between(void)
{
	struct arena a;

	arena_init(&a, 0);
	arena_reserve(&a, 100);
	if (wrong)
		arena_alloc(&a, 8);
	arena_commit(&a, 100);
	arena_done(&a);
}

static void arena_foreign_mark(void)
{
	struct arena a, b;

	arena_init(&a, 0);
	arena_init(&b, 0);
	arena_alloc(&a, 8);
	arena_alloc(&b, 8);
	arena_rewind(&a, arena_mark(wrong ? &b : &a));
	arena_done(&a);
	arena_done(&b);
}

static void batch_with(int64_t second, int32_t partition)
{
	struct batch *b = batch_new();

	b->topic = intern("rows");
	b->from = 5;
	b->to = 9;
	batch_add_record(b)->offset = 5;
	b->records[0].partition = 0;
	batch_add_record(b)->offset = second;
	b->records[1].partition = partition;
	must_debug(batch_is_sound(b));
	batch_free(b);
}

static void batch_order(void)
{
	batch_with(wrong ? 5 : 6, 0);
}

static void batch_range(void)
{
	batch_with(wrong ? 9 : 8, 0);
}

static void batch_partition(void)
{
	batch_with(6, wrong);
}

static void batch_schema(void)
{
	struct batch *b = batch_new();
	struct schema *s = schema_new("d", "t");

	batch_add_change(b)->schema = s;
	if (!wrong)
		batch_hold_schema(b, s);
	must_debug(batch_is_sound(b));
	batch_free(b);
	schema_unref(s);
}

static void pieces(int64_t from)
{
	struct load_item item = { .refs = 1 };
	struct load_part p = { .arrived = -1 };

	part_add(&p, &(struct piece){ .item = &item, .from = 10, .to = 20 });
	part_add(&p, &(struct piece){ .item = &item, .from = from, .to = 30 });
	free(p.pieces);
}

static void offsets_back(void)
{
	pieces(wrong ? 19 : 20);
}

static void offsets_gap(void)
{
	pieces(wrong ? 21 : 20);
}

static struct half a_half;

static void *to_starting(void *half)
{
	half_state_set(half, HALF_STARTING);
	return NULL;
}

static void half_begun(void)
{
	static struct shared sh = { .wake_fd = -1 };

	lock_init(&a_half.lock);
	a_half.sh = &sh;
	a_half.supervisor = pthread_self();
}

static void half_of_another(void)
{
	half_begun();
	in_thread(to_starting, &a_half);
}

static void half_order(void)
{
	half_begun();
	half_state_set(&a_half, wrong ? HALF_STREAMING : HALF_STARTING);
}

static void turn_twice(void)
{
	static struct shared sh;
	static struct load l = { .sh = &sh };
	struct load_topic t = { .turn.running = !wrong };
	struct load_sched *s = load_sched_new(&l);

	if (wrong)
		load_sched_give(s, &t, false);
	load_sched_free(s);
}

static void queue_not_empty(void)
{
	struct queue *q = queue_new(1);
	int item;

	if (wrong)
		queue_push(q, &item);
	queue_free(q);
}

static void queue_open_drained(void)
{
	struct queue *q = queue_new(1);

	if (!wrong)
		queue_close(q);
	queue_drain(q);
	queue_free(q);
}

static void due_in_two(void)
{
	struct due_at m = { .us = 1 };
	struct due a = { 0 }, b = { 0 };

	due_set(&a, &m, 5);
	due_set(&b, &(struct due_at){ .us = 1 }, 5);
	due_set(wrong ? &b : &a, &m, 6);
	free(a.heap);
	free(b.heap);
}

static void change_without_row(void)
{
	struct schema *s = schema_new("d", "t");
	struct change c = { .op = wrong ? CHANGE_DELETE : CHANGE_UPSERT, .schema = s };
	struct value none;
	struct collapse *k = collapse_new();
	struct collapsed out[2];

	c.after = &none;
	if (wrong)
		collapse_run(k, &c, 1, out);
	collapse_free(k);
	schema_unref(s);
}

static void digest_two(void)
{
	const struct digest_kind *kind = digest_kind_named("SHA-256");
	unsigned char out[DIGEST_MAX];
	struct digest first, second;

	digest_init(&first, kind);
	if (!wrong)
		digest_end(&first, out);
	digest_init(&second, kind);
	digest_end(&second, out);
}

static void digest_of_another(void)
{
	unsigned char out[DIGEST_MAX];
	struct digest first, second;

	digest_init(&first, digest_kind_named("SHA-256"));
	second = first;
	digest_add(wrong ? &second : &first, "a", 1);
	digest_end(&first, out);
}

static const struct {
	const char *what, *rule;
	void (*run)(void);
	bool debug;
} rules[] = {
	{ "a writer belongs to one thread", "owner_is_me(&w->owner)", writer_thread, false },
	{ "a reader belongs to one thread", "owner_is_me(&r->owner)", reader_thread, false },
	{ "a lock is held", "lock_is_held(&l->lock)", lock_held, true },
	{ "a lock is held by this thread", "lock_is_held(&l->lock)", lock_of_another, true },
	{ "a commit is within its reservation", "used <= a->reserved", arena_too_much, false },
	{ "nothing comes between reservation and commit", "used <= a->reserved", arena_piece_between, false },
	{ "a mark is of its arena", "arena_has(a, mark.current)", arena_foreign_mark, true },
	{ "offsets of a batch rise", "batch_is_sound(b)", batch_order, true },
	{ "offsets of a batch are in its range", "batch_is_sound(b)", batch_range, true },
	{ "records of a batch are of one partition", "batch_is_sound(b)", batch_partition, true },
	{ "a batch holds the schemas of its changes", "batch_is_sound(b)", batch_schema, true },
	{ "offsets to load never go back", "piece->from >= p->arrived", offsets_back, false },
	{ "offsets to load have no gap", "piece->from == p->arrived", offsets_gap, true },
	{ "a half has one supervisor", "pthread_equal(h->supervisor, pthread_self())", half_of_another, false },
	{ "a half's states follow their table", "half_may_follow(h->state, to)", half_order, false },
	{ "a turn that is given back was taken", "t->turn.running", turn_twice, false },
	{ "a queue that is freed is empty", "q->length == 0", queue_not_empty, false },
	{ "an open queue is not drained", "q->state != QUEUE_OPEN", queue_open_drained, false },
	{ "who waits is in one heap", "m->place == 0", due_in_two, false },
	{ "a change has the row that it is about", "change->before != NULL", change_without_row, false },
	{ "a thread makes one digest at a time", "open == ", digest_two, true },
	{ "a digest is not copied", "open == d", digest_of_another, true },
};

/* What it said on its way out; true: it ended by SIGABRT. */
static bool dies(void (*run)(void), bool breaks, char *said, size_t size, int *status)
{
	size_t at = 0;
	int pipes[2];
	ssize_t n;
	pid_t pid;

	if (pipe(pipes) || (pid = fork()) < 0)
		exit(99);
	if (pid == 0) {
		wrong = breaks;
		dup2(pipes[1], STDERR_FILENO);
		run();
		_exit(0);
	}
	close(pipes[1]);
	while (at < size - 1 && (n = read(pipes[0], said + at, size - 1 - at)) > 0)
		at += (size_t)n;
	said[at] = '\0';
	close(pipes[0]);
	waitpid(pid, status, 0);
	return WIFSIGNALED(*status) && WTERMSIG(*status) == SIGABRT;
}

int main(void)
{
	char said[4096];
	int status;

	setvbuf(stdout, NULL, _IONBF, 0);
	if (mkdtemp(dir) == NULL)
		return 99;
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		bool died;

		if (!ok(!dies(rules[i].run, false, said, sizeof(said), &status) && WIFEXITED(status) &&
						    WEXITSTATUS(status) == 0,
				    "%s: kept", rules[i].what))
			printf("# status %x: %s\n", (unsigned)status, said);
		if (rules[i].debug && !CHECKED) {
			ok(true, "%s # SKIP looked at with --enable-checks", rules[i].what);
			continue;
		}
		died = dies(rules[i].run, true, said, sizeof(said), &status);
		if (!ok(died && strstr(said, "millrace: defect at ") && strstr(said, rules[i].rule),
				    "%s: broken, and noticed", rules[i].what))
			printf("# status %x: %s\n", (unsigned)status, said);
	}
	snprintf(said, sizeof(said), "rm -rf %s", dir);
	return system(said) ? 99 : tap_done();
}
