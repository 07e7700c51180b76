/* messages_save.c - what the view of messages chooses, written to a file: JSON lines or CSV, a request of its own, so that all of it is there
 * and not only what the list has kept. A file that exists is never written over. */
#include "console/view/messages_page.h"

#include <string.h>

#include "console/keys/request_line.h"

void messages_save_begin(struct messages_page *p, const char *path, struct view_order *out)
{
	size_t n = strlen(path);

	out->role = ROLE_STATUS_ERROR;
	if (p->save.file || strcmp(p->seek, "end") == 0) {
		snprintf(out->toast, sizeof(out->toast),
				p->save.file ? "%.300s is still being written"
					     : "from the end there is nothing to save: s begins elsewhere",
				p->save.path);
		return;
	}
	p->save.file = fopen(path, "wxe");
	if (p->save.file == NULL) {
		snprintf(out->toast, sizeof(out->toast),
				"%.200s: expected a file that does not exist yet and can be written: %m", path);
		return;
	}
	snprintf(p->save.path, sizeof(p->save.path), "%s", path);
	p->save.csv = n > 4 && strcmp(path + n - 4, ".csv") == 0;
	p->save.lines = 0;
	if (p->save.csv)
		fputs("topic,partition,offset,time,op,table,key,value\n", p->save.file);
	messages_request(p, out, LANE_SAVE);
	request_line_add(out->request, sizeof(out->request), "form", p->save.csv ? "csv" : "json");
}

void messages_save_answer(struct messages_page *p, const char *line, size_t len, struct view_order *out)
{
	static const char progress[] = "{\"progress\":";

	if (p->save.file == NULL)
		return;
	if (len > sizeof(progress) && memcmp(line, progress, sizeof(progress) - 1) == 0) {
		snprintf(out->toast, sizeof(out->toast), "%.300s: %llu messages so far", p->save.path,
				(unsigned long long)p->save.lines);
		out->role = ROLE_STATUS;
		return;
	}
	fwrite(line, 1, len, p->save.file);
	fputc('\n', p->save.file);
	p->save.lines++;
}

void messages_save_end(struct messages_page *p, const char *why, struct view_order *out)
{
	bool failed;

	if (p->save.file == NULL)
		return;
	failed = ferror(p->save.file) != 0;
	failed |= fclose(p->save.file) != 0;
	p->save.file = NULL;
	out->role = failed || why[0] ? ROLE_STATUS_ERROR : ROLE_OK;
	if (failed || why[0])
		snprintf(out->toast, sizeof(out->toast), "%.120s is not whole: %.200s", p->save.path,
				failed ? "it cannot be written" : why);
	else
		snprintf(out->toast, sizeof(out->toast), "%llu messages are in %.300s",
				(unsigned long long)p->save.lines, p->save.path);
}
