/*
 * sink_test.c - the StarRocks sink against the double: the contract, and every way in which a load can go wrong. After each
 * the table has to be right, and each label committed once. Run by sink.sh: sink_test FE_HTTP FE_MYSQL CONTROL.
 */
#include "tests/tap.h"

#include <curl/curl.h>

#include "core/clock.h"
#include "sink/starrocks/starrocks.h"
#include "tests/unit/sink_contract.h"

enum { ROWS = 12, TRIES = 200 };

static struct sink_conf conf = {
	.name = "contract",
	.user = (char *)"root",
	.password = (char *)"",
	.table_create = true,
	.buckets = 1,
	.replication_num = 1,
	.load_timeout_ms = 20000,
	.connect_timeout_ms = 2000,
};
static const char *control;
static struct starrocks_sql *sql;

/* The double's control port. */

static size_t take(char *data, size_t size, size_t count, void *context)
{
	buf_put(context, data, size * count);
	return size * count;
}

static char *control_get(const char *path)
{
	CURL *c = curl_easy_init();
	char url[512];
	struct buf out;

	buf_init(&out, 1 << 20);
	buf_puts(&out, "");
	snprintf(url, sizeof(url), "%s%s/%s", strstr(control, "://") ? "" : "http://", control, path);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, &out);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, 10000L);
	curl_easy_perform(c);
	curl_easy_cleanup(c);
	return buf_take(&out);
}

static void arm(const char *fault, int count, long arg)
{
	char path[128];

	snprintf(path, sizeof(path), arg >= 0 ? "fault?name=%s&count=%d&arg=%ld" : "fault?name=%s&count=%d", fault,
			count, arg);
	free(control_get(path));
}

static long long table_loads(const char *table)
{
	char name[128], *text = control_get("stats"), *at;
	long long loads = -1;

	snprintf(name, sizeof(name), "\"shop.%s\": {\"loads\": ", table);
	at = text ? strstr(text, name) : NULL;
	if (at)
		loads = atoll(at + strlen(name));
	free(text);
	return loads;
}

/* Reading a table: the double dumps all columns, tab-separated. */

static void put_cell(struct buf *out, const char *cell, size_t len)
{
	if (len == 2 && memcmp(cell, "\\N", 2) == 0) {
		buf_puts(out, "NULL");
		return;
	}
	for (size_t i = 0; i < len; i++) {
		char c = cell[i];

		if (c == '\\' && i + 1 < len)
			c = cell[++i] == 'n' ? '\n' : cell[i] == 't' ? '\t' : cell[i];
		buf_putc(out, c);
	}
}

static void put_line(struct buf *out, const char *line, const char *columns)
{
	static const char *const order[] = { "id", "name", "amount", "big", "day", "data", "note" };
	const char *separator = "", *at = line;

	for (size_t i = 0; i < 7; i++) {
		size_t len = strcspn(at, "\t"), name_len = strlen(order[i]), from = out->len;
		const char *wanted = columns;

		while ((wanted = strstr(wanted, order[i])) && strcspn(wanted, ", ") != name_len)
			wanted += name_len;
		if (wanted) {
			buf_puts(out, separator);
			put_cell(out, at, len);
			separator = "|";
		}
		for (size_t k = from; i == 5 && k < out->len; k++)
			if (out->data[k] >= 'A' && out->data[k] <= 'F')
				out->data[k] = (char)(out->data[k] + 32);
		at += len;
		if (*at == '\t')
			at++;
		else
			break;
	}
	buf_putc(out, '\n');
}

static int by_id(const void *a, const void *b)
{
	long long left = atoll(*(char *const *)a), right = atoll(*(char *const *)b);

	return left < right ? -1 : left > right;
}

