/* keymap.c - the table. Its order is the order of the hint bar and of the help screen. */
#include "console/keys/keymap.h"

#define CTRL KEYCODE_CTRL

static const struct key_binding bindings[] = {
	{ { '1' }, ACTION_GO + VIEW_OVERVIEW, SCOPE_ALL, "1", NULL,
			"overview: what is wrong, the way of a change, lag, tables, events" },
	{ { '2' }, ACTION_GO + VIEW_METRICS, SCOPE_ALL, "2", NULL,
			"metrics: every figure over time, beside what it was before" },
	{ { '3' }, ACTION_GO + VIEW_TOPICS, SCOPE_ALL, "3", NULL, "topics: offsets and lag of each partition" },
	{ { '4' }, ACTION_GO + VIEW_LAG, SCOPE_ALL, "4", NULL,
			"lag: positions from the oldest binlog to what is loaded, groups, when all is caught up" },
	{ { '5' }, ACTION_GO + VIEW_TABLES, SCOPE_ALL, "5", NULL, "tables: what was captured, loaded, dropped, dead" },
	{ { '6' }, ACTION_GO + VIEW_EVENTS, SCOPE_ALL, "6", NULL, "events: what happened, newest last" },
	{ { '7' }, ACTION_GO + VIEW_SCRIPTS, SCOPE_ALL, "7", NULL,
			"scripts: rows, cost, dropped and failed rows of each table's; Enter: its text, versions, failures" },
	{ { '8' }, ACTION_GO + VIEW_LOAD, SCOPE_ALL, "8", NULL,
			"load: batches with label, phases and result; which tables wait, and why" },
	{ { '9' }, ACTION_GO + VIEW_SNAPSHOTS, SCOPE_ALL, "9", NULL,
			"snapshots: tables, how far, how fast, what they wait for" },
	{ { '0' }, ACTION_GO + VIEW_CONFIG, SCOPE_ALL, "0", NULL,
			"settings in force, where they are from, what a changed file would do" },
	{ { '!' }, ACTION_GO + VIEW_PROBLEMS, SCOPE_ALL, "!", "problems", "what is wrong, what it means, what to do" },
	{ { 'w' }, ACTION_GO + VIEW_SESSIONS, SCOPE_ALL, "w", NULL,
			"who is attached: the consoles that are open on this process" },
	{ { KEYCODE_TAB }, ACTION_NEXT_VIEW, SCOPE_ALL, "Tab", NULL, "the next view" },
	{ { KEYCODE_BACKTAB }, ACTION_PREVIOUS_VIEW, SCOPE_ALL, "Shift-Tab", NULL, "the view before" },
	{ { 'j', KEYCODE_DOWN }, ACTION_DOWN, SCOPE_ALL, "j Down", NULL, "to the next line" },
	{ { 'k', KEYCODE_UP }, ACTION_UP, SCOPE_ALL, "k Up", NULL, "to the line before" },
	{ { 'l', KEYCODE_RIGHT }, ACTION_RIGHT, SCOPE_LISTS | SCOPE_OVERVIEW, "l Right", NULL,
			"to columns that do not fit; on a chart to the next value" },
	{ { 'h', KEYCODE_LEFT }, ACTION_LEFT, SCOPE_LISTS | SCOPE_OVERVIEW, "h Left", NULL, "the same to the left" },
	{ { CTRL('f'), KEYCODE_PAGE_DOWN }, ACTION_PAGE_DOWN, SCOPE_ALL, "PgDn Ctrl-F", NULL, "down one page" },
	{ { CTRL('b'), KEYCODE_PAGE_UP }, ACTION_PAGE_UP, SCOPE_ALL, "PgUp Ctrl-B", NULL, "up one page" },
	{ { CTRL('d') }, ACTION_HALF_DOWN, SCOPE_ALL, "Ctrl-D", NULL, "down half a page" },
	{ { CTRL('u') }, ACTION_HALF_UP, SCOPE_ALL, "Ctrl-U", NULL, "up half a page" },
	{ { 'g', KEYCODE_HOME }, ACTION_FIRST, SCOPE_ALL, "g Home", NULL, "to the first line" },
	{ { 'G', KEYCODE_END }, ACTION_LAST, SCOPE_ALL, "G End", NULL, "to the last line; events then follow" },
	{ { KEYCODE_ENTER }, ACTION_OPEN,
			SCOPE_ALL &
					~(SCOPE_HELP | SCOPE_TOPICS | SCOPE_SNAPSHOTS | SCOPE_METRICS | SCOPE_PROBLEM |
							SCOPE_TOPIC),
			"Enter", "detail", "everything about this line" },
	{ { KEYCODE_ENTER }, ACTION_OPEN, SCOPE_METRICS, "Enter", "chart",
			"this figure on the whole screen; arrows read a value, J and K go to another figure" },
	{ { KEYCODE_ENTER }, ACTION_MESSAGES, SCOPE_TOPICS, "Enter", "messages", "what the log has of this topic" },
	{ { 'i' }, ACTION_TOPIC, SCOPE_TOPICS | SCOPE_TABLES, "i", "topic",
			"its topic: partitions, sizes, groups, settings in force" },
	{ { 'm' }, ACTION_MESSAGES, SCOPE_TABLES | SCOPE_PROBLEM | SCOPE_TOPIC, "m", "messages",
			"what the log has of this table" },
	{ { 'T' }, ACTION_TRACE, SCOPE_TABLES | SCOPE_MESSAGES, "T", "trace",
			"what became of one row, from MySQL to the target" },
	{ { '+' }, ACTION_WIDER, SCOPE_METRICS, "+", "longer", "more time: 5 minutes, 1 hour, 24 hours" },
	{ { '-' }, ACTION_NARROWER, SCOPE_METRICS, "-", "shorter", "less time" },
	{ { 'c' }, ACTION_BESIDE, SCOPE_METRICS, "c", "compare",
			"lay the same window of 1 hour or 1 day before beside it" },
	{ { 'W' }, ACTION_STAGES, SCOPE_ALL & ~SCOPE_HELP, "W", NULL,
			"stages: rows, rates, latencies, queues; where the time goes" },
	{ { 'p' }, ACTION_PAUSE_RESUME, SCOPE_STAGES | SCOPE_TABLES | SCOPE_SNAPSHOTS, "p", "pause/resume",
			"pause the selected half or table, or let it go on; failed ones are resumed" },
	{ { 'P' }, ACTION_PAUSE, SCOPE_STAGES | SCOPE_TABLES | SCOPE_SNAPSHOTS, "P", NULL,
			"pause it; all that are marked" },
	{ { 'R' }, ACTION_RESUME, SCOPE_STAGES | SCOPE_TABLES | SCOPE_SNAPSHOTS, "R", NULL,
			"let it go on; all that are marked" },
	{ { '/' }, ACTION_SEARCH, SCOPE_LISTS | SCOPE_HELP, "/", "search", "go to the next line that contains a text" },
	{ { 'n' }, ACTION_NEXT, SCOPE_LISTS | SCOPE_HELP, "n", NULL, "to the next line that was searched for" },
	{ { 'N' }, ACTION_PREVIOUS, SCOPE_LISTS | SCOPE_HELP, "N", NULL, "to the one before" },
	{ { 'f' }, ACTION_FILTER, SCOPE_LISTS, "f", "filter",
			"show only lines that contain a text, a leading ! turns it round; messages: Lua, 'text or ~regex" },
	{ { ' ' }, ACTION_MARK, SCOPE_TABLES | SCOPE_TOPICS | SCOPE_DEAD | SCOPE_MESSAGES, "Space", "mark",
			"mark the line for what is done next, or not; two messages: d compares them; topics: their messages" },
	{ { 'U' }, ACTION_UNMARK, SCOPE_TABLES | SCOPE_TOPICS | SCOPE_DEAD | SCOPE_MESSAGES, "U", NULL,
			"take all marks away" },
	{ { 'v' }, ACTION_MARK_RANGE, SCOPE_TABLES | SCOPE_TOPICS | SCOPE_DEAD | SCOPE_MESSAGES, "v", NULL,
			"mark all lines from the one that was marked last to this one" },
	{ { 'C' }, ACTION_COLUMNS,
			SCOPE_TABLES | SCOPE_TOPICS | SCOPE_EVENTS | SCOPE_STAGES | SCOPE_LOAD | SCOPE_LAG |
					SCOPE_CONFIG | SCOPE_PROBLEMS | SCOPE_SESSIONS,
			"C", NULL, "which columns are shown: what is hidden makes room for what did not fit" },
	{ { 'O' }, ACTION_WHOLE, SCOPE_LISTS, "O", NULL,
			"the list, or a message, on the whole screen where a pane stands beside it; again: both" },
	{ { 's' }, ACTION_SEEK, SCOPE_MESSAGES, "s", "seek",
			"begin elsewhere: an offset, a time, the newest, the begin, the end" },
	{ { 'F' }, ACTION_FOLLOW, SCOPE_MESSAGES, "F", "follow", "stay at the newest message, or stop there" },
	{ { 'L' }, ACTION_LATEST, SCOPE_MESSAGES, "L", "latest", "only the newest message of each key, or all" },
	{ { 'J' }, ACTION_NEXT_RECORD, SCOPE_MESSAGES | SCOPE_METRICS | SCOPE_PROBLEM, "J", NULL,
			"the next message, chart or problem, without leaving this one's page" },
	{ { 'K' }, ACTION_PREVIOUS_RECORD, SCOPE_MESSAGES | SCOPE_METRICS | SCOPE_PROBLEM, "K", NULL,
			"the one before" },
	{ { ']' }, ACTION_NEXT_TAB, SCOPE_MESSAGES, "]", NULL, "of a message: row, key, headers, source, value, hex" },
	{ { '[' }, ACTION_PREVIOUS_TAB, SCOPE_MESSAGES, "[", NULL, "the same the other way round" },
	{ { ']' }, ACTION_NEXT_TAB, SCOPE_TOPIC, "]", "next part",
			"to its next part: partitions, sizes, groups, settings" },
	{ { '[' }, ACTION_PREVIOUS_TAB, SCOPE_TOPIC, "[", NULL, "to the part before" },
	{ { CTRL('s') }, ACTION_SAVE, SCOPE_MESSAGES, "Ctrl-S", "save",
			"write the messages to a file, as JSON lines or CSV" },
	{ { CTRL('s') }, ACTION_SAVE, SCOPE_EVENTS, "Ctrl-S", "save",
			"write the events that the filter leaves to a new file, as JSON lines or text" },
	{ { 'y' }, ACTION_COPY, SCOPE_ALL, "y", NULL,
			"copy this line, or the value of the message, to the clipboard (OSC 52)" },
	{ { '>' }, ACTION_SORT, SCOPE_SORTED, ">", NULL, "sort by the next column" },
	{ { '<' }, ACTION_SORT_BACK, SCOPE_SORTED, "<", NULL, "sort by the column before" },
	{ { 'I' }, ACTION_INVERT, SCOPE_SORTED, "I", NULL, "turn the order round" },
	{ { 'r' }, ACTION_REPAIR, SCOPE_OVERVIEW | SCOPE_PROBLEMS | SCOPE_PROBLEM, "r", "repair",
			"do what ends the problem" },
	{ { 'D' }, ACTION_DEAD, SCOPE_ALL & ~(SCOPE_MESSAGES | SCOPE_HELP), "D", NULL,
			"dead letters that are open; on a table: those of it" },
	{ { 'r' }, ACTION_REPAIR, SCOPE_DEAD, "r", "retry", "read the rows of the letter or group again" },
	{ { 'x' }, ACTION_DISCARD, SCOPE_DEAD, "x", "discard", "close the letter or group; its rows are not wanted" },
	{ { 'e' }, ACTION_EDIT, SCOPE_DEAD, "e", "edit",
			"its row, by $VISUAL or $EDITOR: loaded with other values, once it is confirmed" },
	{ { 'c' }, ACTION_CHECK, SCOPE_CONFIG, "c", "check the file", "what a reload of the changed file would do" },
	{ { 'c' }, ACTION_CHECK, SCOPE_TOPIC, "c", NULL, "ask the log again" },
	{ { 'c' }, ACTION_CHECK, SCOPE_PROBLEM, "c", "check again", "ask the systems again that the problem is about" },
	{ { 'r' }, ACTION_REPAIR, SCOPE_CONFIG, "r", "reload", "read the configuration file and the scripts again" },
	{ { 'a' }, ACTION_APPLY, SCOPE_SCRIPTS | SCOPE_SCRIPT, "a", "apply",
			"what the files as they are now would do otherwise; a again: they run" },
	{ { 'u' }, ACTION_ROLL_BACK, SCOPE_SCRIPTS | SCOPE_SCRIPT, "u", "roll back",
			"what the version before, or the selected one, would do otherwise; u again: it runs" },
	{ { 'v' }, ACTION_VERSIONS, SCOPE_SCRIPTS | SCOPE_SCRIPT, "v", "versions",
			"the versions that have run, since when, and who" },
	{ { 'd' }, ACTION_DIFFERENCE, SCOPE_SCRIPTS | SCOPE_SCRIPT, "d", "diff",
			"line by line: what runs and the files; in the list of versions two that are chosen by it" },
	{ { 'd' }, ACTION_DIFFERENCE, SCOPE_MESSAGES, "d", "diff", "column by column: two messages that are marked" },
	{ { 'e' }, ACTION_EDIT, SCOPE_SCRIPT, "e", "edit",
			"its file, by $VISUAL or $EDITOR; then what it would do, as a" },
	{ { 't' }, ACTION_PROFILE, SCOPE_SCRIPT, "t", "time of lines", "where its time goes, measured for 30 seconds" },
	{ { 'a' }, ACTION_ACKNOWLEDGE, SCOPE_OVERVIEW | SCOPE_PROBLEMS | SCOPE_PROBLEM, "a", "acknowledge",
			"say that the problem is known" },
	{ { '[' }, ACTION_PAST_BACK, SCOPE_ALL & ~(SCOPE_MESSAGES | SCOPE_PROBLEM | SCOPE_TOPIC), "[", NULL,
			"the screen as it was ten seconds before, and again; Esc goes back to now" },
	{ { ']' }, ACTION_PAST_ON, SCOPE_ALL & ~(SCOPE_MESSAGES | SCOPE_PROBLEM | SCOPE_TOPIC), "]", NULL,
			"the same, ten seconds after" },
	{ { '@' }, ACTION_PAST, SCOPE_ALL & ~(SCOPE_MESSAGES | SCOPE_PROBLEM | SCOPE_TOPIC), "@", NULL,
			"the screen as it was at a time of the last day: 14:02, 90m" },
	{ { 'z' }, ACTION_FREEZE, SCOPE_ALL, "z", NULL, "freeze the screen; the engine goes on" },
	{ { 'A' }, ACTION_MENU, SCOPE_ALL, "A", "actions",
			"all that can be done here, and the command that does the same" },
	{ { ':' }, ACTION_COMMAND, SCOPE_ALL, ":", "command",
			"run a request: pause load, tap sink, snapshot TABLE, ..." },
	{ { KEYCODE_ESCAPE }, ACTION_BACK, SCOPE_ALL, "Esc", NULL, "close, cancel, drop the filter" },
	{ { CTRL('l') }, ACTION_REPAINT, SCOPE_ALL, "Ctrl-L", NULL, "draw the screen afresh" },
	{ { '?', KEYCODE_F1 }, ACTION_GO + VIEW_HELP, SCOPE_ALL, "? F1", "help", "this page" },
	{ { 'q' }, ACTION_QUIT, SCOPE_ALL, "q", "quit", "close what is open, then leave" },
	{ { CTRL('c') }, ACTION_INTERRUPT, SCOPE_ALL, "Ctrl-C", NULL, "says how to leave" },
	{ { CTRL('z') }, ACTION_SUSPEND, SCOPE_ALL, "Ctrl-Z", NULL,
			"to the shell (attached only: it would stop the engine)" },
};

