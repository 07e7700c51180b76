/*
 * capture.c - the capture half: three threads and two queues between MySQL and the log.
 *
 *   source thread  source_step() -> changes         (the supervisor's own thread)
 *   format thread  format_encode() -> records
 *   log thread     one log transaction at a time: rows and the source position that covers them
 *
 * Exactly once: the position goes into the same transaction as its rows, and whenever a transaction fails the whole
 * session ends and the next one starts from the position that the log really holds. Nobody has to know how far a broken
 * transaction got.
 */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/intern.h"
#include "core/logline.h"
#include "core/must.h"
#include "core/xalloc.h"
#include "engine/capture/capture_parts.h"

enum { QUEUE_DEPTH = 4, STEP_MS = 200, HEARTBEAT_LOOK_MS = 500, DEFINED_EVERY_US = 1000000 };

/* ---- parcels ---- */

/* ---- source thread ---- */

/* With thousands of tables this is what the start takes its time for. */
static void source_tell_defined(struct capture *c, const struct source_status *st)
{
	int64_t now_us = clock_mono_us();

	if (c->defining_us == 0)
		c->defining_us = now_us;
	if (now_us - c->defining_us < DEFINED_EVERY_US)
		return;
	c->defining_us = now_us;
	logline(LOG_NOTICE, "source", "%s", st->why);
}

/* One event for each turn that the source takes, so that the night's story can be read afterwards. */
static void source_tell(struct capture *c, const struct source_status *st)
{
	int now = st->state == SOURCE_IDLE ? SOURCE_STREAMING : (int)st->state, before = c->told;

	if (now == SOURCE_SNAPSHOT && before != now && st->snapshot_begins) {
		source_tell_defined(c, st);
		return;
	}
	c->told = now;
	if (now == before)
		return;
	if (now == SOURCE_SNAPSHOT) {
		c->snapshot_us = clock_mono_us();
		logline(LOG_NOTICE, "source", "snapshot of %u tables, about %llu rows", st->snapshot_tables_total,
				(unsigned long long)st->snapshot_rows_total);
		if (st->snapshot_tables_total == 0)
			logline(LOG_WARNING, "source",
					"no table matches the lists of [mysql], such as table.include.list: nothing is captured until one is created");
	}
	if (before == SOURCE_SNAPSHOT && now == SOURCE_STREAMING)
		logline(LOG_NOTICE, "source", "snapshot done: %llu rows in %.1f s",
				(unsigned long long)st->snapshot_rows_done,
				(double)(clock_mono_us() - c->snapshot_us) / 1e6);
	if (now == SOURCE_STUCK)
		logline(LOG_WARNING, "source", "%s", st->why);
	else if (before == SOURCE_STUCK && now == SOURCE_STREAMING)
		logline(LOG_NOTICE, "source", "no longer stuck: %s", st->why);
	else if (now == SOURCE_STREAMING)
		logline(LOG_NOTICE, "source", "streaming from %s:%llu", st->file, (unsigned long long)st->pos);
}

static void source_news_tell(struct capture *c)
{
	char *line;

	while ((line = source_news(c->source)) != NULL) {
		logline(LOG_NOTICE, "source", "%s", line);
		free(line);
	}
}

/* It works when the source is connected and the log has taken what the session gave it, if it gave anything. */
static void source_works(struct capture *c, enum half_state state)
{
	bool works = state != HALF_STARTING && (!c->given || atomic_load(&c->proved));

	if (works && !half_is_well(&c->half))
		half_well(&c->half);
	if (state == HALF_STARTING || !(works || half_is_well(&c->half)))
		half_connecting(&c->half);
	else
		half_state_set(&c->half, state);
}

