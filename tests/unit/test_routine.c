/*
 * test_routine.c - Routine Load: the statements for two tables of the shop and for every type, in the four forms of messages,
 * as text beside tests/golden/routine_load.txt (`test_routine --write` rewrites it); what is refused and with which remedy;
 * SHOW ROUTINE LOAD as releases of StarRocks print it.
 */
#include "tests/tap.h"
#include "tests/unit/golden.h"

#include <unistd.h>

#include "core/buf.h"
#include "engine/routine/engine_routine.h"
#include "engine/routine/routine_convert.h"

static const char *const states[] = { "new", "paid" };

static const struct column customers[] = {
	{ .name = "id", .type = COL_INT, .is_unsigned = true },
	{ .name = "name", .type = COL_VARCHAR, .length = 80, .charset = "utf8mb4" },
	{ .name = "city", .type = COL_VARCHAR, .length = 60, .charset = "utf8mb4", .nullable = true },
	{ .name = NULL },
};
static const struct column orders[] = {
	{ .name = "id", .type = COL_BIGINT, .is_unsigned = true },
	{ .name = "customer_id", .type = COL_INT, .is_unsigned = true },
	{ .name = "status", .type = COL_ENUM, .labels = 2, .label = states },
	{ .name = "amount", .type = COL_DECIMAL, .precision = 10, .scale = 2 },
	{ .name = "created_at", .type = COL_DATETIME, .scale = 6 },
	{ .name = "updated_at", .type = COL_TIMESTAMP, .scale = 3, .nullable = true },
	{ .name = NULL },
};
static const struct column others[] = {
	{ .name = "code", .type = COL_BINARY, .length = 4 },
	{ .name = "day", .type = COL_DATE },
	{ .name = "ms", .type = COL_DATETIME, .scale = 3 },
	{ .name = "doc", .type = COL_JSON },
	{ .name = "flag", .type = COL_TINYINT, .length = 1, .is_boolean = true },
	{ .name = "bit", .type = COL_BIT, .length = 1 },
	{ .name = "raw", .type = COL_VARBINARY, .length = 9 },
	{ .name = "src_raw", .type = COL_INT },
	{ .name = "odd name", .type = COL_DOUBLE },
	{ .name = NULL },
};
static const struct column refused[] = {
	{ .name = "id", .type = COL_INT },
	{ .name = "t", .type = COL_TIME },
	{ .name = "p", .type = COL_POINT },
	{ .name = "v", .type = COL_VECTOR, .length = 3 },
	{ .name = "bits", .type = COL_BIT, .length = 8 },
	{ .name = "a\"b", .type = COL_INT },
	{ .name = NULL },
};

static void die(const char *what, const char *why)
{
	printf("Bail out! %s: %s\n", what, why);
	exit(1);
}

static struct schema *schema_of(const char *table, const struct column *columns, const char *key)
{
	struct schema *s = schema_new("testdb", table);

	for (; columns->name; columns++)
		schema_add_column(s, columns);
	if (key)
		schema_set_key(s, &key, 1);
	s->exact = true;
	return s;
}

/* The presets, and these lines. */
static struct settings *settings_with(const char *lines)
{
	char path[] = "/tmp/test_routine.XXXXXX";
	struct settings *s = settings_new();
	struct err err = { 0 };
	int fd = mkstemp(path);

	if (fd < 0 || write(fd, lines, strlen(lines)) != (ssize_t)strlen(lines) || settings_load(s, path, &err))
		die("settings", err.msg);
	close(fd);
	unlink(path);
	return s;
}

static const char good[] =
		"[mysql]\nskipped.operations = t\ndecimal.handling.mode = string\ntombstones.on.delete = false\n"
		"[kafka]\nbootstrap.servers = k1:9092,k2:9092\n%s\n"
		"[starrocks]\nfe.http = fe:8030\nfe.mysql = fe:9030\n%s\n";

static struct settings *settings_good(const char *kafka, const char *starrocks)
{
	char *lines = NULL;
	struct settings *s;

