/*
 * problem_table.c - every problem that the program can have, and what to do about each. docs/problems.md is printed from
 * this table (`millrace manual --problems`).
 */
#include "engine/status/problems.h"

enum { AT_ONCE = 0, STEADY_MS = 3000 };

static const struct problem_kind kinds[PROBLEM_COUNT] = {
	[PROBLEM_CAPTURE_STOPPED] = {
		"capture-stopped", "half", PROBLEM_ERROR, true, AT_ONCE,
		"No change of any table reaches the log. Nothing is lost as long as MySQL keeps its binlog.",
		"Correct what the text names, then resume capture.", "millrace resume %s", "resume what=%s" },
	[PROBLEM_CAPTURE_RETRYING] = {
		"capture-retrying", "half", PROBLEM_ERROR, true, STEADY_MS,
		"No change reaches the log until a retry succeeds. Nothing is lost as long as MySQL keeps its binlog.",
		"Check the system that the text names; capture retries by itself.", "millrace check", NULL },
	[PROBLEM_CAPTURE_PAUSED] = {
		"capture-paused", "half", PROBLEM_WARNING, true, AT_ONCE,
		"No change reaches the log. Nothing is lost as long as MySQL keeps its binlog.",
		"Resume capture before MySQL purges the binlog.", "millrace resume %s", "resume what=%s" },
	[PROBLEM_CAPTURE_STUCK] = {
		"capture-stuck", "half", PROBLEM_ERROR, true, STEADY_MS,
		"Changes wait in this process and do not get on. Nothing is lost.",
		"Check the system that the text names.", "millrace check", NULL },
	[PROBLEM_LOAD_STOPPED] = {
		"load-stopped", "half", PROBLEM_ERROR, true, AT_ONCE,
		"No row reaches the target. Nothing is lost as long as the log keeps its messages.",
		"Correct what the text names, then resume the load.", "millrace resume %s", "resume what=%s" },
	[PROBLEM_LOAD_RETRYING] = {
		"load-retrying", "half", PROBLEM_ERROR, true, STEADY_MS,
		"No row reaches the target until a retry succeeds. Nothing is lost as long as the log keeps its messages.",
		"Check the system that the text names; the load retries by itself.", "millrace check", NULL },
	[PROBLEM_LOAD_PAUSED] = {
		"load-paused", "half", PROBLEM_WARNING, true, AT_ONCE,
		"No row reaches the target. Nothing is lost as long as the log keeps its messages.",
		"Resume the load before the log's retention removes messages.", "millrace resume %s", "resume what=%s" },
	[PROBLEM_LOAD_STUCK] = {
		"load-stuck", "half", PROBLEM_ERROR, true, STEADY_MS,
		"Rows wait in this process and do not get on. Nothing is lost.",
		"Check the stage that the text names.", "millrace status", NULL },
	[PROBLEM_LOAD_SLOW] = {
		"load-slow", "table", PROBLEM_WARNING, false, STEADY_MS,
		"The rows of this table wait for one load that takes long; the other tables go on. Nothing is lost.",
		"Look at the cluster's load of this label (information_schema.loads); load.timeout ends it, and it is tried again.", "millrace check",
		NULL },
	[PROBLEM_TOO_MANY_VERSIONS] = {
		"too-many-versions", "table", PROBLEM_WARNING, false, AT_ONCE,
		"StarRocks merges the versions of this table more slowly than loads make them, so it is loaded less often. Nothing is lost.",
		"Give compaction more threads, or set a longer load.interval; by itself the table comes back by a tenth a minute.", "millrace status", NULL },
	[PROBLEM_TABLE_STOPPED] = {
		"table-stopped", "table", PROBLEM_ERROR, true, AT_ONCE,
		"This table no longer changes at the target; the other tables do.",
		"Correct what the text names, then resume the table.", "millrace resume %s", "resume what=%s" },
	[PROBLEM_TABLE_RETRYING] = {
		"table-retrying", "table", PROBLEM_WARNING, false, STEADY_MS,
		"The rows of this table wait; the other tables go on. Nothing is lost.",
		"Check what the text names; the load of the table retries by itself.", "millrace check", NULL },
	[PROBLEM_TABLE_PAUSED] = {
		"table-paused", "table", PROBLEM_WARNING, true, AT_ONCE,
		"The rows of this table wait in the log. Nothing is lost as long as the log keeps its messages.",
		"Resume the table before the log's retention removes messages.", "millrace resume %s", "resume what=%s" },
	[PROBLEM_TABLE_DIFFERENT] = {
		"table-different", "table", PROBLEM_ERROR, true, AT_ONCE,
		"Rows of this table at the target differ from MySQL, and later changes do not mend them.",
		"Read the table again.", "millrace snapshot %s --truncate", "snapshot tables=%s truncate=yes" },
	[PROBLEM_TABLE_MENDING] = {
		"table-mending", "table", PROBLEM_WARNING, false, AT_ONCE,
		"Rows of this table at the target differ from MySQL until the incremental snapshot has read it again.",
		"Nothing: it ends with the snapshot. millrace status shows how far it is.", NULL, NULL },
	[PROBLEM_COLUMN_EMPTY] = {
		"column-empty", "table", PROBLEM_ERROR, true, AT_ONCE,
		"A column that was renamed in MySQL is NULL at the target in rows that have not changed since.",
		"Read the table again.", "millrace snapshot %s --truncate", "snapshot tables=%s truncate=yes" },
	[PROBLEM_SCHEMA_UNKNOWN] = {
		"schema-unknown", "table", PROBLEM_ERROR, true, AT_ONCE,
		"The rows of this table wait in the log until their definition is known; the other tables go on. Nothing is lost.",
		"Check that the schema history topic is the one that capture writes, and whole; the table goes on by itself.",
		"millrace topics", "topics" },
	[PROBLEM_SCHEMA_GUESSED] = {
		"schema-guessed", "table", PROBLEM_WARNING, false, AT_ONCE,
		"Columns of this table at the target may have other types than in MySQL, and decimals and dates other values.",
		"Set schemas.enable = true where the messages are written, or name their schema history topic.", NULL, NULL },
	[PROBLEM_DEAD_LETTERS] = {
		"dead-letters", "topic", PROBLEM_WARNING, false, AT_ONCE,
		"These rows are not at the target; later changes of the same rows are.",
		"Look at the reasons, and correct the script, the target's column or the row.", "millrace dead list", "dead" },
	[PROBLEM_OFFSETS_LOST] = {
		"offsets-lost", "table", PROBLEM_ERROR, true, AT_ONCE,
		"The log has removed messages of this table that were not loaded: rows at the target differ from MySQL.",
		"Read the table again.", "millrace snapshot %s --truncate", "snapshot tables=%s truncate=yes" },
	[PROBLEM_LOG_REPLACED] = {
		"log-replaced", "table", PROBLEM_ERROR, true, AT_ONCE,
		"The log of this table is another one than was loaded from before: made again, emptied, or an older copy. All that it has is "
		"loaded; changes that only the other one had may be missing.",
		"Read the table again.", "millrace snapshot %s --truncate", "snapshot tables=%s truncate=yes" },
	[PROBLEM_OFFSETS_MOVED] = {
		"offsets-moved", "table", PROBLEM_ERROR, true, AT_ONCE,
		"Another program has moved the consumer group. Messages before the new offset may not have been loaded.",
		"Load the table's messages again from the beginning of the log, or read the table again.", "millrace replay %s --from begin", "replay table=%s from=begin" },
	[PROBLEM_TARGET_LOST] = {
		"target-lost", "table", PROBLEM_ERROR, true, AT_ONCE,
		"Rows that were loaded are not at the target: the table was dropped, emptied, or comes from an older copy.",
		"Read the table again.", "millrace snapshot %s --truncate", "snapshot tables=%s truncate=yes" },
	[PROBLEM_TARGET_OLD] = {
		"target-old", "table", PROBLEM_ERROR, true, AT_ONCE,
		"The target had rows before this pipeline loaded its first one. Rows that MySQL does not have stay there.",
		"Read the table again.", "millrace snapshot %s --truncate", "snapshot tables=%s truncate=yes" },
	[PROBLEM_SNAPSHOT_LATE] = {
		"snapshot-late", "half", PROBLEM_WARNING, false, STEADY_MS,
		"MySQL may purge the binlog that has to follow the snapshot before the snapshot ends; it would begin again.",
		"Raise binlog_expire_logs_seconds in MySQL, or raise the limits of the snapshot.",
		"mysql -e \"SET PERSIST binlog_expire_logs_seconds = 604800\"", NULL },
	[PROBLEM_SNAPSHOT_WAITS] = {
		"snapshot-waits", "half", PROBLEM_WARNING, false, STEADY_MS,
		"The incremental snapshot does not get on; the stream goes on.",
		"Correct what the text names; the snapshot goes on by itself.", "millrace snapshot --list", "snapshot action=list" },
	[PROBLEM_LOG_UNLOADED] = {
		"log-unloaded", "log", PROBLEM_WARNING, false, STEADY_MS,
		"At the limit the log removes the oldest of these messages; their tables then have to be read again.",
		"Let the load go on, or raise unloaded.max.bytes in [kafka].", "millrace resume load", "resume what=load" },
	[PROBLEM_DISK_LOW] = {
		"disk-low", "disk", PROBLEM_WARNING, false, STEADY_MS,
		"When the disk is full, what needs it waits until there is room.",
		"Make room on the file system of state.dir, or lower the retention of the log.", NULL, NULL },
	[PROBLEM_DISK_FULL] = {
		"disk-full", "disk", PROBLEM_ERROR, true, STEADY_MS,
		"When the disk is full, what needs it waits until there is room. Nothing is lost.",
		"Make room on the file system of state.dir, or lower the retention of the log.", NULL, NULL },
	[PROBLEM_SECRET_READABLE] = {
		"secret-readable", "file", PROBLEM_WARNING, false, STEADY_MS,
		"Every user of this machine can read a password of MySQL, Kafka or StarRocks.",
		"Take the right to read the file from others, and consider a new password.", "chmod o-rwx %s", NULL },
	[PROBLEM_STATE_DIR_GONE] = {
		"state-dir-gone", "disk", PROBLEM_ERROR, true, STEADY_MS,
		"The embedded log and warehouse are written into files that no longer have a name: they are lost when the process ends.",
		"Stop the process, put the state directory back from a copy, or start with an empty one: a new snapshot is taken.", NULL, NULL },
	[PROBLEM_LAG_GROWS] = {
		"lag-grows", "half", PROBLEM_WARNING, false, STEADY_MS,
		"Rows come faster than they are loaded; the target is further behind every minute.",
		"See which stage is the slowest; add load workers, a longer load.interval, or another process with --role load.",
		"millrace status", NULL },
	[PROBLEM_SECTION_UNKNOWN] = {
		"section-unknown", "table", PROBLEM_ERROR, true, AT_ONCE,
		"The script of this section is applied to no row: what it masks or leaves out is loaded as it is.",
		"Write the name as the server does, then send SIGHUP.", "millrace check", NULL },
	[PROBLEM_NO_KEY] = {
		"update-without-key", "table", PROBLEM_ERROR, true, AT_ONCE,
		"Each UPDATE of this table leaves its old row at the target, beside the new one: flat messages tell the new row only.",
		"Add a primary key, or set [kafka] message.format = envelope; then read the table again.", "millrace snapshot %s --truncate", "snapshot tables=%s truncate=yes" },
	[PROBLEM_TOPIC_REFUSED] = {
		"topic-refused", "topic", PROBLEM_WARNING, false, AT_ONCE,
		"Messages of this topic, which are not rows, are not written. The rows of all tables are.",
		"Correct what the text names, then restart millrace.", NULL, NULL },
	[PROBLEM_HISTORY_LACKS] = {
		"history-lacks", "topic", PROBLEM_WARNING, false, AT_ONCE,
		"The schema history lacks a statement. Rows of captured tables that it is about are stopped; others do not need it.",
		"Raise max.message.bytes of the history topic, then resume the tables that are stopped.", "millrace status", NULL },
	[PROBLEM_ROWS_DIFFERENT] = {
		"rows-different", "table", PROBLEM_ERROR, true, AT_ONCE,
		"Rows of this table at the target are not what MySQL has, and are not on their way: `millrace verify` has looked at them again.",
		"See which rows; --repair reads those that are missing or have other values again, --repair --truncate the table where the target has too many. It ends when a comparison finds none.",
		"millrace verify %s --repair", "verify tables=%s repair=yes" },
	[PROBLEM_SCRIPT_SLOW] = {
		"script-slow", "table", PROBLEM_WARNING, false, AT_ONCE,
		"Rows of this table that take longer than their time are dead letters. While the script is busy, rows of other tables wait.",
		"Make the line that the text names faster, then send SIGHUP.", "millrace dead list", "dead" },
};

const struct problem_kind *problem_kind(enum problem_code code)
{
	return &kinds[code];
}