static void source_state(struct capture *c)
{
	struct source_status *st = xmalloc(sizeof(*st));
	enum half_state state = HALF_STREAMING;

	source_status(c->source, st);
	if (st->says != c->said)
		logline(LOG_WARNING, "source", "%s", st->said);
	c->said = st->says;
	if (st->state == SOURCE_CONNECTING)
		state = HALF_STARTING;
	else if (st->state == SOURCE_SNAPSHOT)
		state = HALF_SNAPSHOT;
	else if (st->state == SOURCE_IDLE)
		state = HALF_IDLE;
	else if (st->state == SOURCE_STUCK)
		state = HALF_STUCK;
	source_works(c, state);
	source_tell(c, st);
	if (state == HALF_STREAMING || state == HALF_IDLE)
		capture_sections(c);
	free(st);
}

/* 1: go on, 0: end, -1: failed. The parcel is taken when it was handed over. */
static int source_turn(struct capture *c, struct parcel **parcel, struct backoff *backoff, struct err *err)
{
	struct stage_meter *m = &c->sh->stages[STAGE_SOURCE];
	struct batch *b = (*parcel)->batch;
	enum source_step step = source_step(c->source, b, STEP_MS, err);
	int wait_ms;

	switch (step) {
	case SOURCE_NOTHING:
		meter_phase(m, PHASE_WAIT_IN);
		capture_note_idle(c);
		batch_reset(b);
		return 1;
	case SOURCE_END:
	case SOURCE_BATCH:
		meter_waited(m, b->born_us);
		meter_done(m, b->nchanges, b->nchanges, b->bytes);
		(*parcel)->read_us = clock_wall_us();
		taps_offer_changes(c->sh->taps, STAGE_SOURCE, b);
		backoff_reset(backoff);
		if (b->nchanges || position_is_set(&b->position)) {
			(*parcel)->lists = lists_news(c);
			(*parcel)->plans = source_plans_given(c->source);
			c->given = true;
			pthread_mutex_lock(&c->half.lock);
			(*parcel)->number = ++c->pushed;
			pthread_mutex_unlock(&c->half.lock);
			must_debug(batch_is_sound(b));
			if (queue_push(c->to_format, *parcel))
				return 0;
			*parcel = NULL;
		}
		meter_phase(m, PHASE_WAIT_OUT);
		return step == SOURCE_END ? 0 : 1;
	case SOURCE_FAILED: break;
	}
	if (err->kind != ERR_RETRY && err->kind != ERR_UNREACHABLE)
		return -1;
	batch_reset(b);
	logline(LOG_WARNING, "source", "%s; connecting again", err->msg);
	wait_ms = backoff_next(backoff);
	half_trouble(&c->half, err, wait_ms);
	half_rest(&c->half, wait_ms);
	return 1;
}

static int source_loop(struct capture *c, struct err *err)
{
	struct parcel *parcel = NULL;
	struct backoff backoff;
	int turn = 1;

	backoff_init(&backoff, 200, 5000);
	c->sh->stages[STAGE_SOURCE].mark_us = clock_mono_us();
	while (turn == 1 && !half_stopping(&c->half) && !queue_closed(c->to_format)) {
		if (half_paused(&c->half)) {
			source_look(c->source);
			half_wait(&c->half, 100);
			meter_phase(&c->sh->stages[STAGE_SOURCE], PHASE_WAIT_OUT);
			continue;
		}
		if (parcel == NULL)
			parcel = parcel_get(c);
		turn = source_turn(c, &parcel, &backoff, err);
		pthread_mutex_lock(&c->half.lock);
		c->turns++;
		pthread_mutex_unlock(&c->half.lock);
		source_news_tell(c);
		differences_look(c);
		source_state(c);
	}
	parcel_free(parcel);
	return turn < 0 ? -1 : 0;
}

/* ---- format thread ---- */

/*
 * The next parcel of the source. While it has none and heartbeats are wanted, an empty one at the place where the last
 * one ended: a heartbeat needs a position to be written with. NULL: the source has ended.
 */
static struct parcel *format_next(struct capture *c, const struct position *last)
{
	int64_t interval_ms = c->sh->settings->mysql.heartbeat_interval_ms;
	struct parcel *p;

