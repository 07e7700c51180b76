/* message_print.h - one message as a line: for programs (JSON, CSV), for a list of messages, and all about one of them. */
#ifndef ENGINE_MESSAGE_PRINT_H
#define ENGINE_MESSAGE_PRINT_H

#include "engine/messages/message.h"
#include "engine/messages/messages.h"
#include "format/format_conf.h"

struct message_printer {
	enum message_form form;
	const struct format_conf *format; /* lent: which table a topic is of */
	const char *hidden;		  /* stands where the row would; NULL: it is shown */
	struct payload_at key, value;
};

void message_printer_done(struct message_printer *p);
void message_what(struct buf *b, const struct message *m,
		bool hidden); /* the row, or what an update has changed in it: short */
void message_print(struct message_printer *p, struct buf *out, const struct record *r);

#endif