static const char *dump(const char *table, const char *columns)
{
	static struct buf out;
	char path[128], *text, *lines[256], *rest = NULL;
	size_t count = 0;

	if (out.max == 0)
		buf_init(&out, 1 << 20);
	buf_reset(&out);
	buf_puts(&out, "");
	snprintf(path, sizeof(path), "dump?table=shop.%s", table);
	text = control_get(path);
	for (char *line = strtok_r(text, "\n", &rest); line && count < 256; line = strtok_r(NULL, "\n", &rest))
		lines[count++] = line;
	qsort(lines, count, sizeof(lines[0]), by_id);
	for (size_t i = 0; i < count; i++)
		put_line(&out, lines[i], columns);
	free(text);
	return out.data ? out.data : "";
}

/* What the engine does with an answer. */

static bool load_until_done(struct sink *sink, struct schema *s, struct contract_rows *r, const char *label,
		struct sink_result *result)
{
	for (int i = 0; i < TRIES; i++) {
		struct err err = { 0 };
		enum sink_outcome outcome = sink_load(sink, s, r->rows, r->count, label, result, &err);

		if (outcome == SINK_LOADED || outcome == SINK_DUPLICATE)
			return true;
		printf("# %s: %s\n", label, err.msg);
		if (outcome != SINK_UNKNOWN && err.kind != ERR_RETRY && err.kind != ERR_UNREACHABLE)
			return false;
		clock_sleep_ms(20);
	}
	return false;
}

static void add_rows(struct contract_rows *r, struct schema *s, int first, int count, const char *name)
{
	r->count = 0;
	for (int i = 0; i < count; i++)
		contract_add(r, s, false, first + i, name);
}

static struct schema *ready(struct sink *sink, const char *table)
{
	struct schema *s = contract_schema(table, false);
	struct err err = { 0 };

	if (sink_prepare(sink, s, &err))
		printf("# %s: %s\n", table, err.msg);
	return s;
}

static const char expected[] =
		"2|second\n3|second\n4|first\n5|first\n6|first\n7|first\n8|first\n9|first\n10|first\n11|first\n";

static void fault_case(struct sink *sink, const char *fault, int count, long arg, int loads)
{
	struct contract_rows r = { .count = 0 };
	struct sink_result result;
	struct schema *s;
	char label[128], name[96];

	snprintf(name, sizeof(name), "f_%s_%d", fault, count);
	s = ready(sink, name);
	add_rows(&r, s, 0, ROWS, "first");
	arm(fault, count, arg);
	snprintf(label, sizeof(label), "%s-1", name);
	ok(load_until_done(sink, s, &r, label, &result), "%s, %d times: loaded in the end", fault, count);
	free(control_get("clear"));
	r.count = 0;
	contract_add(&r, s, true, 0, NULL);
	contract_add(&r, s, true, 1, NULL);
	contract_add(&r, s, false, 2, "second");
	contract_add(&r, s, false, 3, "second");
	arm(fault, count, arg);
	snprintf(label, sizeof(label), "%s-2", name);
	ok(load_until_done(sink, s, &r, label, &result), "%s: and the next load", fault);
	free(control_get("clear"));
	add_rows(&r, s, 0, ROWS, "first");
	snprintf(label, sizeof(label), "%s-1", name);
	is_str(dump(name, "id, name"), expected, "%s: every row is right", fault);
	if (loads)
		is_int(table_loads(name), loads, "%s: each label is committed once", fault);
	if (strcmp(fault, "not_leader") == 0)
		arm(fault, 1, -1);
	is_int(contract_load(sink, s, &r, label, &result), loads ? SINK_DUPLICATE : SINK_LOADED,
			"%s: what its label says", fault);
	schema_unref(s);
}

