/* engine_routine.c - see engine_routine.h. The rules over a topic are a table; those over columns are the sink's. */
#include "engine/routine/engine_routine.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/xalloc.h"
#include "engine/engine_parts.h"

enum { GROUP_TRIES = 10, GROUP_PAUSE_MS = 300 };

struct subject { /* what a rule looks at */
	const struct settings *s;
	const struct schema *schema;
	struct schema *const *schemas;
	size_t nschemas;
	struct format_encoder *encoder;
	const struct table_check *check;
	char name[TABLE_NAME_ROOM];
	char more[TABLE_NAME_ROOM + 64]; /* what found has to name; "" */
};

static bool log_embedded(struct subject *t)
{
	return t->s->log.bootstrap_servers == NULL;
}

static bool target_embedded(struct subject *t)
{
	return t->s->sink.fe_mysql == NULL;
}

static bool deletes_lost(struct subject *t)
{
	return format_deletes_of(t->encoder) == DELETES_LOST;
}

static bool flat_tombstones(struct subject *t)
{
	return t->s->format.message_format == FORMAT_FLAT && format_has_tombstones(t->encoder);
}

static bool envelope_tombstones(struct subject *t)
{
	return t->s->format.message_format == FORMAT_ENVELOPE && format_has_tombstones(t->encoder);
}

static bool truncates(struct subject *t)
{
	return !t->s->mysql.skip_truncate;
}

/* Rows of one key lie in one partition, in order, only if messages have the table's key. */
static bool other_key(struct subject *t)
{
	if (t->check->nkey != t->schema->nkey)
		return true;
	for (unsigned i = 0; i < t->check->nkey; i++)
		if (!schema_is_key(t->schema, t->check->key[i]))
			return true;
	return false;
}

static bool topic_shared(struct subject *t)
{
	const char *topic = t->check->topic;

	for (size_t i = 0; i < t->nschemas; i++) {
		const struct schema *other = t->schemas[i];

		if ((other->db == t->schema->db && other->table == t->schema->table) ||
				strcmp(format_topic(t->encoder, other->db, other->table), topic) != 0)
			continue;
		snprintf(t->more, sizeof(t->more), ": %s.%s", other->db, other->table);
		return true;
	}
	return false;
}

static bool scripted(struct subject *t)
{
	const struct table_settings *section = settings_for_table(t->s, t->name);

	return section && table_has_script(section);
}

static bool appended(struct subject *t)
{
	struct sink_names names;

	sink_route(&t->s->sink, t->schema->db, t->schema->table, &names);
	return names.append;
}

static bool shared(struct subject *t)
{
	struct sink_names names;

	sink_route(&t->s->sink, t->schema->db, t->schema->table, &names);
	return names.source_column != NULL;
}

static bool names_changed(struct subject *t)
{
	return t->s->format.field_name_mode != NAME_NONE;
}

static bool name_taken(struct subject *t)
{
	for (size_t i = 0; i < t->check->nfindings; i++)
		if (t->check->findings[i].question == CHECK_NAME_TAKEN) {
			snprintf(t->more, sizeof(t->more), ": %s",
					t->schema->columns[t->check->findings[i].column].name);
			return true;
		}
	return false;
}

static const struct routine_rule {
	bool (*broken)(struct subject *t);
	const char *found, *remedy;
} rules[] = {
	{ log_embedded, "the log is embedded, and StarRocks reads Kafka", "[kafka] bootstrap.servers" },
	{ target_embedded, "the target is the embedded warehouse", "[starrocks] fe.http and fe.mysql" },
	{ deletes_lost, "flat messages do not tell a delete as a row, so that deleted rows stay",
			"[kafka] delete.tombstone.handling.mode = rewrite" },
	{ flat_tombstones, "a delete is followed by a message without a value, which is no JSON: the job is paused",
			"[kafka] delete.tombstone.handling.mode = rewrite" },
	{ envelope_tombstones, "a delete is followed by a message without a value, which is no JSON: the job is paused",
			"[mysql] tombstones.on.delete = false" },
	{ truncates, "a TRUNCATE is a message without a row, which pauses the job and cannot empty the table",
			"[mysql] skipped.operations = t, and empty the target by hand after a TRUNCATE" },
	{ other_key, "messages have another key than the table, so that rows of one key may lie in several partitions and be loaded in any order",
			"no [mysql] message.key.columns for this table" },
	{ topic_shared, "another table's rows go into the same topic", "leave one of the two out, or rename it" },
	{ scripted, "its filter and scripts would not run: StarRocks knows no Lua",
			"no [table] filter and transform, or load the table by millrace itself" },
	{ appended, "rows are only added to its target (target.mode = append), and a job updates and deletes by key",
			"target.mode = upsert, or load the table by millrace itself" },
	{ shared, "its target has a column for the source (source.column), which messages do not have",
			"no [table] source.column, or load the table by millrace itself" },
	{ names_changed, "messages have other field names than the table",
			"[mysql] field.name.adjustment.mode = none" },
	{ name_taken, "messages hold a field twice", "[kafka] add.fields.prefix, or rename the column" },
};