static const struct key_binding *in_force = bindings;

const struct key_binding *keymap_table(size_t *count)
{
	*count = sizeof(bindings) / sizeof(bindings[0]);
	return in_force;
}

void keymap_use(const struct key_binding *table)
{
	in_force = table ? table : bindings;
}

const char *keymap_command(enum action action)
{
	static const char *const commands[ACTION_GO] = {
		[ACTION_OPEN] = "millrace dump VIEW --json",
		[ACTION_MESSAGES] = "millrace messages TOPIC",
		[ACTION_TOPIC] = "millrace dump topic/TOPIC",
		[ACTION_TRACE] = "millrace trace TABLE KEY",
		[ACTION_PAUSE_RESUME] = "millrace pause HELD",
		[ACTION_PAUSE] = "millrace pause HELD",
		[ACTION_RESUME] = "millrace resume HELD",
		[ACTION_ACKNOWLEDGE] = "millrace acknowledge CODE SUBJECT",
		[ACTION_DEAD] = "millrace dead list TABLE",
		[ACTION_DISCARD] = "millrace dead discard ID",
		[ACTION_SAVE] = "millrace dump VIEW --save FILE",
		[ACTION_CHECK] = "millrace check",
		[ACTION_STAGES] = "millrace dump stages",
		[ACTION_PAST] = "millrace dump VIEW --at TIME",
		[ACTION_COMMAND] = "millrace do REQUEST",
		[ACTION_APPLY] = "millrace lua apply --table TABLE",
		[ACTION_ROLL_BACK] = "millrace lua rollback --table TABLE",
		[ACTION_VERSIONS] = "millrace lua versions --table TABLE",
		[ACTION_DIFFERENCE] = "millrace lua diff running files --table TABLE",
		[ACTION_PROFILE] = "millrace lua profile --table TABLE",
	};

	return action < ACTION_GO ? commands[action] : NULL;
}

