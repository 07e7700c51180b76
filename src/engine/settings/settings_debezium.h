/*
 * settings_debezium.h - what Debezium's options are here, where they are not settings of the same name: another name,
 * no meaning, or not to be had. The reading of the configuration explains an unknown key by it, `convert` translates by
 * it, and docs/options.md lists all of it.
 */
#ifndef ENGINE_SETTINGS_DEBEZIUM_H
#define ENGINE_SETTINGS_DEBEZIUM_H

enum debezium_fate {
	DEBEZIUM_RENAMED, /* a setting of another name or section */
	DEBEZIUM_MOOT,	  /* decides nothing here: what it is for happens by itself */
	DEBEZIUM_LOST	  /* would be missed, unless it has Debezium's preset */
};

struct debezium_option {
	const char *key; /* of the connector; "driver.*" is a family */
	enum debezium_fate fate;
	const char *section, *name; /* RENAMED: the setting */
	const char *preset;	    /* LOST: the value that asks for nothing; NULL: none does */
	const char *why;	    /* for a person who set it */
};

extern const struct debezium_option debezium_options[]; /* ends with key NULL */

const struct debezium_option *debezium_option_find(
		const char *key); /* NULL: no such option, or a setting of its name */
/* For a key that the section does not have: what to do instead. NULL: nothing is known about it. */
const char *debezium_explain(const char *section, const char *key);

#endif
