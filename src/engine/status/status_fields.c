/* status_fields.c - the tables of status_fields.h. Texts are Markdown. */
#include "engine/status/status_fields.h"

#include "engine/status/status.h"

#define TEXT(strukt, key, member, help) \
	{ \
		key, F_TEXT, offsetof(struct strukt, member), sizeof(((struct strukt *)0)->member), help \
	}
#define FIELD(strukt, type, key, member, help) \
	{ \
		key, type, offsetof(struct strukt, member), 0, help \
	}
#define TROUBLE(strukt) \
	TEXT(strukt, "error", trouble.error, "The last error while it does not go on; empty: it is well"), \
			TEXT(strukt, "error_kind", trouble.kind, \
					"Its kind: `unreachable`, `retry`, `denied`, `config`, `data`, `fatal`"), \
			FIELD(strukt, F_UINT, "tries", trouble.tries, "Tries that failed in a row"), \
			FIELD(strukt, F_I64, "retry_ms", trouble.retry_ms, \
					"Time until the next one; 0: it is under way, -1: there will be none")
#define END \
	{ \
		NULL, 0, 0, 0, NULL \
	}

const struct status_field status_top_fields[] = {
	TEXT(status, "name", name, "`[millrace] name`"),
	TEXT(status, "version", version, "Of the program"),
	TEXT(status, "role", role, "`all`, `capture` or `load`"),
	FIELD(status, F_STATE, "state", state, "Of the process: the worse one of its halves"),
	FIELD(status, F_I32, "pid", pid, "Process number"),
	FIELD(status, F_I64, "now_us", wall_us, "When this was taken"),
	FIELD(status, F_I64, "uptime_s", uptime_s, "Since the start"),
	FIELD(status, F_BOOL, "draining", draining, "It is stopping and finishes what is in flight"),
	TEXT(status, "log", log_kind, "`embedded` or `kafka`"),
	FIELD(status, F_I64, "dead_open", dead_open,
			"Dead letters of all tables that nobody has closed; -1: not counted yet"),
	FIELD(status, F_I64, "complete_us", complete_us,
			"Everything that was committed up to then is at the target, of all tables; -1: not known"),
	FIELD(status, F_U64, "all_tables", all_tables,
			"How many `tables[]` there are: a console asks for some of them"),
	FIELD(status, F_U64, "all_partitions", all_partitions, "The same of `partitions[]`"),
	FIELD(status, F_U64, "all_scripts", all_scripts, "The same of `scripts[]`"),
	TEXT(status, "complete_gtid", complete_gtid, "What MySQL had executed by then; empty: not known"),
	END,
};
const struct status_field status_capture_fields[] = {
	FIELD(status_capture, F_BOOL, "enabled", enabled, "This process runs this half"),
	FIELD(status_capture, F_STATE, "state", state, "See below"),
	TEXT(status_capture, "server", server, "The MySQL server"),
	TEXT(status_capture, "gtid", gtid, "Executed there, and in the log"),
	TEXT(status_capture, "file", file, "Binlog file of that position"),
	FIELD(status_capture, F_U64, "pos", pos, "Position in it"),
	TEXT(status_capture, "server_gtid", server_gtid, "The server's newest position, as GTID set"),
	TEXT(status_capture, "server_file", server_file, "As binlog file"),
	FIELD(status_capture, F_U64, "server_pos", server_pos, "As position in it"),
	FIELD(status_capture, F_I64, "lag_ms", lag_ms,
			"Age of the newest commit that was read; 0: caught up, -1: not known"),
	FIELD(status_capture, F_I64, "behind_bytes", behind_bytes,
			"Binlog that the server has and that was not read; -1: not known"),
	TEXT(status_capture, "read_file", read_file, "How far the server was read"),
	FIELD(status_capture, F_U64, "read_pos", read_pos, "Position in it"),
	TEXT(status_capture, "oldest_file", oldest_file,
			"The oldest binlog file that the server has; empty: not known"),
	FIELD(status_capture, F_I64, "kept_bytes", kept_bytes,
			"Binlog of the server before what was read; -1: not known"),
	FIELD(status_capture, F_I64, "keeps_ms", keeps_ms,
			"How long the server keeps a file; 0: until somebody purges it, -1: not known"),
	FIELD(status_capture, F_U64, "reconnects", reconnects, "Connections that were made again"),
	TEXT(status_capture, "why", why, "Why it is idle, slow or stuck, in words"),
	TROUBLE(status_capture),
	END,
};
const struct status_field status_snapshot_fields[] = {
	FIELD(status_snapshot, F_BOOL, "running", running, "The initial snapshot is being taken"),
	FIELD(status_snapshot, F_UINT, "tables_done", tables_done, "Tables that are read"),
	FIELD(status_snapshot, F_UINT, "tables_total", tables_total, "Tables in all"),
	FIELD(status_snapshot, F_U64, "rows_done", rows_done, "Rows that are read"),
	FIELD(status_snapshot, F_U64, "rows_total", rows_total, "Rows in all, as the server estimates them"),
	FIELD(status_snapshot, F_I64, "left_ms", left_ms, "Time left; -1: not known"),
	TEXT(status_snapshot, "table", table, "The table that is being read"),
	FIELD(status_snapshot, F_U64, "chunks", chunks, "Chunks of it that are read"),
	FIELD(status_snapshot, F_DOUBLE, "rows_per_s", rows_per_s, "Rows a second"),
	FIELD(status_snapshot, F_I64, "keeps_ms", keeps_ms,
			"How long MySQL still keeps the binlog that has to follow; -1: no limit"),
	END,
};
const struct status_field status_fill_fields[] = {
	FIELD(status_fill, F_UINT, "tables", tables,
			"Tables that are read or wait, until their last rows are in the log"),
	FIELD(status_fill, F_UINT, "orders", orders, "Requests that were not taken up yet"),
	FIELD(status_fill, F_UINT, "tables_done", tables_done, "Tables before them, of the same snapshot"),
	FIELD(status_fill, F_U64, "all_rows", all_rows, "Rows read, of all these tables"),
	FIELD(status_fill, F_U64, "all_total", all_total, "Rows in all, estimated"),
	FIELD(status_fill, F_I64, "all_left_ms", all_left_ms, "Time left for all; -1: not known"),
	FIELD(status_fill, F_BOOL, "paused", paused, "Somebody has paused it"),
	TEXT(status_fill, "table", table, "The table that is being read"),
	FIELD(status_fill, F_U64, "rows", rows, "Rows of it that are read"),
	FIELD(status_fill, F_U64, "total", total, "Rows of it in all, estimated"),
	FIELD(status_fill, F_DOUBLE, "rows_per_s", rows_per_s, "Rows a second"),
	FIELD(status_fill, F_I64, "left_ms", left_ms, "Time left for it; -1: not known"),
	TEXT(status_fill, "throttled", throttled, "What slows it down"),
	TEXT(status_fill, "waits", waits, "What it waits for"),
	TEXT(status_fill, "error", error, "Why it does not go on"),
	END,
};
const struct status_field status_reading_fields[] = {
	TEXT(status_reading, "table", name, "DB.TABLE"),
	FIELD(status_reading, F_NAME, "state", state, "`waiting`, `running`, `done`, or `ended` before its last row"),
	FIELD(status_reading, F_U64, "rows", rows, "Rows that are read"),
	FIELD(status_reading, F_U64, "total", total, "Rows in all, estimated; 0: not known"),
	FIELD(status_reading, F_U64, "chunks", chunks, "Chunks that are read"),
	FIELD(status_reading, F_DOUBLE, "rows_per_s", rows_per_s, "Rows a second"),
	FIELD(status_reading, F_I64, "left_ms", left_ms, "Time left; -1: not known"),
	END,
};
const struct status_field status_load_fields[] = {
	FIELD(status_load, F_BOOL, "enabled", enabled, "This process runs this half"),
	FIELD(status_load, F_STATE, "state", state, "See below"),
	TEXT(status_load, "target", target, "`embedded FOLDER`, or `starrocks` with the frontends"),
	FIELD(status_load, F_I64, "lag_rows", lag_rows, "Messages in the log that are not loaded; -1: not known"),
	FIELD(status_load, F_I64, "lag_ms", lag_ms, "How long the table that lags most is late; -1: not known"),
	FIELD(status_load, F_I64, "kept_rows", kept_rows, "Messages that are loaded and that the log still has"),
	FIELD(status_load, F_DOUBLE, "lag_per_s", lag_per_s, "How the messages that wait change, over the last minute"),
	FIELD(status_load, F_UINT, "topics", topics, "Topics of the log"),
	FIELD(status_load, F_U64, "loads", loads, "Loads since the start"),
	TROUBLE(status_load),
	END,
};
const struct status_field status_stage_fields[] = {
	FIELD(status_stage, F_NAME, "name", name, "`source`, `format`, `log`, `read`, `script`, `sink`"),
	FIELD(status_stage, F_BOOL, "load_half", load_half, "It belongs to the load half"),
	FIELD(status_stage, F_STATE, "state", state, "See below"),
	FIELD(status_stage, F_U64, "in", in, "Rows that came in, since the start"),
	FIELD(status_stage, F_U64, "out", out, "Rows that went out"),
	FIELD(status_stage, F_U64, "bytes", bytes, "Bytes that went out"),
	FIELD(status_stage, F_DOUBLE, "rows_per_s", rows_per_s, "Rows a second, over the last seconds"),
	FIELD(status_stage, F_DOUBLE, "bytes_per_s", bytes_per_s, "Bytes a second"),
	FIELD(status_stage, F_I64, "p50_us", p50_us,
			"Median time from the commit to the end of the stage, over the last minute; -1: no rows"),
	FIELD(status_stage, F_I64, "p99_us", p99_us, "The 99th percentile of it"),
	FIELD(status_stage, F_DOUBLE, "queue_fill", queue_fill, "How full the queue before it is, 0 to 1"),
	FIELD(status_stage, F_DOUBLE, "busy", busy, "Share of the last seconds in which it worked"),
	FIELD(status_stage, F_DOUBLE, "wait_in", wait_in, "In which it waited for rows"),
	FIELD(status_stage, F_DOUBLE, "wait_out", wait_out, "In which it waited for the next stage"),
	END,
};
const struct status_field status_table_fields[] = {
	TEXT(status_table, "table", name, "DB.TABLE"),
	FIELD(status_table, F_STATE, "state", state, "See below"),
	FIELD(status_table, F_I64, "complete_us", complete_us,
			"Everything of it that was committed up to then is at the target; -1: not known"),
	FIELD(status_table, F_U64, "captured", captured, "Rows written to the log, since the start"),
	FIELD(status_table, F_U64, "loaded", loaded, "Rows that the target has taken"),
	FIELD(status_table, F_U64, "duplicates", duplicates,
			"Rows that the target had already, by the label of their load"),
	FIELD(status_table, F_U64, "dropped", dropped, "Rows that the script left out"),
	FIELD(status_table, F_U64, "dead", dead, "Rows that became dead letters"),
	FIELD(status_table, F_I64, "dead_open", dead_open, "Dead letters that nobody has closed; -1: not counted yet"),
	FIELD(status_table, F_I64, "lag_rows", lag_rows, "Messages that are not loaded; -1: not known"),
	FIELD(status_table, F_I64, "lag_ms", lag_ms,
			"Age of its newest row at the target, while some wait; -1: not known"),
	FIELD(status_table, F_I64, "slowed_ms", slowed_ms,
			"Time between two loads while the target has too many versions of it; 0: as it is set"),
	FIELD(status_table, F_I64, "capture_p99_us", capture_p99_us,
			"99th percentile from the commit to the log; -1: no rows"),
	FIELD(status_table, F_I64, "load_p99_us", load_p99_us,
			"99th percentile from the commit to the target; -1: no rows"),
	FIELD(status_table, F_I64, "verified_us", verified_us,
			"When the last comparison with MySQL began; 0: none yet"),
	FIELD(status_table, F_I64, "differences", differences, "Rows that differed then; -1: none yet"),
	TEXT(status_table, "script", script, "Version of its script; empty: no script"),
	TEXT(status_table, "drops", drops, "Dropped rows by reason"),
	TEXT(status_table, "counts", counts, "What its script counts"),
	FIELD(status_table, F_U64, "script_rows", script_rows, "Rows that went through the script"),
	FIELD(status_table, F_U64, "script_ns", script_ns, "Nanoseconds that this took in all"),
	FIELD(status_table, F_NAME, "loader", loader,
			"Who loads it: `stream` (millrace), `routine` (a Routine Load job), `to routine`, `to stream`; empty: not known, or no load half here"),
	TEXT(status_table, "job", job, "The Routine Load job that has it, DATABASE.JOB"),
	TEXT(status_table, "error", error, "Why it does not go on"),
	END,
};
const struct status_field status_script_fields[] = {
	FIELD(status_script, F_NAME, "table", table, "DB.TABLE"),
	FIELD(status_script, F_NAME, "section", section, "Section of the configuration"),
	FIELD(status_script, F_NAME, "script", script, "Its file"),
	TEXT(status_script, "version", version, "As `lua versions` tells it"),
	FIELD(status_script, F_UINT, "place", place, "In the chain of scripts, from 0"),
	FIELD(status_script, F_BOOL, "guarded", guarded, "`script.guard` looks at the version"),
	FIELD(status_script, F_U64, "rows", rows, "Rows that came, since the start"),
	FIELD(status_script, F_U64, "out", out, "Rows that it gave"),
	FIELD(status_script, F_U64, "dropped", dropped, "Rows that it left out"),
	FIELD(status_script, F_U64, "dead", dead, "Rows that failed"),
	FIELD(status_script, F_U64, "ns", ns, "Nanoseconds in all"),
	FIELD(status_script, F_DOUBLE, "rows_per_s", rows_per_s, "Rows a second, over the last seconds"),
	FIELD(status_script, F_I64, "p50_ns", p50_ns, "Median of a row, of those that were sampled; -1: none"),
	FIELD(status_script, F_I64, "p99_ns", p99_ns, "99th percentile of a row; -1: none"),
	FIELD(status_script, F_I64, "instructions", instructions, "Lua instructions of a row, mean; -1: none"),
	FIELD(status_script, F_I64, "bytes", bytes, "Bytes that a row allocates, mean; -1: none"),
	FIELD(status_script, F_U64, "lookups", lookups, "Keys that `lookup` was asked for"),
	FIELD(status_script, F_U64, "lookups_known", lookups_known, "Of these, answered without asking MySQL"),
	FIELD(status_script, F_U64, "lookups_none", lookups_none, "Of these, without a row"),
	FIELD(status_script, F_I64, "memory", memory, "Bytes that its state holds"),
	FIELD(status_script, F_I64, "failed_us", failed_us, "When a row failed last; 0: none has"),
	FIELD(status_script, F_I32, "failed_line", failed_line, "Line at which; 0: not known"),
	TEXT(status_script, "failed_key", failed_key, "Key of that row, without what the script masks"),
	TEXT(status_script, "failed", failed, "The reason"),
	TEXT(status_script, "failed_version", failed_version, "Version that failed"),
	END,
};
const struct status_field status_script_drop_fields[] = {
	TEXT(status_script_drop, "reason", reason, "What `drop(reason)` said; empty: `return nil`"),
	FIELD(status_script_drop, F_U64, "rows", rows, "Rows with this reason"),
	END,
};
const struct status_field status_partition_fields[] = {
	TEXT(status_partition, "topic", topic, "Topic"),
	FIELD(status_partition, F_I32, "partition", id, "Partition"),
	FIELD(status_partition, F_I64, "low", low, "Oldest offset that the log has"),
	FIELD(status_partition, F_I64, "high", high, "Offset of the next message"),
	FIELD(status_partition, F_I64, "kept", kept,
			"Offsets from `low` to `high`: messages, and transaction markers among them"),
	FIELD(status_partition, F_I64, "committed", committed, "Offset of our consumer group; -1: none"),
	FIELD(status_partition, F_I64, "lag", lag, "Messages that are not loaded; -1: not known"),
	FIELD(status_partition, F_DOUBLE, "per_s", per_s,
			"Messages a second that come, transaction markers among them, over the last minute; null: not known"),
	FIELD(status_partition, F_DOUBLE, "lag_per_s", lag_per_s,
			"How `lag` changes, over the last minute; null: not known"),
	END,
};
const struct status_field status_routine_fields[] = {
	TEXT(status_routine, "job", name, "DB.JOB"),
	TEXT(status_routine, "target", target, "DB.TABLE at the target"),
	TEXT(status_routine, "table", table, "Our table whose topic it reads; empty: another topic"),
	TEXT(status_routine, "topic", topic, "Its topic"),
	TEXT(status_routine, "state", state, "StarRocks' word: `RUNNING`, `PAUSED`, .."),
	TEXT(status_routine, "reason", reason, "Of the state"),
	FIELD(status_routine, F_NAME, "remedy", remedy, "What to do where it does not go on"),
	FIELD(status_routine, F_I64, "code", code, "Of the reason; -1: none"),
	FIELD(status_routine, F_I64, "lag", lag, "Messages; -1: not known"),
	FIELD(status_routine, F_U64, "loaded", loaded, "Rows that it has loaded"),
	FIELD(status_routine, F_U64, "errors", errors, "Rows that it has refused"),
	END,
};
const struct status_field status_session_fields[] = {
	TEXT(status_session, "who", who, "As events name it"),
	TEXT(status_session, "name", name, "`attach --name`; empty: none"),
	TEXT(status_session, "user", user, "User of the system, as the socket knows it"),
	TEXT(status_session, "terminal", terminal, "Its terminal, as it says; empty: none"),
	FIELD(status_session, F_BOOL, "read_only", read_only, "Whatever would change something is refused"),
	FIELD(status_session, F_BOOL, "here", here, "The console of this process"),
	FIELD(status_session, F_I64, "since_us", since_us, "Since when"),
	TEXT(status_session, "acted", acted, "The last request of it that changed something; empty: none yet"),
	FIELD(status_session, F_I64, "acted_us", acted_us, "When; 0: none yet"),
	END,
};
const struct status_field status_problem_fields[] = {
	FIELD(status_problem, F_SEVERITY, "severity", severity, "`error`, `warning` or `note`"),
	FIELD(status_problem, F_NAME, "code", code, "See [problems.md](problems.md)"),
	FIELD(status_problem, F_NAME, "kind", kind, "What the subject is: `table`, `half`, `disk`, .."),
	TEXT(status_problem, "subject", subject, "Of what"),
	TEXT(status_problem, "text", text, "What was found"),
	FIELD(status_problem, F_NAME, "means", means, "What it means for the data"),
	FIELD(status_problem, F_NAME, "remedy", remedy, "What to do"),
	TEXT(status_problem, "command", command, "The command that does it; empty: none"),
	TEXT(status_problem, "request", request, "The same as `millrace do` takes it"),
	FIELD(status_problem, F_I64, "since_us", since_us, "Since when"),
	FIELD(status_problem, F_BOOL, "fails", fails, "`status` exits with 1 because of it"),
	FIELD(status_problem, F_BOOL, "holds_up", holds_up,
			"Rows of the table that it is about do not get to the target because of it"),
	TEXT(status_problem, "acknowledged_by", by, "Who knows about it; empty: nobody"),
	FIELD(status_problem, F_I64, "acknowledged_us", acknowledged_us, "Since when somebody knows; 0: nobody does"),
	FIELD(status_problem, F_UINT, "times", times, "How often it came and ended before, as far as is remembered"),
	FIELD(status_problem, F_I64, "left_ms", left_ms,
			"How long there is until what limit says; -1: unknown, or nothing runs out"),
	FIELD(status_problem, F_NAME, "limit", limit, "What happens then; empty: nothing runs out"),
	END,
};
const struct status_field status_bottleneck_fields[] = {
	TEXT(status_bottleneck, "stage", stage, "The stage that limits; empty: none"),
	TEXT(status_bottleneck, "why", why, "Why, in words"),
	END,
};
const struct status_field status_event_fields[] = {
	FIELD(log_entry, F_U64, "seq", seq, "Number, rising"),
	FIELD(log_entry, F_I64, "at_us", wall_us, "When"),
	FIELD(log_entry, F_LEVEL, "level", level, "`error`, `warning`, `notice`, `info`, `debug`"),
	TEXT(log_entry, "part", part, "The part of the program"),
	TEXT(log_entry, "msg", msg, "What happened"),
	END,
};
const struct status_field status_change_fields[] = {
	FIELD(change_entry, F_I64, "at_us", wall_us, "When"),
	FIELD(change_entry, F_CHANGE, "kind", kind,
			"`ddl`: a table of MySQL or of the target, `script`, `settings`, `start` of the process, `action`: a request that changed something"),
	TEXT(change_entry, "part", part, "The part of the program"),
	TEXT(change_entry, "text", text, "What it was"),
	END,
};
