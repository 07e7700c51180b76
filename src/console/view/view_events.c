/* view_events.c - what happened, newest last; the cursor on the last line follows. */
#include "console/view/view.h"

#include <stdio.h>
#include <string.h>

#include "console/widget/show.h"
#include "core/json.h"
#include "core/num/num.h"
#include "core/text.h"

enum { COLUMN_TIME, COLUMN_LEVEL, COLUMN_PART, COLUMN_MESSAGE, COLUMNS };

static const struct grid_column columns[COLUMNS] = {
	[COLUMN_TIME] = { "time", -8, 0, 0 },
	[COLUMN_LEVEL] = { "level", -7, 0, 0 },
	[COLUMN_PART] = { "part", -8, 0, 1 },
	[COLUMN_MESSAGE] = { "message", -20, 1, 0 },
};

static size_t count(const void *of)
{
	const struct status *s = of;
	return s->nevents;
}

static void cell(const void *of, size_t row, int column, struct grid_text *out)
{
	const struct status *s = of;
	const struct log_entry *event = &s->events[row];

	out->role = show_level_role(event->level);
	if (column == COLUMN_TIME)
		show_when(out->text, event->wall_us, s->wall_us);
	else
		snprintf(out->text, sizeof(out->text), "%s",
				column == COLUMN_LEVEL			? log_level_name(event->level)
						: column == COLUMN_PART ? event->part
									: event->msg);
}

static void key(const void *of, size_t row, char out[GRID_KEY])
{
	const struct status *s = of;
	snprintf(out, GRID_KEY, "%llu", (unsigned long long)s->events[row].seq);
}

const struct grid_source view_events_source = {
	.columns = columns,
	.ncolumns = COLUMNS,
	.fitted = 1 + COLUMN_TIME,
	.count = count,
	.cell = cell,
	.key = key,
	.follow = true,
	.empty = "nothing has happened yet",
};

void view_events_detail(const struct status *s, size_t row, struct buf *out)
{
	const struct log_entry *event = &s->events[row];
	char when[SHOW_SIZE];

	buf_printf(out, "time: %s\nlevel: %s\npart: %s\nmessage: %s\n", show_when(when, event->wall_us, s->wall_us),
			log_level_name(event->level), event->part, event->msg);
}

void view_events_save(const struct status *s, size_t row, bool json, struct buf *out)
{
	const struct log_entry *event = &s->events[row];
	char at[40], text[2 * sizeof(event->msg)];

	at[num_iso_datetime(at, event->wall_us, 3, json ? 'T' : ' ')] = '\0';
	if (!json) {
		text_escape(text, sizeof(text), event->msg, strlen(event->msg));
		buf_printf(out, "%s UTC  %-7s  %-8s  %s", at, log_level_name(event->level), event->part, text);
		return;
	}
	buf_printf(out, "{\"time\":\"%sZ\",\"level\":\"%s\",\"part\":", at, log_level_name(event->level));
	buf_json_str(out, event->part);
	buf_puts(out, ",\"message\":");
	buf_json_str(out, event->msg);
	buf_putc(out, '}');
}
