/*
 * messages.h - reads a topic for a person: from a place, what matches, as lines. A range of the log without a group, so the load's reader is
 * not touched, and with Kafka only what is committed. Runs in the asker's thread; it ends when the asker is gone.
 */
#ifndef ENGINE_MESSAGES_H
#define ENGINE_MESSAGES_H

#include "core/report.h"
#include "engine/engine.h"
#include "engine/settings/settings.h"
#include "log/log.h"

enum message_form {
	MESSAGE_JSON, /* {"topic","partition","offset","timestamp_ms","op","table","key","value","headers"}: texts as they stand */
	MESSAGE_CSV,  /* the same without headers; message_csv_header names the columns */
	MESSAGE_LIST, /* {"partition","offset","ms","op","table","key","what","size"}: short */
	MESSAGE_WHOLE /* MESSAGE_JSON and "fields": [name, before, after, changed], "source": [name, value], "hex" of the value's begin */
};

extern const char message_csv_header[];

struct messages_wish {
	const char *topic;		   /* or db.table; several: a,b, or a pattern with * and ? */
	const char *seek;		   /* NULL: the newest ten, or the begin when something is searched for */
	const char *text, *regex, *filter; /* NULL: any. All that are given have to match */
	int64_t partition;		   /* < 0: all, one after the other */
	int64_t limit;			   /* messages; < 0: none */
	enum message_form form;
	/* A topic's rows are not to be seen: what stands in their place; NULL: they are. NULL itself: all are */
	const char *(*hides)(void *arg, const char *topic);
	void *hides_arg;
	bool latest;   /* only the newest message of each key, of which all that choose then choose */
	bool follow;   /* and what comes from now on, until the asker is gone */
	bool progress; /* a line {"progress":{..}} now and then, and at the end */
};

int messages_run(struct log *log, const struct settings *s, const struct messages_wish *wish, engine_emit *emit,
		void *arg, struct err *err);
enum { MESSAGES_TOPICS = 64 };
struct messages_chosen {
	const struct log_topic *items[MESSAGES_TOPICS]; /* lent from the topics */
	unsigned count;
};
/* Which topics a wish names, each once. */
int messages_choose(const struct log_topics *topics, const struct settings *s, const char *names,
		struct messages_chosen *out, struct err *err);
/* The topic of a name, or of db.table: its own name and partitions. The caller frees topics. */
const struct log_topic *messages_topic(struct log *log, const struct settings *s, const char *name,
		struct log_topics *topics, struct err *err);

#endif
