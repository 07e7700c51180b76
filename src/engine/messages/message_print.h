/* message_print.h - one message as a line: for programs (JSON, CSV), for a list of messages, and all about one of them. */
#ifndef ENGINE_MESSAGE_PRINT_H
#define ENGINE_MESSAGE_PRINT_H

#include "engine/messages/message.h"
#include "engine/messages/messages.h"
#include "engine/messages/readable.h"
#include "format/format_conf.h"

struct message_printer {
	enum message_form form;
	const struct format_conf *format; /* lent: which table a topic is of */
	const char *hidden;		  /* stands where the row would; NULL: it is shown */
	bool topics;			  /* a line of the list says of which one it is */
	struct payload_at key, value;
	struct readable key_names, value_names;
};

void message_printer_done(struct message_printer *p);
/* The row, or what an update has changed in it: short. names: what its schema block says about its fields. */
void message_what(struct buf *b, const struct message *m, const struct readable *names, bool hidden);
void message_print(struct message_printer *p, struct buf *out, const struct record *r);

#endif