unsigned keymap_kind(enum action action)
{
	static const unsigned char kinds[ACTION_GO] = {
		[ACTION_OPEN] = KEY_OF_LINE,
		[ACTION_COPY] = KEY_OF_LINE,
		[ACTION_MESSAGES] = KEY_OF_LINE | KEY_OF_NOW,
		[ACTION_TOPIC] = KEY_OF_LINE | KEY_OF_NOW,
		[ACTION_TRACE] = KEY_OF_LINE | KEY_OF_NOW,
		[ACTION_PAUSE_RESUME] = KEY_OF_LINE | KEY_OF_NOW | KEY_CHANGES,
		[ACTION_PAUSE] = KEY_OF_LINE | KEY_OF_NOW | KEY_CHANGES,
		[ACTION_RESUME] = KEY_OF_LINE | KEY_OF_NOW | KEY_CHANGES,
		[ACTION_REPAIR] = KEY_OF_LINE | KEY_OF_NOW | KEY_CHANGES,
		[ACTION_DISCARD] = KEY_OF_LINE | KEY_OF_NOW | KEY_CHANGES,
		[ACTION_ACKNOWLEDGE] = KEY_OF_LINE | KEY_OF_NOW | KEY_CHANGES,
		[ACTION_APPLY] = KEY_OF_LINE | KEY_OF_NOW,
		[ACTION_ROLL_BACK] = KEY_OF_LINE | KEY_OF_NOW,
		[ACTION_VERSIONS] = KEY_OF_LINE | KEY_OF_NOW,
		[ACTION_DIFFERENCE] = KEY_OF_LINE | KEY_OF_NOW,
		[ACTION_PROFILE] = KEY_OF_NOW,
		[ACTION_EDIT] = KEY_OF_NOW,
		[ACTION_DEAD] = KEY_OF_NOW,
		[ACTION_CHECK] = KEY_OF_NOW,
		[ACTION_COMMAND] = KEY_OF_NOW,
	};

	return action < ACTION_GO ? kinds[action] : 0;
}

enum action keymap_find(uint32_t key, unsigned scope)
{
	for (size_t i = 0; i < sizeof(bindings) / sizeof(bindings[0]); i++)
		for (size_t k = 0; k < 4 && in_force[i].keys[k]; k++)
			if (in_force[i].keys[k] == key && in_force[i].scope & scope)
				return in_force[i].action;
	return ACTION_NONE;
}

char keymap_of_view(enum view_id view)
{
	for (size_t i = 0; i < sizeof(bindings) / sizeof(bindings[0]); i++)
		if ((unsigned)in_force[i].action == ACTION_GO + (unsigned)view)
			return in_force[i].keys[0] > ' ' && in_force[i].keys[0] < 127 ? (char)in_force[i].keys[0] : ' ';
	return ' ';
}