static int check_topic(struct subject *t, struct report *problems)
{
	int broken = 0;

	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		t->more[0] = '\0';
		if (!rules[i].broken(t))
			continue;
		report_add(problems, REPORT_PROBLEM, t->check->topic ? t->check->topic : t->name, rules[i].remedy,
				"%s%s", rules[i].found, t->more);
		broken = 1;
	}
	return broken;
}

void engine_routine_remedies(struct report *r)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		report_add(r, REPORT_PROBLEM, "table", rules[i].remedy, "%s", rules[i].found);
}

/* routine.KEY as KEY; the texts are lent. */
static struct conf_pairs wanted_properties(const struct sink_conf *conf)
{
	struct conf_pairs out = { .items = xcalloc(conf->routine.count + 1, sizeof(*out.items)) };

	for (size_t i = 0; i < conf->routine.count; i++) {
		out.items[i] = conf->routine.items[i];
		out.items[i].key += strlen("routine.");
	}
	out.count = conf->routine.count;
	return out;
}

static int plan_statement(struct subject *t, const struct routine_wish *wish, struct buf *sql, struct report *problems)
{
	const struct settings *s = t->s;
	enum value_form *forms = xcalloc(t->schema->ncolumns + 1, sizeof(*forms));
	struct conf_pairs wanted = wanted_properties(&s->sink);
	const struct routine_plan plan = {
		.conf = &s->sink,
		.schema = t->schema,
		.forms = forms,
		.job = wish->job,
		.topic = t->check->topic,
		.brokers = s->log.bootstrap_servers ? s->log.bootstrap_servers : "",
		.envelope = s->format.message_format == FORMAT_ENVELOPE,
		.payload = s->format.schemas_enable,
		.client = &s->log.passthrough,
		.wanted = &wanted,
		.offsets = wish->offsets,
		.noffsets = wish->noffsets,
		.version = wish->version,
		.show_secrets = wish->show_secrets,
	};
	int rc;

	for (unsigned i = 0; i < t->schema->ncolumns; i++)
		forms[i] = format_form_of(&s->format, &t->schema->columns[i]);
	rc = routine_statement(&plan, sql, problems);
	free(forms);
	free(wanted.items);
	return rc ? 1 : 0;
}

int engine_routine_plan(const struct settings *s, const struct schema *schema, struct schema *const *schemas,
		size_t nschemas, const struct routine_wish *wish, struct buf *sql, struct report *problems,
		struct err *err)
{
	struct schema *own = schema_clone(schema);
	struct table_check *check = table_check_new(own);
	struct subject t = {
		.s = s,
		.schema = schema,
		.schemas = schemas,
		.nschemas = nschemas,
		.check = check,
		.encoder = format_encoder_new(&s->format, err),
	};
	int rc = t.encoder ? format_check_tables(&s->format, &check, 1, err) : -1;

	snprintf(t.name, sizeof(t.name), "%s.%s", schema->db, schema->table);
	if (rc == 0) {
		rc = check_topic(&t, problems);
		rc |= plan_statement(&t, wish, sql, problems);
	}
	format_encoder_free(t.encoder);
	table_check_free(check);
	schema_unref(own);
	return rc;
}

const struct schema *engine_routine_schema(const struct settings *s, const char *table, struct schema ***schemas,
		size_t *n, struct err *err)
{
	*schemas = NULL;
	*n = 0;
	if (source_schemas(&s->mysql, schemas, n, NULL, err))
		return NULL;
	for (size_t i = 0; i < *n; i++) {
		const struct schema *one = (*schemas)[i];
		size_t len = strlen(one->db);

		if (strncmp(table, one->db, len) == 0 && table[len] == '.' && strcmp(table + len + 1, one->table) == 0)
			return one;
	}
	err_set(err, ERR_CONFIG, 0,
			"table '%.200s': expected db.table as [mysql] table.include.list captures it, found none of that name",
			table);
	return NULL;
}

