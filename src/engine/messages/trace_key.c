/* trace_key.c - see trace_key.h. */
#include "engine/messages/trace_key.h"

#include <stdio.h>
#include <string.h>

/* Words are parted by blanks or commas; a value in quotes may hold both. */
static char *next_word(char **at)
{
	char *p = *at + strspn(*at, " ,"), *begin = p;
	bool quoted = false;

	if (*p == '\0')
		return NULL;
	for (; *p && (quoted || (*p != ' ' && *p != ',')); p++)
		if (*p == '"')
			quoted = !quoted;
	*at = *p ? p + 1 : p;
	*p = '\0';
	return begin;
}

static char *unquoted(char *value)
{
	size_t n = strlen(value);

	if (n < 2 || value[0] != '"' || value[n - 1] != '"')
		return value;
	value[n - 1] = '\0';
	return value + 1;
}

int trace_key_parse(struct trace_key *k, const char *text, struct err *err)
{
	char *at = k->text, *word;

	k->nparts = 0;
	if (snprintf(k->text, sizeof(k->text), "%s", text) >= (int)sizeof(k->text))
		return err_set(err, ERR_CONFIG, 0, "trace: key: expected at most %zu bytes", sizeof(k->text) - 1);
	while ((word = next_word(&at)) != NULL && k->nparts < TRACE_PARTS) {
		char *equals = strchr(word, '=');

		if (equals && word[0] != '"')
			*equals = '\0';
		else
			equals = NULL;
		k->parts[k->nparts].name = equals ? word : NULL;
		k->parts[k->nparts++].value = unquoted(equals ? equals + 1 : word);
	}
	if (k->nparts == 0 || word || (k->nparts > 1 && k->parts[0].name == NULL))
		return err_set(err, ERR_CONFIG, 0,
				"trace: key: expected 4711, id=4711 or \"a=1 b=2\" (at most %d), found '%.60s'",
				TRACE_PARTS, text);
	return 0;
}

static bool value_is(const struct json_slice *v, const char *value)
{
	return v->len == strlen(value) && memcmp(v->p, value, v->len) == 0;
}

/* The only field of a key, whatever its name. */
static bool only_field_is(const struct json_slice *object, const char *value)
{
	struct json_slice name, v;
	struct json j;

	json_init(&j, object->p, object->len);
	return object->kind == JSON_OBJECT && json_enter(&j, '{') && json_member(&j, &name) &&
			json_value(&j, &v) != JSON_ERROR && value_is(&v, value) && !json_member(&j, &name) &&
			j.problem == NULL;
}

bool trace_key_matches(const struct trace_key *k, const struct json_slice *object, bool is_key)
{
	struct json_slice v;

	if (k->parts[0].name == NULL)
		return is_key && only_field_is(object, k->parts[0].value);
	for (size_t i = 0; i < k->nparts; i++)
		if (k->parts[i].name == NULL || !json_find(object, k->parts[i].name, &v) ||
				!value_is(&v, k->parts[i].value))
			return false;
	return true;
}

bool trace_key_may_match(const struct trace_key *k, const char *p, size_t len)
{
	return memmem(p, len, k->parts[0].value, strlen(k->parts[0].value)) != NULL;
}