static void test_faults(struct sink *sink)
{
	static const struct {
		const char *fault;
		int count;
		long arg;
		int loads; /* 0: parts of it, under labels of their own */
	} cases[] = {
		{ "no_backend", 2, -1, 2 },
		{ "not_leader", 5, -1, 2 },
		{ "redirect_unreachable", 2, -1, 2 },
		{ "fe_error", 2, -1, 2 },
		{ "slow_continue", 1, 1500, 2 },
		{ "cut_body", 1, 10, 2 },
		{ "cut_body", 2, 0, 2 },
		{ "cut_before_commit", 1, 300, 2 },
		{ "cut_before_commit", 1, 1500, 2 },
		{ "cut_after_commit", 1, -1, 2 },
		{ "slow_answer", 1, 500, 2 },
		{ "publish_timeout", 1, 500, 2 },
		{ "fail_committed", 1, -1, 2 },
		{ "too_many_versions", 2, -1, 2 },
		{ "too_many_filtered", 1, -1, 0 },
		{ "json_too_big", 1, 100, 0 },
		{ "shutting_down", 2, -1, 2 },
		{ "busy", 2, -1, 2 },
		{ "memory", 1, -1, 2 },
		{ "strange_status", 1, -1, 2 },
		{ "no_json", 1, -1, 2 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		fault_case(sink, cases[i].fault, cases[i].count, cases[i].arg, cases[i].loads);
}

/* Values that our own check lets through and StarRocks does not. */
static void test_refused_rows(struct sink *sink)
{
	struct schema *s = ready(sink, "refused");
	struct contract_rows r = { .count = 0 };
	struct sink_result result = { .nbad = 0 };

	for (int again = 0; again < 2; again++) {
		add_rows(&r, s, 0, ROWS, "x");
		r.values[3][4] = value_text("2018-02-31", 10);
		r.values[10][4] = value_text("2018-13-01", 10);
		ok(load_until_done(sink, s, &r, "refused-1", &result), "a load with two rows that StarRocks refuses%s",
				again ? " again" : "");
		is_int(result.nbad, 2, "both are found");
		ok(result.nbad == 2 && result.bad[0].row == 3 && result.bad[1].row == 10, "and told");
		ok(result.nbad == 2 && strncmp(result.bad[0].reason, "StarRocks: ", 11) == 0 &&
						strlen(result.bad[0].reason) > 12,
				"the reason is StarRocks' own: %s", result.nbad ? result.bad[0].reason : "");
	}
	is_str(dump("refused", "id"), "0\n1\n2\n4\n5\n6\n7\n8\n9\n11\n", "their neighbours are there");
	schema_unref(s);
}

static long long stat_of(const char *text, const char *name)
{
	const char *at = text ? strstr(text, name) : NULL;

	return at ? atoll(at + strlen(name)) : 0;
}

static long long all_loads(void)
{
	char *text = control_get("stats");
	long long n = stat_of(text, "\"loads\": ") + stat_of(text, "\"failed_loads\": ");

	free(text);
	return n;
}

enum { MANY = 100000 };

/* Each nth of many rows is refused: the error log names them, so it takes a few loads and not one for each half. */
static void test_refused_many(struct sink *sink, int nth)
{
	static struct change changes[MANY];
	static struct value values[MANY][8];
	static struct collapsed rows[MANY];
	struct schema *s = ready(sink, "many");
	struct sink_result result = { .nbad = 0 };
	long long before = all_loads();
	size_t bad = (MANY + nth - 1) / nth, right = 0;
	struct err err = { 0 };
	char label[40];

	for (int i = 0; i < MANY; i++) {
		for (unsigned c = 0; c < s->ncolumns; c++)
			values[i][c] = value_null();
		values[i][0] = value_int(i);
		if (i % nth == 0)
			values[i][4] = value_text("2018-02-31", 10);
		changes[i] = (struct change){ .op = CHANGE_UPSERT, .schema = s, .after = values[i] };
		rows[i] = (struct collapsed){ &changes[i], values[i], false };
	}
	snprintf(label, sizeof(label), "many-%d", nth);
	is_int(sink_load(sink, s, rows, MANY, label, &result, &err), SINK_LOADED, "%zu rows of %d are refused (%s)",
			bad, MANY, err.msg);
	is_int(result.nbad, bad, "all are found");
	for (size_t i = 0; i < result.nbad; i++)
		right += result.bad[i].row == i * (size_t)nth &&
				strncmp(result.bad[i].reason, "StarRocks: Error", 16) == 0;
	is_int(right, bad, "each with its reason: %s", result.nbad ? result.bad[0].reason : "");
	ok(all_loads() - before <= 4, "in at most 4 loads: %lld", all_loads() - before);
	is_int(result.rows_loaded, MANY - bad, "the others are loaded");
	schema_unref(s);
}

static void test_too_long(struct sink *sink)
{
	static char wide[200];
	struct schema *s = ready(sink, "long_"), *longer;
	struct contract_rows r = { .count = 0 };
	struct sink_result result;
	struct err err = { 0 };

	memset(wide, 'w', sizeof(wide) - 1);
	contract_add(&r, s, false, 1, wide);
	contract_add(&r, s, false, 2, "fits");
	contract_add(&r, s, true, 3, wide);
	is_int(contract_load(sink, s, &r, "long-1", &result), SINK_LOADED, "a value longer than its VARCHAR");
	ok(result.nbad == 1 && result.bad[0].row == 0, "is left out: %s", result.nbad ? result.bad[0].reason : "");
	longer = schema_clone(s);
	longer->columns[1].length = 100;
	for (int i = 0; sink_prepare(sink, longer, &err) && i < 50 && err.kind == ERR_RETRY; i++)
		err.kind = ERR_NONE;
	contract_add(&r, longer, false, 1, wide);
	is_int(contract_load(sink, longer, &r, "long-2", &result), SINK_LOADED, "after the column was widened");
	is_int(result.nbad, 0, "it is taken");
	schema_unref(longer);
	schema_unref(s);
}

static void test_parts(void)
{
	struct sink_conf small = conf;
	struct contract_rows r = { .count = 0 };
	struct sink_result result;
	struct err err = { 0 };
	struct sink *sink;
	struct schema *s;

	small.max_bytes = 300;
	sink = sink_open(&small, &err);
	s = ready(sink, "parts");
	add_rows(&r, s, 0, ROWS, "x");
	ok(load_until_done(sink, s, &r, "parts-1", &result), "a call larger than a load");
	ok(table_loads("parts") > 1, "takes several loads (%lld)", table_loads("parts"));
	is_int(result.rows_loaded, ROWS, "all rows are counted");
	add_rows(&r, s, 0, ROWS, "x");
	is_int(contract_load(sink, s, &r, "parts-1", &result), SINK_DUPLICATE, "again: all parts are duplicates");
	add_rows(&r, s, 20, ROWS, "x");
	arm("cut_before_commit", 1, 200);
	ok(load_until_done(sink, s, &r, "parts-2", &result), "a part is lost on the way");
	free(control_get("clear"));
	is_str(dump("parts", "id"),
			"0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n20\n21\n22\n23\n24\n25\n26\n27\n28\n29\n30\n31\n",
			"all rows are there");
	schema_unref(s);
	sink_close(sink);
}

static void test_ddl_faults(struct sink *sink)
{
	struct schema *s = ready(sink, "ddl"), *wider = contract_schema("ddl", true);
	struct contract_rows r = { .count = 0 };
	struct sink_result result;
	struct err err = { 0 };

	arm("alter_cancelled", 1, -1);
	is_int(sink_prepare(sink, wider, &err), -1, "a schema change that StarRocks gives up");
	is_int(err.kind, ERR_RETRY, "is tried again: %s", err.msg);
	for (int i = 0; sink_prepare(sink, wider, &err) && i < 50; i++)
		clock_sleep_ms(20);
	arm("mysql_cut", 1, -1);
	schema_unref(wider);
	wider = contract_schema("ddl", true);
	is_int(sink_prepare(sink, wider, &err), 0, "a connection that is gone is made again (%s)", err.msg);
	free(control_get("clear"));
	starrocks_sql_run(sql, "DROP TABLE `shop`.`ddl`", NULL, NULL, &err);
	contract_add(&r, wider, false, 1, "x");
	is_int(sink_load(sink, wider, r.rows, r.count, "ddl-1", &result, &err), SINK_REFUSED,
			"a table that somebody dropped");
	is_int(err.kind, ERR_CONFIG, "is a matter for a person: %s", err.msg);
	is_int(sink_prepare(sink, wider, &err), 0, "and is made anew");
	is_int(contract_load(sink, wider, &r, "ddl-1", &result), SINK_LOADED, "then the load goes in");
	starrocks_sql_run(sql,
			"CREATE TABLE `shop`.`narrow` (`id` BIGINT NOT NULL, `name` INT NULL, `amount` DECIMAL(5,2) NULL, "
			"`big` LARGEINT NULL, `day` DATE NULL, `data` VARBINARY NULL) PRIMARY KEY (`id`) DISTRIBUTED BY HASH (`id`) "
			"PROPERTIES (\"replication_num\" = \"1\")",
			NULL, NULL, &err);
	schema_unref(s);
	s = contract_schema("narrow", false);
	is_int(sink_prepare(sink, s, &err), -1, "a table whose column cannot take it is refused");
	ok(err.kind == ERR_CONFIG && strstr(err.msg, "MODIFY COLUMN `name` VARCHAR("), "with the statement: %s",
			err.msg);
	schema_unref(s);
	schema_unref(wider);
}

static void test_hosts(void)
{
	struct sink_conf other = conf;
	struct contract_rows r = { .count = 0 };
	struct sink_result result;
	struct err err = { 0 };
	char hosts[256];
	struct schema *s;
	struct sink *sink;

	snprintf(hosts, sizeof(hosts), "127.0.0.1:1, %s", conf.fe_http);
	other.fe_http = hosts;
	sink = sink_open(&other, &err);
	s = ready(sink, "hosts");
	contract_add(&r, s, false, 1, "x");
	is_int(contract_load(sink, s, &r, "hosts-1", &result), SINK_LOADED,
			"the second frontend is asked when the first is gone");
	sink_close(sink);
	other = conf;
	other.password = (char *)"s3cret-and-wrong";
	sink = sink_open(&other, &err);
	is_int(sink_prepare(sink, s, &err), -1, "a wrong password is refused");
	ok(err.kind == ERR_DENIED && !strstr(err.msg, "s3cret"), "and is not shown: %s", err.msg);
	sink_close(sink);
	other.fe_http = (char *)"127.0.0.1:1";
	other.password = conf.password;
	sink = sink_open(&other, &err);
	sink_prepare(sink, s, &err);
	contract_add(&r, s, false, 1, "x");
	is_int(sink_load(sink, s, r.rows, r.count, "hosts-2", &result, &err), SINK_REFUSED, "no frontend at all");
	is_int(err.kind, ERR_UNREACHABLE, "is unreachable: %s", err.msg);
	sink_close(sink);
	schema_unref(s);
}

static void test_check(void)
{
	struct schema *s = contract_schema("never_made", false), *none = contract_schema("labels", false);
	struct schema *schemas[] = { s, none };
	struct report report;
	struct err err = { 0 };

	none->nkey = 0;
	report_init(&report);
	is_int(sink_check(&conf, schemas, 2, &report, &err), 0, "check (%s)", err.msg);
	for (size_t i = 0; i < report.count; i++)
		printf("# %s: %s\n", report.items[i].subject, report.items[i].found);
	is_int(report_count(&report, REPORT_PROBLEM), 1, "one problem: a table without a key");
	ok(report_count(&report, REPORT_OK) >= 4, "the rest is fine");
	report_done(&report);
	schema_unref(s);
	schema_unref(none);
}

int main(int argc, char **argv)
{
	struct err err = { 0 };
	struct sink *sink;

	if (argc != 4) {
		fprintf(stderr, "usage: sink_test FE_HTTP FE_MYSQL CONTROL\n");
		return 2;
	}
	conf.fe_http = argv[1];
	conf.fe_mysql = argv[2];
	control = argv[3];
	sink = sink_open(&conf, &err);
	if (!sink) {
		printf("Bail out! %s\n", err.msg);
		return 1;
	}
	sql = starrocks_sql_new(&conf);
	contract_run(sink, "contract", dump);
	test_faults(sink);
	test_refused_rows(sink);
	test_refused_many(sink, MANY);
	test_refused_many(sink, MANY / 50);
	test_too_long(sink);
	test_parts();
	test_ddl_faults(sink);
	test_hosts();
	test_check();
	starrocks_sql_free(sql);
	sink_close(sink);
	return tap_done();
}
