/*
 * engine_rules.c - what is wrong with a configuration by itself, without asking any system. `check` tells each rule that
 * is broken, `run` and a reload refuse the first one: one table serves all, so they say the same.
 */
#include <regex.h>
#include <stdlib.h>

#include "core/xalloc.h"
#include "engine/engine_parts.h"

static int rule_source(const struct settings *s, struct err *err)
{
	return source_conf_check(&s->mysql, err);
}

static int rule_sink(const struct settings *s, struct err *err)
{
	return sink_conf_check(&s->sink, err);
}

static int rule_targets(const struct settings *s, struct err *err)
{
	for (size_t i = 0; i < s->ntables; i++)
		if ((s->tables[i].target && sink_target_check(s->tables[i].target, err)) ||
				(s->tables[i].create_suffix && sink_suffix_check(s->tables[i].create_suffix, err)))
			return err_wrap(err, "[table %.200s]", s->tables[i].name);
	for (size_t i = 0; i < s->ntables; i++)
		if (s->tables[i].schema_change != FOLLOW_EVOLVE && (s->sink.fe_http == NULL || !s->sink.fe_http[0]))
			return err_set(err, ERR_CONFIG, 0,
					"[table %.200s] schema.change: the embedded warehouse always follows its source; leave it out, or set [starrocks] fe.http",
					s->tables[i].name);
	return 0;
}

static int rule_log(const struct settings *s, struct err *err)
{
	return log_conf_check(&s->log, err);
}

static int rule_topics(const struct settings *s, struct err *err)
{
	char text[128];

	for (size_t i = 0; i < s->load.topics.count; i++) {
		regex_t regex;
		int rc = s->load.topics.items[i][0] == '^'
				? regcomp(&regex, s->load.topics.items[i], REG_EXTENDED | REG_NOSUB)
				: -1;

		if (rc == 0)
			regfree(&regex);
		if (rc <= 0)
			continue;
		regerror(rc, &regex, text, sizeof(text));
		return err_set(err, ERR_CONFIG, 0,
				"[load] topics: expected a regular expression after ^, found '%.200s': %s",
				s->load.topics.items[i], text);
	}
	return 0;
}

/* StarRocks' jobs read Kafka and know no Lua. */
static int rule_routine(const struct settings *s, struct err *err)
{
	bool wanted = settings_by_routine(s, NULL);

	for (size_t i = 0; i < s->ntables; i++) {
		if (!settings_by_routine(s, &s->tables[i]))
			continue;
		wanted = true;
		if (table_has_script(&s->tables[i]))
			return err_set(err, ERR_CONFIG, 0,
					"[table %.200s] load = routine: expected no filter and no transform, which a Routine Load job does not run; set load = stream for it",
					s->tables[i].name);
	}
	if (wanted && (s->sink.fe_mysql == NULL || s->log.bootstrap_servers == NULL))
		return err_set(err, ERR_CONFIG, 0,
				"load = routine: expected Kafka and StarRocks ([kafka] bootstrap.servers, [starrocks] fe.http and fe.mysql), found the embedded %s",
				s->sink.fe_mysql ? "log" : "warehouse");
	return 0;
}

/* A script that does not compile must not start a pipeline that then stops in its middle. */
static int rule_scripts(const struct settings *s, struct err *err)
{
	for (size_t i = 0; i < s->ntables; i++) {
		struct script *script;

		if (!table_has_script(&s->tables[i]))
			continue;
		script = table_script_open(s, &s->tables[i], err);
		if (script == NULL)
			return -1;
		script_close(script);
	}
	return 0;
}

static const struct settings_rule {
	bool capture, load; /* whose configuration it is about */
	bool apart;	    /* `check` tells each of them in a line of its own */
	int (*check)(const struct settings *s, struct err *err);
	const char *subject, *remedy;
} rules[] = {
	{ true, false, false, rule_source, "[mysql]", "Correct the setting." },
	{ true, true, false, rule_log, "[kafka]", "Correct the name or the value, or leave the line out." },
	{ false, true, false, rule_sink, "[starrocks]", "Correct the setting." },
	{ false, true, false, rule_topics, "[load] topics", "Correct the expression." },
	{ false, true, false, rule_targets, "[table] target", "Correct the setting." },
	{ false, true, false, rule_routine, "load = routine", "Correct the setting." },
	{ false, true, true, rule_scripts, NULL, NULL },
};

enum { RULES = sizeof(rules) / sizeof(*rules) };

static int rule_run(const struct settings_rule *r, const struct settings *s, enum engine_role role, struct err *err)
{
	bool counts = (r->capture && role != ROLE_LOAD) || (r->load && role != ROLE_CAPTURE);

	return counts ? r->check(s, err) : 0;
}

int engine_check_settings(const struct settings *s, enum engine_role role, struct err *err)
{
	for (int i = 0; i < RULES; i++)
		if (rule_run(&rules[i], s, role, err))
			return -1;
	return 0;
}

bool engine_report_settings(const struct settings *s, enum engine_role role, struct report *report)
{
	size_t before = report->count;
	struct err err;

	for (int i = 0; i < RULES; i++) {
		err_clear(&err);
		if (!rules[i].apart && rule_run(&rules[i], s, role, &err))
			report_add(report, REPORT_PROBLEM, rules[i].subject, rules[i].remedy, "%s", err.msg);
	}
	return report->count == before;
}

void engine_rules_remedies(struct report *r)
{
	for (int i = 0; i < RULES; i++)
		if (rules[i].remedy)
			report_add(r, REPORT_PROBLEM, rules[i].subject, rules[i].remedy, "is not as expected");
}