	if (interval_ms == 0)
		return queue_pop(c->to_format);
	for (;;) {
		p = queue_pop_wait(c->to_format,
				interval_ms < HEARTBEAT_LOOK_MS ? (int)interval_ms : HEARTBEAT_LOOK_MS);
		if (p || (queue_closed(c->to_format) && queue_length(c->to_format) == 0))
			return p;
		if (position_is_set(last) && format_heartbeat_due(c->encoder)) {
			p = parcel_get(c);
			position_copy(&p->batch->position, last);
			return p;
		}
	}
}

static void *format_thread(void *arg)
{
	struct capture *c = arg;
	struct stage_meter *m = &c->sh->stages[STAGE_FORMAT];
	struct buried buried = { 0 };
	struct position last;
	struct parcel *p;
	struct err err;

	m->mark_us = clock_mono_us();
	position_init(&last);
	while ((p = format_next(c, &last)) != NULL) {
		meter_phase(m, PHASE_WAIT_IN);
		err_clear(&err);
		if (format_encode(c->encoder, p->batch, &err)) {
			err_wrap(&err, "format");
			parcel_free(p);
			capture_fail(c, &err);
			break;
		}
		capture_bury(c, p->batch, &buried);
		if (c->sh->settings->mysql.heartbeat_interval_ms)
			position_copy(&last, &p->batch->position);
		format_position_record(c->encoder, p->batch, &p->batch->position, &p->position);
		meter_done(m, p->batch->nchanges, p->batch->nrecords, p->batch->bytes);
		p->formatted_us = clock_wall_us();
		taps_offer_records(c->sh->taps, STAGE_FORMAT, p->batch);
		meter_phase(m, PHASE_BUSY);
		if (queue_push(c->to_log, p)) {
			parcel_free(p);
			break;
		}
		meter_phase(m, PHASE_WAIT_OUT);
	}
	position_done(&last);
	queue_close(c->to_log);
	return NULL;
}

/* ---- session ---- */

struct position_scan {
	const struct settings *settings;
	struct stopped_tables *stopped;
	struct format_encoder *encoder;
	struct position *position;
	char **lists;
	struct err err;
};

static int position_record(void *arg, const struct record *r)
{
	struct position_scan *scan = arg;

	stopped_read(scan->stopped, scan->settings, r);
	lists_read(scan->lists, scan->settings, r);
	format_encoder_resume(scan->encoder, r);
	return format_position_decode(&scan->settings->format, r, scan->position, &scan->err) < 0;
}

static int read_position(struct capture *c, struct position *out, struct err *err)
{
	const struct format_conf *conf = &c->sh->settings->format;
	struct position_scan scan = {
		.settings = c->sh->settings,
		.stopped = c->stopped,
		.encoder = c->encoder,
		.position = out,
		.lists = &c->lists,
	};

	if (log_scan(c->sh->log, conf->offsets_topic, LOG_EVERY_PARTITION, -1, -1, position_record, &scan, err))
		return err_wrap(err, "source position '%s'", conf->offsets_topic);
	if (scan.err.kind != ERR_NONE) {
		*err = scan.err;
		return -1;
	}
	return 0;
}

static int ensure_own_topics(struct capture *c, struct err *err)
{
	const struct format_conf *conf = &c->sh->settings->format;

	if (log_topic_ensure(c->sh->log, conf->offsets_topic, LOG_TOPIC_OFFSETS, err) ||
			log_topic_ensure(c->sh->log, conf->history_topic, LOG_TOPIC_HISTORY, err))
		return -1;
	return conf->include_schema_changes ? log_topic_ensure(c->sh->log, conf->topic_prefix, LOG_TOPIC_HISTORY, err)
					    : 0;
}

static void tell_databases(struct source *source, const struct history *history)
{
	size_t n;
	const struct history_database *d = history_databases(history, &n);

	for (size_t i = 0; i < n; i++)
		source_know_database(source, d[i].name, d[i].collation);
}