void engine_routine_schemas_free(struct schema **schemas, size_t n)
{
	for (size_t i = 0; i < n; i++)
		schema_unref(schemas[i]);
	free(schemas);
}

int engine_routine_statement(const struct settings *s, const struct routine_wish *wish, struct buf *sql,
		struct report *problems, struct err *err)
{
	struct schema **schemas;
	size_t n;
	const struct schema *schema = engine_routine_schema(s, wish->table, &schemas, &n, err);
	int rc = schema ? engine_routine_plan(s, schema, schemas, n, wish, sql, problems, err) : -1;

	engine_routine_schemas_free(schemas, n);
	return rc;
}

/* A group that nobody has used has no coordinator at first. */
static int groups_read(const struct settings *s, struct log *log, struct log_groups *out, struct err *err)
{
	for (int tries = 0; log_groups(log, s->load.group, out, err); tries++) {
		if (tries == GROUP_TRIES || (err->kind != ERR_RETRY && err->kind != ERR_UNREACHABLE))
			return -1;
		err_clear(err);
		clock_sleep_ms(GROUP_PAUSE_MS);
	}
	return 0;
}

/* Two loaders of one table would overwrite each other's rows with older ones. */
static int check_not_loaded(const struct settings *s, const struct schema *schema, struct err *err)
{
	struct log *log = log_open(&s->log, err);
	struct log_groups groups = { 0 };
	struct format_encoder *encoder = log ? format_encoder_new(&s->format, err) : NULL;
	const char *topic = encoder ? format_topic(encoder, schema->db, schema->table) : NULL;
	int rc = topic ? groups_read(s, log, &groups, err) : -1;

	for (size_t i = 0; i < groups.count && rc == 0; i++)
		if (strcmp(groups.items[i].topic, topic) == 0 && groups.items[i].offset >= 0)
			rc = err_set(err, ERR_CONFIG, 0,
					"table %s.%s: millrace itself loads it (group %s has offsets of %s), and two loaders overwrite each "
					"other's rows: leave its topic out of [load] topics and delete those offsets first",
					schema->db, schema->table, s->load.group, topic);
	log_groups_free(&groups);
	format_encoder_free(encoder);
	if (log)
		log_close(log);
	return rc;
}

static int make(const struct settings *s, const struct schema *schema, const char *sql, struct err *err)
{
	struct sink *sink = sink_open(&s->sink, err);
	int rc = sink ? sink_prepare(sink, schema, err) : -1;

	if (rc == 0)
		rc = routine_run(&s->sink, sql, err);
	if (sink)
		sink_close(sink);
	return rc;
}

int engine_routine_create(const struct settings *s, const struct routine_wish *wish, struct buf *sql,
		struct report *problems, struct err *err)
{
	struct routine_wish real = *wish;
	struct schema **schemas;
	size_t n;
	const struct schema *schema = engine_routine_schema(s, wish->table, &schemas, &n, err);
	int rc = schema ? 0 : -1;

	real.show_secrets = true;
	if (rc == 0 && s->sink.fe_mysql)
		rc = routine_version(&s->sink, &real.version, err);
	if (rc == 0)
		rc = engine_routine_plan(s, schema, schemas, n, &real, sql, problems, err);
	if (rc == 0 && !wish->handed_over)
		rc = check_not_loaded(s, schema, err);
	if (rc == 0)
		rc = make(s, schema, sql->data, err);
	engine_routine_schemas_free(schemas, n);
	return rc;
}

const struct routine_job *engine_routine_find(const struct routine_jobs *jobs, const char *name, struct err *err)
{
	const struct routine_job *found = NULL;
	unsigned matches = 0;

	for (size_t i = 0; i < jobs->count; i++) {
		const struct routine_job *job = &jobs->items[i];
		char *by_name = xasprintf("%s.%s", job->db, job->name),
		     *by_table = xasprintf("%s.%s", job->db, job->table);

		if (strcmp(name, job->name) == 0 || strcmp(name, by_name) == 0 || strcmp(name, by_table) == 0) {
			matches++;
			found = job;
		}
		free(by_name);
		free(by_table);
	}
	if (matches == 1)
		return found;
	err_set(err, ERR_CONFIG, 0,
			"routine load '%.200s': expected the name of one job, found %u of it; `millrace routine list` prints them",
			name, matches);
	return NULL;
}
