/*
 * SdkLoad.java - StarRocks' own Stream Load SDK against a server that says it is StarRocks: what the Flink and Kafka connectors do,
 * in one program. Each argument behind the addresses is a step, or a URL that is asked for before the next one; a line per step
 * says what came of it.
 *
 *   SdkLoad FE_HTTP FE_MYSQL STEP|URL...
 */
import com.starrocks.data.load.stream.StreamLoadDataFormat;
import com.starrocks.data.load.stream.StreamLoadSnapshot;
import com.starrocks.data.load.stream.properties.StreamLoadProperties;
import com.starrocks.data.load.stream.properties.StreamLoadTableProperties;
import com.starrocks.data.load.stream.v2.StreamLoadManagerV2;

import java.net.URL;

public class SdkLoad {
	static String http, mysql;

	static StreamLoadTableProperties.Builder table(String name, StreamLoadDataFormat format) {
		StreamLoadTableProperties.Builder b = StreamLoadTableProperties.builder().database("d").table(name)
				.streamLoadDataFormat(format).enableUpsertDelete(true);

		if (format == StreamLoadDataFormat.JSON) /* the SDK puts the brackets and commas, its caller the headers */
			b.addProperty("format", "json").addProperty("strip_outer_array", "true");
		return b;
	}

	static StreamLoadManagerV2 open(StreamLoadTableProperties.Builder table, String user, String version,
			boolean transaction, boolean autoCommit) {
		StreamLoadProperties.Builder b = StreamLoadProperties.builder().loadUrls("http://" + http)
				.jdbcUrl("jdbc:mysql://" + mysql).username(user).password("").version(version)
				.labelPrefix("sdk_").maxRetries(3).retryIntervalInMs(50).scanningFrequency(50)
				.expectDelayTime(100).defaultTableProperties(table.build());

		if (transaction)
			b.enableTransaction();
		StreamLoadManagerV2 m = new StreamLoadManagerV2(b.build(), autoCommit);
		m.init();
		return m;
	}

	/* What a sink does at a checkpoint: everything is there, or an exception says why not. */
	static void rows(StreamLoadManagerV2 m, String table, String... rows) {
		m.write(null, "d", table, rows);
		m.flush();
	}

	static String json(int id, String name, int op) {
		return "{\"id\": " + id + ", \"name\": \"" + name + "\", \"__op\": " + op + "}";
	}

	static void step(String step) throws Exception {
		StreamLoadTableProperties.Builder json = table("t", StreamLoadDataFormat.JSON);
		StreamLoadManagerV2 m;
		StreamLoadSnapshot s;

		switch (step) {
		case "json": /* a Stream Load */
		case "retry":
			m = open(json, "root", "3.5.0", false, true);
			rows(m, "t", json(1, "one", 0), json(2, "zwei \u00e9 \ud83d\ude80", 0), json(3, step, 0));
			m.close();
			break;
		case "upsert":
			m = open(json, "root", "3.5.0", false, true);
			rows(m, "t", json(1, "uno", 0), json(2, "", 1));
			m.close();
			break;
		case "lz4":
			m = open(json.addProperty("compression", "lz4_frame"), "root", "3.5.0", false, true);
			rows(m, "t", json(10, "packed", 0));
			m.close();
			break;
		case "csv":
			m = open(table("t", StreamLoadDataFormat.CSV).addProperty("column_separator", ",").columns("id,name,__op"), "root",
					"3.5.0", false, true);
			rows(m, "t", "20,twenty,0", "21,\\N,0");
			m.close();
			break;
		case "transaction": /* begin, load, prepare, commit by itself */
			m = open(json, "root", "3.5.0", true, true);
			rows(m, "t", json(30, "thirty", 0));
			m.close();
			break;
		case "commit": /* exactly once: prepared at a checkpoint, committed when it is complete */
		case "abort":
			m = open(json, "root", "3.5.0", true, false);
			rows(m, "t", json(step.equals("commit") ? 40 : 50, step, 0));
			s = m.snapshot();
			System.out.println(step + ": prepared " + m.prepare(s) + ", " + s.getTransactions().size() + " transaction");
			System.out.println(step + ": ended " + (step.equals("commit") ? m.commit(s) : m.abort(s)));
			m.close();
			break;
		case "bad": /* a row that its column does not take */
			m = open(json, "root", "3.5.0", false, true);
			rows(m, "t", "{\"id\": \"no number\", \"name\": \"x\", \"__op\": 0}");
			m.close();
			break;
		case "password":
			m = open(json, "stranger", "3.5.0", false, true);
			rows(m, "t", json(70, "stranger", 0));
			m.close();
			break;
		case "missing":
			m = open(table("missing", StreamLoadDataFormat.JSON), "root", "3.5.0", false, true);
			rows(m, "missing", json(80, "x", 0));
			m.close();
			break;
		default:
			throw new IllegalArgumentException(step);
		}
	}

	public static void main(String[] args) {
		http = args[0];
		mysql = args[1];
		for (int i = 2; i < args.length; i++)
			try {
				if (args[i].startsWith("http")) {
					new URL(args[i]).openStream().close();
					continue;
				}
				step(args[i]);
				System.out.println(args[i] + ": loaded");
			} catch (Throwable t) {
				StringBuilder why = new StringBuilder();
				for (; t != null; t = t.getCause())
					why.append(t.getMessage()).append(" | ");
				System.out.println(args[i] + ": refused: " + why.toString().replace('\n', ' '));
			}
		System.exit(0); /* threads of its own keep the SDK alive */
	}
}