/* Without a position a snapshot comes first. What topics hold from before is not what MySQL holds. */
static int look_for_old_rows(struct capture *c, struct source *source, struct err *err)
{
	struct log_topics topics;
	char table[512];
	bool old = false;

	if (log_topics(c->sh->log, &topics, err))
		return -1;
	for (size_t i = 0; i < topics.count && !old; i++)
		for (unsigned k = 0; k < topics.items[i].npartitions; k++)
			old |= topics.items[i].partitions[k].high > topics.items[i].partitions[k].low &&
					format_topic_table(&c->sh->settings->format, topics.items[i].name, table,
							sizeof(table));
	log_topics_free(&topics);
	if (!old)
		return 0;
	source_clear_first(source);
	logline(LOG_NOTICE, "capture", "the log has rows but no position of %s: a snapshot clears the tables first",
			c->sh->settings->name);
	return 0;
}

/* Another pipeline that writes the same topics would double their messages, and a snapshot of ours would clear its tables. */
static int check_owner(const struct settings *s, struct history *history, struct err *err)
{
	const char *owner = history_pipeline(history, s->format.topic_prefix);
	char what[300];

	snprintf(what, sizeof(what), "topics of [kafka] topic.prefix = %.200s", s->format.topic_prefix);
	return owner ? owner_check(s, owner, what, "topic.prefix", err) : 0;
}

/* The writer comes before all that counts: opening it fences a predecessor, so the position read after it is final. */
static int session_open(struct capture *c, struct err *err)
{
	const struct settings *s = c->sh->settings;
	struct history *history = history_new();
	struct position position;
	struct source *source = NULL;
	struct schema *const *schemas;
	size_t nschemas;
	char id[96];

	position_init(&position);
	c->stopped = stopped_new();
	snprintf(id, sizeof(id), "%s-capture", s->name);
	c->encoder = format_encoder_new(&s->format, err);
	if (c->encoder && capture_look_first(c, err) == 0)
		c->writer = log_writer_open(c->sh->log, id, err);
	if (c->writer && ensure_own_topics(c, err) == 0 && read_position(c, &position, err) == 0 &&
			history_read(history, c->sh->log, s->format.history_topic, &position, err) == 0 &&
			check_owner(s, history, err) == 0) {
		schemas = history_schemas(history, &nschemas);
		source = source_open(c->settled, s->name, &position, schemas, nschemas, err);
	}
	if (source &&
			((c->lists && source_captured_before(source, c->lists, err) < 0) ||
					(!position_is_set(&position) && look_for_old_rows(c, source, err)))) {
		source_close(source);
		source = NULL;
	}
	if (source)
		tell_databases(source, history);
	if (source)
		logline(LOG_NOTICE, "capture",
				position_is_set(&position) ? "resuming at %s:%llu%s%.400s"
							   : "starting without a position",
				position.file, (unsigned long long)position.pos, position.gtids ? ", gtids " : "",
				position.gtids ? position.gtids : "");
	history_free(history);
	pthread_mutex_lock(&c->half.lock);
	c->source = source;
	if (source && c->settled != c->mysql)
		source_reload(source, c->mysql); /* a reload that came while no source ran */
	position_copy(&c->logged, &position);
	c->idle_us = 0; /* what was given before may be lost; it is read again */
	c->noted = c->pushed;
	pthread_mutex_unlock(&c->half.lock);
	position_done(&position);
	if (source)
		stopped_apply(c->stopped, c);
	pthread_mutex_lock(&c->half.lock);
	if (source)
		orders_give(c);
	pthread_mutex_unlock(&c->half.lock);
	return source ? 0 : -1;
}

