#!/bin/bash
# The contract of the log against a real Kafka broker (KRaft, then ZooKeeper), which is killed and restarted on the way.
set -eu

top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
program=${top_builddir:-.}/tests/e2e/log_test
dir=$(mktemp -d)
kafka=$top_srcdir/tests/servers/kafka

cleanup() {
	for mode in kraft zookeeper; do
		if [ -d "$dir/$mode" ]; then
			"$kafka" stop "$dir/$mode"
		fi
	done
	rm -rf "$dir"
}
trap cleanup EXIT

cat >"$dir/broker" <<EOF
#!/bin/sh
exec "$kafka" "\$1" "$dir/\$BROKER_MODE"
EOF
chmod +x "$dir/broker"

for mode in kraft zookeeper; do
	option=
	[ "$mode" = kraft ] || option=--zookeeper
	"$kafka" start "$dir/$mode" $option >/dev/null
	BROKER_MODE=$mode "$program" kafka "$(sed -n 's/^bootstrap=//p' "$dir/$mode/env")" "$dir/broker" >"$dir/$mode.tap" || true
	cat "$dir/$mode.tap"
	"$kafka" stop "$dir/$mode"
done | awk '
	/^1\.\./ { next }
	/^(not )?ok [0-9]+/ { n++; sub(/ok [0-9]+/, "ok " n) }
	/^not ok/ { failed = 1 }
	{ print }
	END { print "1.." n; exit failed || n < 500 }'