	if (asprintf(&lines, good, kafka, starrocks) < 0)
		die("asprintf", "no memory");
	s = settings_with(lines);
	free(lines);
	return s;
}

static int plan(const struct settings *s, const struct schema *schema, struct buf *sql, struct report *problems)
{
	const struct routine_wish wish = { .table = "", .version = 30504 };
	struct schema *all[] = { (struct schema *)(uintptr_t)schema };
	struct err err = { 0 };
	int rc;

	report_init(problems);
	buf_init(sql, 1 << 20);
	rc = engine_routine_plan(s, schema, all, 1, &wish, sql, problems, &err);
	if (rc < 0)
		die("plan", err.msg);
	return rc;
}

static void print_one(struct buf *out, const struct settings *s, struct schema *schema)
{
	struct report problems;
	struct buf sql;

	if (plan(s, schema, &sql, &problems) == 0)
		buf_printf(out, "%s;\n\n", sql.data);
	for (size_t i = 0; i < problems.count; i++)
		buf_printf(out, "-- %s: %s -> %s\n", problems.items[i].subject, problems.items[i].found,
				problems.items[i].remedy);
	if (problems.count)
		buf_putc(out, '\n');
	buf_done(&sql);
	report_done(&problems);
	schema_unref(schema);
}

/* A job made by hand; what cannot be carried over is in it, too. */
static const char by_hand[] =
		"-- a job\nCREATE ROUTINE LOAD `shop`.load_orders ON orders\n"
		"COLUMNS TERMINATED BY ',', COLUMNS (id, name, src_at, who, del, at = from_unixtime(src_at / 1000), label = coalesce(name, 'none'),\n"
		"  loud = upper(name), total = a + b, __op = if(del = 'true', 1, 0)),\n"
		"WHERE (who <> 'test' OR who IS NULL) AND id IN (1, 2, 3)\n"
		"PROPERTIES ('format' = 'json', 'jsonpaths' = '[\"$.id\",\"$.name\",\"$.at\",\"$.\\\\\\\"user name\\\\\\\"\",\"$.__deleted\"]', 'max_error_number' = '9', 'new_one' = 'x')\n"
		"FROM KAFKA ('kafka_broker_list' = 'k:9092', 'kafka_topic' = 'mysql.testdb.orders', 'property.sasl.password' = 'topsecret',\n"
		"  'property.sasl.username' = 'u', 'kafka_partitions' = '0', 'kafka_offsets' = '7');\n"
		"CREATE ROUTINE LOAD j2 ON t PROPERTIES ('format' = 'json') FROM KAFKA ('kafka_broker_list' = 'k', 'kafka_topic' = 'plain')";

static void print_conversions(struct buf *out)
{
	struct settings *s = settings_good("message.format = envelope", "");
	struct schema *schema = schema_of("orders", orders, "id");
	struct report problems;
	struct err err = { 0 };
	unsigned lost = 0;
	struct buf sql;

	plan(s, schema, &sql, &problems);
	buf_puts(out, "-- converted\n");
	ok(routine_convert(sql.data, sql.len, out, &lost, &err) == 0, "our own statement is converted");
	ok(lost == 0, "all of it: %u lost", lost);
	ok(routine_convert(by_hand, strlen(by_hand), out, &lost, &err) == 0, "statements made by hand");
	ok(lost == 7, "what could not be carried over is counted: %u", lost);
	ok(strstr(out->data, "topsecret") == NULL, "secrets are not copied");
	ok(routine_convert("SELECT 1", 8, out, &lost, &err) == -1, "what is no such statement is refused");
	buf_done(&sql);
	report_done(&problems);
	schema_unref(schema);
	settings_free(s);
}