static void session_close(struct capture *c)
{
	struct source *source = c->source;

	pthread_mutex_lock(&c->half.lock);
	if (source) {
		free(c->fills);
		c->fills = source_fills(source);
	}
	c->source = NULL;
	pthread_mutex_unlock(&c->half.lock);
	if (source) {
		if (source_settled(source))
			c->settled = source_settled(source);
		source_close(source);
	}
	if (c->writer)
		log_writer_close(c->writer);
	c->writer = NULL;
	format_encoder_free(c->encoder);
	c->encoder = NULL;
	stopped_free(c->stopped);
	c->stopped = NULL;
	free(c->lists);
	c->lists = NULL;
	c->lists_of = NULL;
	c->differences_known = false;
}

static int session_run(struct capture *c, struct err *err)
{
	pthread_t format, log;
	int rc;

	c->to_format = queue_new(QUEUE_DEPTH);
	c->to_log = queue_new(QUEUE_DEPTH);
	c->spare = queue_new(64);
	c->failed = false;
	c->given = false;
	atomic_store(&c->proved, false);
	c->told = SOURCE_CONNECTING;
	c->said = 0;
	meter_queue(&c->sh->stages[STAGE_FORMAT], c->to_format);
	meter_queue(&c->sh->stages[STAGE_LOG], c->to_log);
	rc = pthread_create(&format, NULL, format_thread, c);
	if (rc == 0 && (rc = pthread_create(&log, NULL, capture_log_thread, c)) != 0) {
		queue_abort(c->to_format);
		pthread_join(format, NULL);
	}
	if (rc) {
		err_set(err, ERR_FATAL, rc, "capture: no thread: %s", strerror(rc));
	} else {
		struct capture_signals *signals = capture_signals_start(c);

		rc = source_loop(c, err);
		queue_close(c->to_format); /* drains: format closes to_log, the log thread commits what is left */
		pthread_join(format, NULL);
		pthread_join(log, NULL);
		capture_signals_end(signals);
		if (c->failed && rc == 0) {
			*err = c->failure;
			rc = -1;
		}
	}
	meter_queue(&c->sh->stages[STAGE_FORMAT], NULL);
	meter_queue(&c->sh->stages[STAGE_LOG], NULL);
	queue_abort(c->to_format);
	parcels_drop(c->to_format);
	queue_abort(c->to_log);
	parcels_drop(c->to_log);
	queue_abort(c->spare);
	parcels_drop(c->spare);
	return rc;
}

static int capture_session(struct half *h, struct err *err)
{
	struct capture *c = (struct capture *)h;
	int rc;

	if (h->error.kind == ERR_DENIED)
		capture_password_again(c);
	rc = shared_log_open(c->sh, err) || session_open(c, err) ? -1 : 0;

	if (rc == 0)
		rc = session_run(c, err);
	session_close(c);
	return rc ? -1 : 0;
}

struct capture *capture_new(struct shared *sh)
{
	struct capture *c = xcalloc(1, sizeof(*c));

	c->sh = sh;
	c->mysql = c->settled = &sh->settings->mysql;
	position_init(&c->logged);
	half_init(&c->half, sh, "capture", capture_session);
	return c;
}

static uint64_t capture_moves(const void *arg)
{
	const struct stage_meter *stages = arg;
	uint64_t sum = 0;

	for (int i = STAGE_SOURCE; i <= STAGE_LOG; i++)
		sum += counter_get(&stages[i].in) + counter_get(&stages[i].out);
	return sum;
}

bool capture_stop(struct capture *c, int64_t until_us, int still_ms)
{
	half_stop(&c->half);
	return half_drain(&c->half, until_us, still_ms, capture_moves, c->sh->stages);
}

struct half *capture_half(struct capture *c)
{
	return &c->half;
}

void capture_free(struct capture *c)
{
	if (c == NULL)
		return;
	half_done(&c->half);
	position_done(&c->logged);
	capture_limits_free(c);
	orders_free(c);
	resumes_free(c);
	withheld_forget(c, NULL);
	free(c->fills);
	free(c->counted);
	source_differences_free(c->differences, c->ndifferences);
	free(c);
}

void capture_hurry(struct capture *c)
{
	atomic_store(&c->hurry, true);
}
