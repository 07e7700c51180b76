/* be_answer.c - the backend's JSON: rapidjson's pretty form, four blanks, keys in the order of the real one. */
#include <string.h>

#include "core/json.h"
#include "load/double_be.h"

void be_json_init(struct be_json *j)
{
	buf_init(&j->b, 1 << 20);
	j->any = false;
	buf_putc(&j->b, '{');
}

static void key(struct be_json *j, const char *name)
{
	buf_printf(&j->b, "%s\n    \"%s\": ", j->any ? "," : "", name);
	j->any = true;
}

void be_json_text(struct be_json *j, const char *name, const char *value)
{
	key(j, name);
	buf_json_str(&j->b, value);
}

void be_json_number(struct be_json *j, const char *name, int64_t value)
{
	key(j, name);
	buf_printf(&j->b, "%lld", (long long)value);
}

void be_json_counts(struct be_json *j, const struct load_counts *counts)
{
	be_json_number(j, "NumberTotalRows", (int64_t)counts->total);
	be_json_number(j, "NumberLoadedRows", (int64_t)counts->loaded);
	be_json_number(j, "NumberFilteredRows", (int64_t)counts->filtered);
	be_json_number(j, "NumberUnselectedRows", (int64_t)counts->unselected);
}

void be_json_send(struct be_json *j, struct http_request *r)
{
	buf_puts(&j->b, "\n}");
	http_reply(r, 200, NULL, "application/json", j->b.data, j->b.len);
	buf_done(&j->b);
}

static int64_t ms_between(int64_t from_us, int64_t to_us)
{
	return from_us > 0 && to_us > from_us ? (to_us - from_us) / 1000 : 0;
}

void be_answer(struct be_call *c)
{
	struct be_json j;
	int64_t end_us = c->committed_us > 0 ? c->committed_us : c->written_us > 0 ? c->written_us : c->planned_us;

	be_json_init(&j);
	be_json_number(&j, "TxnId", c->txn_id > 0 ? (int64_t)c->txn_id : -1);
	be_json_text(&j, "Label", c->label);
	be_json_text(&j, "Status", c->status);
	if (c->existing != NULL)
		be_json_text(&j, "ExistingJobStatus", c->existing);
	be_json_text(&j, "Message", c->message);
	be_json_counts(&j, &c->load.counts);
	be_json_number(&j, "LoadBytes", (int64_t)c->load.counts.bytes);
	be_json_number(&j, "LoadTimeMs", ms_between(c->started_us, end_us));
	be_json_number(&j, "BeginTxnTimeMs", ms_between(c->started_us, c->begun_us));
	be_json_number(&j, "StreamLoadPlanTimeMs", ms_between(c->begun_us, c->planned_us));
	be_json_number(&j, "ReadDataTimeMs", ms_between(c->planned_us, c->read_us));
	be_json_number(&j, "WriteDataTimeMs", ms_between(c->read_us, c->written_us));
	be_json_number(&j, "CommitAndPublishTimeMs", ms_between(c->written_us, c->committed_us));
	if (c->error_url[0] != '\0')
		be_json_text(&j, "ErrorURL", c->error_url);
	if (c->request_id[0] != '\0') {
		be_json_text(&j, "RequestId", c->request_id);
		be_json_number(&j, "LeftTimeMs", 0);
	}
	be_json_send(&j, c->r);
}
