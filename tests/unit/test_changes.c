/* test_changes.c - what has changed is kept by kind, however much comes of another kind, and comes back after a start. */
#include "core/changes.h"

#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "tests/tap.h"

static struct change_entry all[CHANGES_MOST];

static size_t count_of(enum change_kind kind)
{
	size_t n = changes_read(all), found = 0;

	for (size_t i = 0; i < n; i++)
		found += all[i].kind == kind;
	return found;
}

int main(void)
{
	struct change_entry old = { .wall_us = 5,
		.kind = CHANGED_TABLE,
		.part = "sink",
		.text = "shop.a: columns altered" };
	struct log_entry line;
	enum change_kind kind;
	size_t n;

	changes_tell(CHANGED_TABLE, LOG_NOTICE, "sink", "%s: columns altered", "shop.b");
	is_int(logline_read(0, &line, 1), 1, "what is told is a line of the log");
	is_str(line.msg, "shop.b: columns altered", "as it says");
	for (int i = 0; i < 100; i++)
		changes_keep(CHANGED_ACTION, "engine", "pause %d", i);
	is_int(logline_read(line.seq, &line, 1), 0, "what is only kept is none");
	is_int(count_of(CHANGED_TABLE), 1, "a flood of one kind leaves the others");
	is_int(count_of(CHANGED_ACTION), CHANGES_A_KIND, "of which the newest are kept");
	n = changes_read(all);
	is_str(all[n - 1].text, "pause 99", "the newest last");
	changes_restore(&old);
	changes_restore(&old);
	is_int(count_of(CHANGED_TABLE), 2, "one of before the start comes back, once");
	is_str(all[0].text, "shop.a: columns altered", "in its place");
	old.kind = CHANGED_ACTION;
	changes_restore(&old);
	is_int(count_of(CHANGED_ACTION), CHANGES_A_KIND, "one that is older than all that are kept is not");
	ok(strcmp(all[0].text, "pause 84") != 0 && changes_read(all) == n + 1, "and pushes nothing out");
	changes_keep(CHANGED_SCRIPT, "script", "a\033[2Jb");
	n = changes_read(all);
	ok(strchr(all[n - 1].text, 27) == NULL, "nothing in it acts in a terminal");
	for (int i = 0; i < CHANGED_KINDS; i++)
		ok(change_kind_parse(change_kind_name((enum change_kind)i), &kind) && kind == (enum change_kind)i,
				"%s is read back", change_kind_name((enum change_kind)i));
	ok(!change_kind_parse("other", &kind) && !change_kind_parse(NULL, &kind), "another name is none");
	return tap_done();
}
