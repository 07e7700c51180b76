/*
 * logline.h - what happened, one line an event, for people (text) or machines (json). Never per row.
 *
 * Lines go to a file descriptor (stderr when headless, a file when the console is up) and to a ring that the console's
 * events screen and `status` read. Control characters and bad UTF-8 in a message are shown as \xNN. A line that repeats
 * within a second is counted, not repeated. @thread any
 */
#ifndef CORE_LOGLINE_H
#define CORE_LOGLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level { LOG_ERROR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG };
enum log_format { LOG_TEXT, LOG_JSON };

struct log_entry {
	uint64_t seq; /* 1, 2, 3, ... */
	int64_t wall_us;
	enum log_level level;
	char part[24]; /* the room: "source", "log", "sink", ... */
	char msg[512];
};

void logline_open(int fd, enum log_format format, enum log_level level); /* fd -1: ring only */
void logline_level(enum log_level level);				 /* another one from now on */
enum log_level logline_level_now(void);
void logline(enum log_level level, const char *part, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
size_t logline_read(uint64_t after_seq, struct log_entry *out, size_t max); /* oldest first, from the ring of 1024 */
const char *log_level_name(enum log_level level);
bool log_level_parse(const char *name, enum log_level *out);

#endif
