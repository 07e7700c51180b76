/* search.c - see search.h. Back references are refused: they let a short expression take for ever. */
#include "engine/messages/search.h"

#include <ctype.h>
#include <string.h>

static int compile(struct search *s, const char *regex, struct err *err)
{
	char why[128];
	int rc;

	for (const char *p = regex; *p; p++)
		if (*p == '\\' && *++p && isdigit((unsigned char)*p))
			return err_set(err, ERR_CONFIG, 0,
					"messages: regex: expected an extended POSIX expression without back references, found '%.60s'",
					regex);
	rc = regcomp(&s->regex, regex, REG_EXTENDED | REG_NOSUB | REG_NEWLINE);
	s->has_regex = rc == 0;
	if (rc == 0)
		return 0;
	regerror(rc, &s->regex, why, sizeof(why));
	return err_set(err, ERR_CONFIG, 0, "messages: regex: '%.60s' is not an extended POSIX expression: %s", regex,
			why);
}

int search_init(struct search *s, const char *text, const char *regex, struct err *err)
{
	*s = (struct search){ .text = text, .text_len = text ? strlen(text) : 0 };
	return regex ? compile(s, regex, err) : 0;
}

void search_done(struct search *s)
{
	if (s->has_regex)
		regfree(&s->regex);
	payload_at_done(&s->key);
	payload_at_done(&s->value);
}

static bool text_in(const struct search *s, const char *p, size_t len)
{
	return memmem(p, len, s->text, s->text_len) != NULL;
}

static bool regex_in(const struct search *s, const char *p, size_t len)
{
	regmatch_t range = { .rm_so = 0, .rm_eo = (regoff_t)len };

	return regexec(&s->regex, p, 1, &range, REG_STARTEND) == 0;
}

bool search_matches(struct search *s, const struct record *r)
{
	const char *key = "", *value = "";
	size_t key_len = 0, value_len = 0;

	if (s->text == NULL && !s->has_regex)
		return true;
	if (r->key)
		payload_find(&s->key, r->key, r->key_len, &key, &key_len);
	if (r->value)
		payload_find(&s->value, r->value, r->value_len, &value, &value_len);
	if (s->text && !text_in(s, key, key_len) && !text_in(s, value, value_len))
		return false;
	return !s->has_regex || regex_in(s, key, key_len) || regex_in(s, value, value_len);
}