static void print_all(struct buf *out)
{
	static const char *const forms[] = { "", "schemas.enable = false", "message.format = envelope",
		"message.format = envelope\nschemas.enable = false" };

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		struct settings *s = settings_good(forms[i],
				"routine.max_batch_interval = 5\nroutine.property.client.id = millrace");

		buf_printf(out, "-- %s\n", *forms[i] ? forms[i] : "flat, with schemas");
		print_one(out, s, schema_of("customers", customers, "id"));
		print_one(out, s, schema_of("orders", orders, "id"));
		if (i % 3 == 0)
			print_one(out, s, schema_of("others", others, "code"));
		settings_free(s);
	}
	{
		struct settings *s = settings_good("", "");

		print_one(out, s, schema_of("refused", refused, "id"));
		print_one(out, s, schema_of("bare", customers, NULL));
		settings_free(s);
	}
	print_conversions(out);
}

static void test_rules(void)
{
	static const struct {
		const char *lines, *remedy;
	} cases[] = {
		{ "[starrocks]\nfe.http = fe:8030\nfe.mysql = fe:9030\n[mysql]\nskipped.operations = t\n",
				"bootstrap.servers" },
		{ "[kafka]\nbootstrap.servers = k\n[mysql]\nskipped.operations = t\n", "fe.mysql" },
		{ "[kafka]\nbootstrap.servers = k\n[starrocks]\nfe.http = fe:8030\nfe.mysql = fe:9030\n",
				"skipped.operations = t" },
		{ "[kafka]\nbootstrap.servers = k\ndelete.tombstone.handling.mode = drop\n",
				"handling.mode = rewrite" },
		{ "[kafka]\nbootstrap.servers = k\ndelete.tombstone.handling.mode = tombstone\n",
				"handling.mode = rewrite" },
		{ "[kafka]\nbootstrap.servers = k\ndelete.tombstone.handling.mode = rewrite-with-tombstone\n",
				"handling.mode = rewrite" },
		{ "[kafka]\nbootstrap.servers = k\nmessage.format = envelope\n", "tombstones.on.delete = false" },
		{ "[mysql]\nmessage.key.columns = testdb.customers:city\n", "message.key.columns" },
		{ "[mysql]\nfield.name.adjustment.mode = avro\n", "field.name.adjustment.mode = none" },
		{ "[table testdb.customers]\nfilter = row.id > 1\n", "no [table] filter" },
		{ "[kafka]\nbootstrap.servers = k\nssl.ca.location = /etc/ca.pem\n", "CREATE FILE" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct settings *s = settings_with(cases[i].lines);
		struct schema *schema = schema_of("customers", customers, "id");
		struct report problems;
		struct buf sql;
		bool found = false;

		ok(plan(s, schema, &sql, &problems) == 1, "refused: %s", cases[i].remedy);
		for (size_t k = 0; k < problems.count; k++)
			found |= strstr(problems.items[k].remedy, cases[i].remedy) != NULL;
		ok(found, "with what to set: %s", cases[i].remedy);
		buf_done(&sql);
		report_done(&problems);
		schema_unref(schema);
		settings_free(s);
	}
}

static void test_secrets(void)
{
	struct settings *s = settings_good("security.protocol = SASL_SSL\nsasl.username = u\nsasl.password = topsecret",
			"routine.property.ssl.key.password = deepsecret");
	struct schema *schema = schema_of("customers", customers, "id");
	struct report problems;
	struct buf sql;

	ok(plan(s, schema, &sql, &problems) == 0, "a statement with secrets");
	ok(strstr(sql.data, "\"property.sasl.username\" = \"u\"") != NULL,
			"security settings of [kafka] are taken over");
	ok(strstr(sql.data, "secret\"") == NULL && strstr(sql.data, "\"property.sasl.password\" = \"******\"") != NULL,
			"secrets are not shown");
	buf_done(&sql);
	report_done(&problems);
	schema_unref(schema);
	settings_free(s);
}

/* ---- SHOW ROUTINE LOAD ---- */

#define STATISTIC \
	"{\"receivedBytes\":900,\"errorRows\":1,\"committedTaskNum\":2,\"loadedRows\":11,\"abortedTaskNum\":3,\"totalRows\":12}"

static void test_job(void)
{
	/* 3.2 and 3.5; then 4.0, whose maps have another order and numbers as text; then 2.5 without what came later. */
	char *names35[] = { "Id", "Name", "CreateTime", "PauseTime", "EndTime", "DbName", "TableName", "State",
		"DataSourceType", "CurrentTaskNum", "JobProperties", "DataSourceProperties", "CustomProperties",
		"Statistic", "Progress", "TimestampProgress", "ReasonOfStateChanged", "ErrorLogUrls", "TrackingSQL",
		"OtherMsg", "LatestSourcePosition" };
	char *values35[] = { "10021", "load_orders", "2026-01-01 00:00:00", "2026-01-02 00:00:00", NULL, "testdb",
		"orders", "PAUSED", "KAFKA", "0", "{\"columnToColumnExpr\":\"id,name\",\"format\":\"json\"}",
		"{\"topic\":\"mysql.testdb.orders\",\"currentKafkaPartitions\":\"0,1\",\"brokerList\":\"k1:9092\"}",
		"{\"group.id\":\"x\"}", STATISTIC, "{\"1\":\"OFFSET_BEGINNING\",\"0\":\"11\"}", "{}",
		"ErrorReason{errCode = 102, msg='Current error rows: 87 is more than max error num: 0. It's late'}",
		"http://be/1", "select 1", "", "{\"0\":\"15\",\"1\":\"4\"}" };
	char *names40[] = { "Id", "Name", "DbName", "TableName", "State", "Statistic", "Warehouse", "Progress",
		"LatestSourcePosition", "OffsetLag", "ReasonOfStateChanged" };
	char *values40[] = { "7", "j", "default_cluster:d", "t", "RUNNING",
		"{\"loadedRows\":\"5\",\"errorRows\":\"0\"}", "w", "{\"0\":4,\"3\":\"OFFSET_ZERO\"}",
		"{\"3\":\"0\",\"0\":\"5\"}", "{}", "" };
	char *names25[] = { "Id", "Name", "State", "Progress" };
	char *values25[] = { "7", "j", "CANCELLED", "not json" };
	struct routine_job job;

	routine_job_parse(&job, names35, values35, 21);
	is_str(job.topic, "mysql.testdb.orders", "3.5: topic");
	ok(job.code == 102, "3.5: code of the reason");
	is_str(job.text, "Current error rows: 87 is more than max error num: 0. It's late",
			"3.5: its text, quotes and all");
	ok(job.loaded == 11 && job.errors == 1 && job.tasks_done == 2 && job.tasks_failed == 3, "3.5: figures");
	ok(job.nplaces == 2 && job.places[0].partition == 0 && job.places[0].next == 12 && job.places[0].end == 15 &&
					job.places[0].lag == 3,
			"3.5: Progress is the last offset that was consumed");
	ok(job.places[1].next == -1 && strcmp(job.places[1].symbol, "OFFSET_BEGINNING") == 0 && job.lag == -1,
			"3.5: a word before anything was consumed, and no lag");
	ok(strstr(routine_remedy(&job), "rows that were refused") != NULL, "3.5: what to do");
	routine_job_free(&job);
	routine_job_parse(&job, names40, values40, 11);
	is_str(job.db, "d", "4.0: the database without the cluster");
	ok(job.nplaces == 2 && job.places[0].next == 5 && job.places[1].next == 0 && job.lag == 0, "4.0: caught up");
	ok(job.loaded == 5 && job.code == -1 && !routine_is_final(&job), "4.0: numbers as text, no reason");
	routine_job_free(&job);
	routine_job_parse(&job, names25, values25, 4);
	ok(job.nplaces == 0 && job.lag == -1 && routine_is_final(&job) && *job.table == '\0',
			"a row that lacks nearly all");
	routine_job_free(&job);
}

static void test_names(void)
{
	char *name = routine_job_name("odd name'é");

	is_str(name, "load_odd_name___", "a job's name has letters, digits and _");
	ok(routine_name_check(name) && !routine_name_check("a b") && !routine_name_check(""), "which is checked");
	free(name);
}

int main(int argc, char **argv)
{
	golden_is("routine_load.txt", argc > 1 && strcmp(argv[1], "--write") == 0, print_all, "each statement");
	test_rules();
	test_secrets();
	test_job();
	test_names();
	return tap_done();
}
