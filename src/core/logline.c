/*
 * logline.c - formats, counts repeats, keeps the ring. The hard part is a storm: two parts that fail in turn, thousands
 * of times a second. The last few different lines are remembered; one that comes again within its second only counts,
 * and the count is told when the second is over. Writing happens outside the lock, so a slow terminal holds nobody.
 */
#include "core/logline.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/json.h"
#include "core/text.h"

#define RING 1024
#define RECENT 8
#define QUIET_US 1000000

struct recent {
	struct log_entry entry;
	int64_t since_us;
	unsigned repeats;
};

static const char *const level_names[] = { "error", "warning", "notice", "info", "debug" };

static _Atomic int out_fd = -1, out_format = LOG_TEXT, out_level = LOG_INFO;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* under lock */
static struct log_entry ring[RING];
static uint64_t last_seq;
static struct recent recent[RECENT];
static unsigned recent_next;

static size_t entry_time(const struct log_entry *entry, char *out, size_t size)
{
	time_t sec = (time_t)(entry->wall_us / 1000000);
	struct tm tm;
	size_t n;

	gmtime_r(&sec, &tm);
	n = strftime(out, size, "%Y-%m-%dT%H:%M:%S", &tm);
	return n + (size_t)snprintf(out + n, size - n, ".%03dZ", (int)(entry->wall_us / 1000 % 1000));
}

static size_t entry_text(const struct log_entry *entry, char *out, size_t size)
{
	char when[40];

	entry_time(entry, when, sizeof(when));
	return (size_t)snprintf(out, size, "%s %-7s %s: %s\n", when, log_level_name(entry->level), entry->part,
			entry->msg);
}

static size_t entry_json(const struct log_entry *entry, char *out, size_t size)
{
	char when[40], msg[6 * sizeof(entry->msg) + 1], part[6 * sizeof(entry->part) + 1];

	entry_time(entry, when, sizeof(when));
	msg[json_escape(msg, entry->msg, strlen(entry->msg))] = '\0';
	part[json_escape(part, entry->part, strlen(entry->part))] = '\0';
	return (size_t)snprintf(out, size, "{\"time\":\"%s\",\"level\":\"%s\",\"part\":\"%s\",\"msg\":\"%s\"}\n", when,
			log_level_name(entry->level), part, msg);
}

static void entry_write(const struct log_entry *entry)
{
	char line[8 * sizeof(entry->msg)];
	int fd = atomic_load(&out_fd);
	size_t len, done = 0;

	if (fd < 0)
		return;
	len = atomic_load(&out_format) == LOG_JSON ? entry_json(entry, line, sizeof(line))
						   : entry_text(entry, line, sizeof(line));
	while (done < len) {
		ssize_t n = write(fd, line + done, len - done);

		if (n <= 0)
			return; /* nowhere left to complain */
		done += (size_t)n;
	}
}

static void ring_add(struct log_entry *entry)
{
	entry->seq = ++last_seq;
	ring[entry->seq % RING] = *entry;
}

/* Moves the counts of seconds that are over into entries; out has room for RECENT. Under lock. */
static size_t recent_sweep(int64_t now_us, struct log_entry *out)
{
	size_t n = 0;

	for (unsigned i = 0; i < RECENT; i++) {
		struct recent *r = &recent[i];
		char tail[48];
		size_t len;

		if (r->entry.seq == 0 || now_us - r->since_us < QUIET_US)
			continue;
		if (r->repeats) {
			struct log_entry *entry = &out[n++];
			size_t tail_len = (size_t)snprintf(tail, sizeof(tail), " (%u time%s more)", r->repeats,
					r->repeats == 1 ? "" : "s");

			*entry = r->entry;
			entry->wall_us = clock_wall_us();
			len = strlen(entry->msg);
			if (len + tail_len >= sizeof(entry->msg))
				len = text_escape(entry->msg, sizeof(entry->msg) - tail_len, r->entry.msg, len);
			memcpy(entry->msg + len, tail, tail_len + 1);
			ring_add(entry);
		}
		r->entry.seq = 0;
		r->repeats = 0;
	}
	return n;
}

static bool recent_counts(const struct log_entry *entry)
{
	for (unsigned i = 0; i < RECENT; i++) {
		struct recent *r = &recent[i];

		if (r->entry.seq && r->entry.level == entry->level && strcmp(r->entry.part, entry->part) == 0 &&
				strcmp(r->entry.msg, entry->msg) == 0) {
			r->repeats++;
			return true;
		}
	}
	return false;
}

/* The place for a new line: one without a count to tell, so that no count is lost. NULL: do not remember this one. */
static struct recent *recent_place(void)
{
	for (unsigned i = 0; i < RECENT; i++) {
		struct recent *r = &recent[(recent_next + i) % RECENT];

		if (r->repeats == 0) {
			recent_next = (recent_next + i + 1) % RECENT;
			return r;
		}
	}
	return NULL;
}

void logline_open(int fd, enum log_format format, enum log_level level)
{
	atomic_store(&out_fd, fd);
	atomic_store(&out_format, (int)format);
	atomic_store(&out_level, (int)level);
}

void logline_level(enum log_level level)
{
	atomic_store(&out_level, (int)level);
}

enum log_level logline_level_now(void)
{
	return (enum log_level)atomic_load(&out_level);
}

void logline(enum log_level level, const char *part, const char *fmt, ...)
{
	struct log_entry entry = { .level = level, .wall_us = clock_wall_us() }, told[RECENT];
	char text[2 * sizeof(entry.msg)];
	size_t ntold;
	bool counted;
	va_list ap;

	if ((int)level > atomic_load_explicit(&out_level, memory_order_relaxed))
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	text_escape(entry.msg, sizeof(entry.msg), text, strlen(text));
	text_escape(entry.part, sizeof(entry.part), part, strlen(part));

	pthread_mutex_lock(&lock);
	ntold = recent_sweep(clock_mono_us(), told);
	counted = recent_counts(&entry);
	if (!counted) {
		struct recent *place = recent_place();

		ring_add(&entry);
		if (place)
			*place = (struct recent){ .entry = entry, .since_us = clock_mono_us() };
	}
	pthread_mutex_unlock(&lock);

	for (size_t i = 0; i < ntold; i++)
		entry_write(&told[i]);
	if (!counted)
		entry_write(&entry);
}

size_t logline_read(uint64_t after_seq, struct log_entry *out, size_t max)
{
	struct log_entry told[RECENT];
	size_t n = 0, ntold;

	pthread_mutex_lock(&lock);
	ntold = recent_sweep(clock_mono_us(), told);
	if (last_seq > RING && after_seq < last_seq - RING)
		after_seq = last_seq - RING;
	while (n < max && after_seq < last_seq)
		out[n++] = ring[++after_seq % RING];
	pthread_mutex_unlock(&lock);
	for (size_t i = 0; i < ntold; i++)
		entry_write(&told[i]);
	return n;
}

const char *log_level_name(enum log_level level)
{
	return (size_t)level < sizeof(level_names) / sizeof(level_names[0]) ? level_names[level] : "unknown";
}

bool log_level_parse(const char *name, enum log_level *out)
{
	for (size_t i = 0; i < sizeof(level_names) / sizeof(level_names[0]); i++) {
		if (strcasecmp(name, level_names[i]) == 0) {
			*out = (enum log_level)i;
			return true;
		}
	}
	return false;
}
