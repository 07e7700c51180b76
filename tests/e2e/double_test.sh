#!/bin/bash
# Checks the StarRocks double against what is known of StarRocks, case by case: what it accepts, what it refuses and in which
# words, what survives a kill. Everything goes through curl and a MySQL client, as a user's would.
set -u
top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
top_builddir=${top_builddir:-.}
export top_builddir
starrocks=$top_srcdir/tests/servers/starrocks

mysql=
for client in mariadb mysql; do
	command -v "$client" >/dev/null && mysql=$client && break
done
if [ -z "$mysql" ] || ! command -v curl >/dev/null; then
	echo "1..0 # SKIP needs curl and a MySQL client"
	exit 0
fi

dir=$(mktemp -d)
trap '"$starrocks" kill "$dir/s"; [ ! -s "$dir/s/log" ] || sed "s/^/# /" "$dir/s/log"; rm -rf "$dir"' EXIT
count=0
failed=0

ok() {
	count=$((count + 1))
	if [ "$1" = 0 ]; then
		echo "ok $count - $2"
	else
		echo "not ok $count - $2"
		failed=$((failed + 1))
	fi
}

# is GOT WANTED NAME; has TEXT PART NAME
is() {
	[ "$1" = "$2" ]
	ok $? "$3"
	[ "$1" = "$2" ] || printf '#   got: %s\n#  want: %s\n' "$(echo "$1" | head -c 600)" "$2"
}
has() {
	case $1 in *"$2"*) ok 0 "$3" ;; *)
		ok 1 "$3"
		printf '#   got: %s\n#  want: %s\n' "$(echo "$1" | head -c 900 | tr '\n' ' ')" "$2"
		;;
	esac
}

start() {
	"$starrocks" start "$dir/s" "$@" >"$dir/start.out" || { cat "$dir/start.out"; exit 1; }
	env_read
}
env_read() { . "$dir/s/env"; }
sql() { "$mysql" -h127.0.0.1 -P"${fe_mysql#*:}" -u"${user:-root}" ${password:+-p"$password"} -N -B -e "$1" 2>&1; }
# load TABLE BODY [curl options]: through the frontend; one line of JSON
load() {
	local table=$1 body=$2
	shift 2
	printf '%s' "$body" | curl -sS --max-time 20 --location-trusted -u root: -H 'Expect: 100-continue' -H 'format: json' "$@" -T - \
		"http://$fe_http/api/d/$table/_stream_load" 2>&1 | tr -s '\n ' ' '
}
rows() { load "$1" "$2" -H 'strip_outer_array: true' "${@:3}"; }
state() { curl -sS --location-trusted -u root: "http://$fe_http/api/d/get_load_state?label=$1" | sed 's/.*"state":"\([A-Z]*\)".*/\1/'; }
fault() { curl -sS "$control/fault?name=$1&count=${2:-1}${3:+&arg=$3}" >/dev/null; }
dump() { curl -sS "$control/dump?table=d.$1"; }
table() { sql "create table d.$1 ($2) primary key(${3:-id}) distributed by hash(${3:-id}) properties('replication_num'='1')"; }
txn() {
	local op=$1 label=$2
	shift 2
	curl -sS --max-time 20 --location-trusted -u root: -H "label: $label" -H 'db: d' -H 'table: t' -H 'Expect: 100-continue' "$@" \
		-X "$([ "$op" = load ] && echo PUT || echo POST)" "http://$fe_http/api/transaction/$op" 2>&1 | tr -s '\n ' ' '
}
txn_load() {
	local label=$1 body=$2
	shift 2
	txn load "$label" -H 'format: json' "$@" --data-binary "$body"
}
# wait_for COMMAND.. WANTED: until the command says it; ten seconds at most
wait_for() {
	local wanted=${*: -1} tries=0
	until [ "$("${@:1:$#-1}")" = "$wanted" ]; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || return 1
		sleep 0.1
	done
}

start --commit-ms 0 --alter-delay-ms 700 --user 'app:pa:ss' --reader look:only

# --- frontend ---
is "$(curl -s -o /dev/null -w '%{http_code}' -X PUT "http://$fe_http/api/d/t/_stream_load")" 401 "no user: 401"
has "$(curl -si -X PUT -u root:wrong "http://$fe_http/api/d/t/_stream_load")" 'WWW-Authenticate: Basic realm=""' "wrong password: 401 asks for Basic"
has "$(curl -s -X PUT -u root:wrong "http://$fe_http/api/d/t/_stream_load")" '"status":"FAILED","code":"1","msg":"Access denied for root@' "and names the user"
has "$(curl -si -X PUT -u root: "http://$fe_http/api/d/t/_stream_load")" 'There is no 100-continue header' "no Expect: refused with 200"
has "$(curl -si -X PUT -u root: "http://$fe_http/api/d/t/_stream_load")" 'HTTP/1.1 200 OK' "with 200 indeed"
answer=$(curl -si -X PUT -u 'app:pa:ss' -H 'Expect: 100-continue' -d x "http://$fe_http/api/d/t/_stream_load?a=b")
has "$answer" "HTTP/1.1 307 Temporary Redirect" "redirect; a password may hold a colon"
has "$answer" "Location: http://$be_http/api/d/t/_stream_load?a=b" "to the backend, without credentials"
has "$answer" "Connection: close" "and the connection ends"
case $answer in *"100 Continue"*) ok 1 "the frontend never says 100" ;; *) ok 0 "the frontend never says 100" ;; esac
has "$(curl -s "http://$fe_http/api/health")" '"online_backend_num":1' "health"
has "$(curl -s "http://$fe_http/api/bootstrap")" '"status":"OK"' "bootstrap"
is "$(curl -s -o /dev/null -w '%{http_code}' "http://$fe_http/api/nothing")" 404 "unknown path"

# --- MySQL ---
is "$(sql 'select version()')" 8.0.33 "version()"
is "$(sql 'select current_version()')" "3.5.4 abcdef0" "current_version()"
is "$(sql 'select 1')" 1 "select 1"
has "$(user=nobody sql 'select 1')" "1045" "unknown user refused"
has "$(user=app password=wrong sql 'select 1')" "1045" "wrong password refused"
is "$(user=app password=pa:ss sql 'select 1+1')" 2 "right password taken"
is "$(user=look password=only sql 'select 1+1')" 2 "a reader reads"
has "$(user=look password=only sql 'create database other')" "Access denied; you need (at least one of) the CREATE" "and makes nothing"
has "$(curl -s -X PUT -u look:only -H 'Expect: 100-continue' -d x "http://$fe_http/api/d/t/_stream_load")" "the INSERT privilege(s) on TABLE t" "and loads nothing"
is "$(curl -s -o /dev/null -w '%{http_code}' -X PUT -u look:only -H 'Expect: 100-continue' -d x "http://$fe_http/api/d/t/_stream_load")" 401 "which is a 401"
has "$("$mysql" -h127.0.0.1 -P"${fe_mysql#*:}" -uroot -N -B nodb -e 'select 1' 2>&1)" 1049 "unknown database at connect"
has "$(sql 'selec 1')" 1064 "syntax error"
is "$(sql 'create database d')" "" "create database"
has "$(sql 'create database d')" 1007 "twice is an error"
is "$(sql 'create database if not exists d')" "" "unless asked"
has "$(sql 'show databases')" "information_schema" "show databases"

pk='properties("replication_num"="1")'
sql 'create table d.r (id int, v int) primary key(id) distributed by hash(id) properties("replication_num"="1")' > /dev/null
routine() { has "$(sql "create routine load d.${3:-j} on ${4:-r} $1")" "$2" "routine load refused: $2"; }
kafka='from kafka("kafka_broker_list"="127.0.0.1:1", "kafka_topic"="t")'
routine "properties('format'='json', 'envelope'='debezium') $kafka" "envelope is invalid property"
routine "properties('format'='json', 'max_batch_interval'='1') $kafka" "max_batch_interval should be >= 5"
routine "properties('format'='json', 'strict_mode'='perhaps') $kafka" "strict_mode should be true or false"
routine "properties('format'='json') from kafka('kafka_topic'='t')" "kafka_broker_list is a required property"
routine "properties('format'='json') from kafka('kafka_broker_list'='h', 'kafka_topic'='t', 'topic'='x')" "topic is invalid kafka property"
routine "properties('format'='json') from kafka('kafka_broker_list'='h', 'kafka_topic'='t', 'kafka_offsets'='1')" "kafka_offsets needs kafka_partitions"
routine "columns(id, v), properties('format'='json') $kafka" "Getting syntax error"
routine "properties('format'='json') $kafka" "Incorrect routine load name" '`a b`'
# librdkafka makes its threads by thrd_create(), which ThreadSanitizer of this compiler does not see: the double would end there.
grep -qa __tsan_init "$top_builddir/tests/servers/double/starrocks-double" ||
	routine "properties('format'='json') $kafka" "failed to get partition meta"
has "$(sql 'pause routine load for d.j')" "There is no job named j in db d" "a job that is not there"
is "$(sql 'show routine load from d')" "" "no jobs"
sql 'drop table d.r' > /dev/null

refuse() { has "$(sql "create table d.x ($1) $2")" "$3" "refused: $4"; }
refuse "v int, id int" "primary key(id) distributed by hash(id) $pk" "Key columns must be the first" "key columns not first"
refuse "id decimal(10,0)" "primary key(id) distributed by hash(id) $pk" "can not be a primary key" "DECIMAL key"
refuse "id char(10)" "primary key(id) distributed by hash(id) $pk" "can not be a primary key" "CHAR key"
refuse "id double" "primary key(id) distributed by hash(id) $pk" "can not be a primary key" "DOUBLE key"
refuse "id int, __op int" "primary key(id) distributed by hash(id) $pk" "reserved" "__op as a column"
refuse "id int" "primary key(id) $pk" "default distribution" "no DISTRIBUTED BY"
refuse "id int, v int" "primary key(id) distributed by hash(v) $pk" "is not key column" "bucket column outside the key"
refuse "id int, v int default 5" "primary key(id) distributed by hash(id) $pk" 1064 "a default without quotes"
refuse "id int, v datetime default '0000-00-00'" "primary key(id) distributed by hash(id) $pk" "Invalid default" "a zero date as default"
refuse "id int, v varchar(1048577)" "primary key(id) distributed by hash(id) $pk" "Varchar size" "VARCHAR beyond 1048576 bytes"
refuse "id int, v char(256)" "primary key(id) distributed by hash(id) $pk" "Char size" "CHAR beyond 255"
refuse "id int, v decimal(39,0)" "primary key(id) distributed by hash(id) $pk" "Precision" "DECIMAL beyond 38"
refuse "id int, v time" "primary key(id) distributed by hash(id) $pk" "Unknown type" "TIME"
refuse "id int" "primary key(id) distributed by hash(id) properties('replication_num'='3')" "replication num" "more replicas than backends"
refuse "id int" "primary key(id) distributed by hash(id) properties('no_such'='3')" "Unknown properties" "an unknown property"

is "$(table t "id bigint not null, name varchar(6), n int not null default '7'")" "" "create table"
has "$(table t "id bigint")" 1050 "twice is an error"
is "$(sql 'show tables from d')" t "show tables"
is "$(sql 'desc d.t' | head -1)" "id	bigint(20)	NO	true	NULL	" "desc"
has "$(sql 'show create table d.t')" 'PRIMARY KEY(`id`)' "show create table"
is "$(sql "select column_name, column_key, is_nullable, column_default from information_schema.columns where table_schema='d' and table_name='t' and column_name<>'name' order by ordinal_position")" \
	"id	PRI	NO	NULL
n		NO	7" "information_schema.columns"
has "$(sql 'show backends')" "${be_http#*:}" "show backends"
has "$(sql 'show frontends')" LEADER "show frontends"
has "$(sql 'select * from d.nothing')" 5502 "unknown table"
has "$("$mysql" -t --column-type-info -h127.0.0.1 -P"${fe_mysql#*:}" -uroot -e 'show tables from d' 2>&1)" "Length:     30" "SHOW columns are declared 30 long"

# --- loads ---
is "$(rows t '[{"id":1,"name":"a","n":1},{"id":2,"name":"b","n":2},{"id":1,"name":"c","n":3}]' -H 'label: L1' | grep -o '"Status.*"NumberLoadedRows": 3')" \
	'"Status": "Success", "Message": "OK", "NumberTotalRows": 3, "NumberLoadedRows": 3' "an array, its keys in order"
is "$(dump t)" "1	c	3
2	b	2" "of two rows with one key the later one wins"
has "$(rows t '[{"id":9,"n":1}]' -H 'label: L1')" '"Status": "Label Already Exists", "ExistingJobStatus": "FINISHED", "Message": "Label [L1] has already been used."' "a label counts once"
is "$(state L1)" VISIBLE "get_load_state"
is "$(state L0)" UNKNOWN "get_load_state of a label that nobody used"
has "$(curl -sS -u root: "http://$fe_http/api/d/get_load_state")" "No label selected." "get_load_state without a label"
has "$(curl -sS -u root: "http://$fe_http/api/nodb/get_load_state?label=a")" "unknown database, database=nodb" "get_load_state of no database"
has "$(rows t '[{"id":1}]' -H 'label: L 1')" "Label format error" "a label with a blank"
has "$(load t '{"id":3,"n":1}
{"id":4,"n":1,"unknown":{"a":[1,"x"]}} {"id":5,"n":1}')" '"NumberLoadedRows": 3' "documents one after the other, unknown keys ignored"
has "$(load t '[{"id":3,"n":1}]')" "does not have the requested type" "an array without strip_outer_array"
has "$(rows t '{"id":3,"n":1}')" "does not have the requested type" "documents with strip_outer_array"
has "$(load t 'Hello')" "illegal json started with H" "no JSON"
has "$(load t '{"id":3,"n":1')" '"Status": "Fail"' "JSON that ends too early"
has "$(rows t '[{"id":3,"n":1} {"id":4}]')" '"Status": "Fail"' "JSON without a comma"
has "$(rows t '[]')" "all partitions have no load data" "nothing to load"
has "$(load nothing '{}')" 'unknown table \"d.nothing\"' "unknown table"
has "$(rows t '[{"id":6,"n":1,"name":"1234567"}]')" "too many filtered rows" "a string longer than its column"
answer=$(rows t '[{"id":6,"n":1,"name":"äöüß"},{"id":7,"n":1}]' -H 'max_filter_ratio: 0.6')
has "$answer" '"NumberTotalRows": 2, "NumberLoadedRows": 1, "NumberFilteredRows": 1, "NumberUnselectedRows": 0' "length counts bytes; max_filter_ratio lets one pass"
url=$(sed 's/.*"ErrorURL": "\([^"]*\)".*/\1/' <<< "$answer")
has "$(curl -sS "$url")" "Error: String 'äöüß'(length=8) is too long. The max length of 'name' is 6. Row: {" "ErrorURL says which row and why"
has "$(curl -sS "http://$be_http/api/_load_error_log?file=../data.log")" "file not exist" "ErrorURL serves nothing else"
has "$(rows t '[{"id":8}]')" "too many filtered rows" "a missing NOT NULL column is NULL, not its default"
has "$(rows t '[{"id":8}]' -H 'columns: id')" "Success" "unless columns leaves it out"
is "$(sql 'select n from d.t where id=8')" 7 "then it has its default"
has "$(rows t '[{"ID":9,"n":1}]')" "too many filtered rows" "names are compared byte by byte"
has "$(rows t '[{"id":8,"__op":1,"n":0}]')" Success "__op 1 deletes"
is "$(sql 'select count(*) from d.t where id=8')" 0 "and the row is gone"
has "$(rows t '[{"id":8,"__op":1}]')" "too many filtered rows" "a delete without a NOT NULL column is filtered"
has "$(rows t '[{"id":8,"__op":"delete","n":0}]')" "too many filtered rows" "__op is a number"
has "$(rows t '[{"id":9,"name":"x","n":1,"d":"true"}]' -H "columns: id,name,n,d,__op=if(d='true',1,0)")" Success "__op as an expression"
is "$(sql 'select count(*) from d.t where id=9')" 0 "deletes"
has "$(rows t '[{"id":1,"n":0}]' -H "columns: id,n,__op='delete'")" Success "__op as the word delete"
has "$(rows t '[{"id":1,"n":0}]' -H "columns: id,n,__op='remove'")" "load op type string not supported: remove" "__op as another word"
has "$(rows t '[{"k":{"id":21},"n":5}]' -H 'jsonpaths: ["$.k.id","$.n"]' -H 'columns: id,n')" Success "jsonpaths by position"
has "$(rows t '[{"id":21,"n":5,"__op":1}]' -H 'jsonpaths: ["$.id","$.n"]' -H 'columns: id,n')" Success "with jsonpaths and no path for __op"
is "$(sql 'select count(*) from d.t where id=21')" 1 "a delete becomes an upsert"
has "$(load t '{"data":[{"id":22,"n":1},{"id":23,"n":2}]}' -H 'json_root: $.data' -H 'strip_outer_array: true')" '"NumberLoadedRows": 2' "json_root with an array"
has "$(rows t '[{"id":24,"n":1},{"id":25,"n":9}]' -H 'where: n > 5')" '"NumberLoadedRows": 1, "NumberFilteredRows": 0, "NumberUnselectedRows": 1' "where leaves rows unselected"
has "$(printf '30\tx\t1\n31\t\\N\t2\n' | curl -sS --location-trusted -u root: -H 'Expect: 100-continue' -T - "http://$fe_http/api/d/t/_stream_load")" '"NumberLoadedRows": 2' "CSV"
is "$(sql 'select id, name, n from d.t where id >= 30')" "30	x	1
31	NULL	2" "with NULL"
is "$(sql 'select id from d.t where id in (30,31) order by id desc limit 1')" 31 "ORDER BY, LIMIT"

# --- headers that are refused ---
bad() { has "$(rows t '[{"id":1,"n":1}]' -H "$1" ${4:+-H "$4"})" "$2" "$3"; }
has "$(curl -sS --location-trusted -u root: -H 'Expect: 100-continue' -H 'format: parquet' -X PUT -d x "http://$fe_http/api/d/t/_stream_load")" 'unknown data format, format=parquet' "format"
bad 'timeout: soon' "Invalid timeout format" "timeout"
bad 'strict_mode: perhaps' "Invalid strict mode format. Must be bool type" "strict_mode"
bad 'timezone: Nowhere/City' "Unknown or incorrect time zone: 'Nowhere/City'" "timezone"
bad 'timezone: +08:00' "Success" "timezone as an offset"
bad 'partitions: nope' "Unknown partition 'nope' in table 't'" "partitions"
has "$(load t $'[{"id":77,"name":"\xff"}]' -H 'strip_outer_array: true')" "The input is not valid UTF-8" "a body that is not UTF-8"
head=$(printf 'c%.0s' {1..33000})
has "$(load t '[]' -H "columns: id, $head" -w '%{http_code}')" "000" "a head of more than 32 KiB ends the frontend's connection"
bad 'partial_update: perhaps' "Invalid partial update flag format. Must be bool type" "partial_update"
bad 'compression: rar' "Unsupported compression type: rar" "compression"
bad 'compression: gzip' "Only one of http header content-encoding and compression can be set" "compression twice" 'Content-Encoding: gzip'
bad 'columns: id' "Success" "columns that leave a default"
bad 'columns: n' "Column has no default value. column: id" "columns that leave the key"
has "$(curl -sS -u root: -X PUT -H 'Expect: 100-continue' -H 'format: json' -H 'Content-Length: 104857601' -m 5 "http://$be_http/api/d/t/_stream_load" | tr -s '\n ' ' ')" \
	"The size of this batch exceed the max size [104857600] of json type data data [ 104857601 ]." "JSON above 100 MB, before its body"
has "$(curl -sS -X PUT -d x "http://$be_http/api/d/t/_stream_load")" "no valid Basic authorization" "backend without a user: 200, Fail"

# --- compression ---
body='[{"id":40,"n":1,"name":"zip"},{"id":41,"n":1,"name":"zip"}]'
for tool in gzip zstd 'lz4:lz4_frame'; do
	command -v "${tool%:*}" >/dev/null || continue
	printf '%s' "$body" | "${tool%:*}" -c >"$dir/packed"
	has "$(curl -sS --location-trusted -u root: -H 'Expect: 100-continue' -H 'format: json' -H 'strip_outer_array: true' -H "compression: ${tool#*:}" \
		-T "$dir/packed" "http://$fe_http/api/d/t/_stream_load")" '"NumberLoadedRows": 2' "compression ${tool#*:}"
	has "$(rows t 'not packed' -H "compression: ${tool#*:}")" "Decompress" "a body that is not ${tool#*:}"
done

# --- types ---
table y "id int, ti tinyint, la largeint, de decimal(5,2), du double, fl float, bo boolean, da date, dt datetime, js json, vb varbinary, vc varchar(20)" >/dev/null
rows y '[{"id":1,"ti":-128,"la":"170141183460469231731687303715884105727","de":"0.285","du":"1e300","fl":0.1,"bo":true,"da":"2024-02-29","dt":"2024-02-29T23:59:59.5","js":{"a": [1, "x"], "b":null},"v":"QUI=","vc":"a\tb\\\u00e9\ud83d\ude00"}]' \
	-H 'columns: id,ti,la,de,du,fl,bo,da,dt,js,v,vc,vb=from_base64(v)' >/dev/null
is "$(dump y)" '1	-128	170141183460469231731687303715884105727	0.29	1e+300	0.1	1	2024-02-29	2024-02-29 23:59:59.500000	{"a":[1,"x"],"b":null}	4142	a\tb\\é😀' "values as they are stored"
rows y '[{"id":1,"ti":128,"la":"x","de":"1000","du":"","fl":"x","bo":"maybe","da":"2023-02-29","dt":"0000-00-00 00:00:00","vc":["a", 1]}]' >/dev/null
is "$(dump y)" '1	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	["a",1]' "what no column takes becomes NULL"
has "$(rows y '[{"id":1,"ti":128}]' -H 'strict_mode: true')" "too many filtered rows" "and is filtered in strict mode"
rows y '[{"id":2,"de":"-999.995","dt":1700000000000},{"id":3,"de":-0.004},{"id":4,"de":"1e2"},{"id":5,"de":999.99}]' >/dev/null
is "$(sql 'select id, de, dt from d.y where id > 1')" "2	NULL	NULL
3	0.00	NULL
4	100.00	NULL
5	999.99	NULL" "decimals round half up; epoch milliseconds are no time"
rows y '[{"id":6,"js":"text"}]' >/dev/null
is "$(sql 'select js from d.y where id = 6')" '"text"' "a string in a JSON column is a JSON string"

# --- keys ---
table k "a varchar(200), b varchar(200), v int" a,b >/dev/null
key=$(printf 'x%.0s' $(seq 126))
has "$(rows k "[{\"a\":\"$key\",\"b\":\"\",\"v\":1}]")" Success "a key of 128 encoded bytes"
has "$(rows k "[{\"a\":\"$key\",\"b\":\"x\",\"v\":1}]")" "primary key size exceed the limit." "a key of 129"
has "$(rows k '[{"a":null,"b":"x"}]')" "too many filtered rows" "a NULL in the key"
rows k '[{"a":"","b":"b"},{"a":"a","b":""},{"a":"é","b":"z"}]' >/dev/null
is "$(dump k | cut -c1-4 | tr '\n' '|')" "	b	\\|a		\\|xxxx|é	z|" "rows come sorted by key"

# --- partial and conditional updates ---
table p "id int, a int, b varchar(10), c int default '5'" >/dev/null
rows p '[{"id":1,"a":1,"b":"x","c":1}]' >/dev/null
has "$(rows p '[{"id":1,"b":"y"},{"id":2,"b":"z"},{"id":1,"b":"w"}]' -H 'partial_update: true' -H 'columns: id,b')" Success "partial update"
is "$(dump p)" "1	1	w	1
2	\\N	z	5" "leaves the other columns alone, new rows get defaults"
has "$(rows p '[{"b":"y"}]' -H 'partial_update: true' -H 'columns: b')" "key column id not in partial update columns" "without the key"
has "$(rows p '[{"id":1,"a":0,"b":"old","c":0},{"id":2,"a":9,"b":"new","c":0}]' -H 'merge_condition: a')" Success "merge_condition"
is "$(dump p)" "1	1	w	1
2	9	new	0" "keeps the row whose value is larger"

table q "id int, a int not null, b varchar(10) not null, c decimal(5,2) not null, d datetime not null default current_timestamp, e int" >/dev/null
has "$(rows q '[{"id":1,"e":5}]' -H 'partial_update: true' -H 'columns: id,e')" Success "a new row of a partial update"
is "$(sql "select id, a, b = '', c, d > '2020-01-01', e from d.q")" "1	0	1	0.00	1	5" "gets 0 or nothing in NOT NULL columns without default, and no NULL"
table v "id int, a int, d date not null" >/dev/null
has "$(rows v '[{"id":1,"a":5}]' -H 'partial_update: true' -H 'columns: id,a')" "the double does not know" "of a DATE it is not known what"

# --- moments ---
table w "t datetime, v int" t >/dev/null
rows w '[{"t":"2024-01-01 00:00:00","v":1},{"t":"2024-01-01 00:00:00.5","v":2},{"t":"2024-01-01T00:00:00.500000","v":3},{"t":"2024-01-01 00:00:00.000","v":4}]' >/dev/null
is "$(dump w)" "2024-01-01 00:00:00	4
2024-01-01 00:00:00.500000	3" "a DATETIME in the key is one moment however it is written"
is "$(sql "select v from d.w where t = '2024-01-01 00:00:00.50'")" 3 "and is compared as one"
is "$(sql "select v from d.w where t > '2024-01-01T00:00:00.000' and t in ('2024-01-01 00:00:00.5')")" 3 "by order and IN, too"
is "$(sql "select v from d.w where t between '2024-01-01' and '2024-01-01 00:00:00.0'")" 4 "and a day alone is its midnight"

# --- transactions ---
has "$(txn begin T1)" '"Status": "OK"' "begin"
has "$(txn begin T1)" '"Status": "LABEL_ALREADY_EXISTS", "ExistingJobStatus": "", "Message": ""' "begin twice"
has "$(txn_load T1 '{"id":100,"n":1}')" '"LoadBytes": 16' "load"
has "$(txn_load T1 '{"id":101,"n":1}' -H 'max_filter_ratio: 1')" "load request not equal last." "other headers: refused and rolled back"
is "$(state T1)" ABORTED "rolled back"
txn begin T1 >/dev/null && txn_load T1 '{"id":100,"n":1}' >/dev/null && txn_load T1 '{"id":101,"n":2}' >/dev/null
fault txn_in_processing 2
has "$(txn prepare T1)" TXN_IN_PROCESSING "busy"
has "$(txn prepare T1)" TXN_IN_PROCESSING "busy again"
has "$(txn prepare T1)" '"NumberTotalRows": 2' "prepare; an aborted label may be used again"
is "$(state T1)$(sql 'select count(*) from d.t where id>=100')" PREPARED0 "prepared is not visible"
has "$(txn commit T1)" '"Status": "OK"' "commit"
has "$(txn commit T1)" "has already committed" "commit twice is fine"
has "$(txn rollback T1)" "FAILED" "rollback after commit is not"
is "$(sql 'select count(*) from d.t where id>=100')" 2 "committed"
txn begin T2 >/dev/null
has "$(txn commit T2)" "hasn't send any data yet" "commit without data"
txn begin T3 >/dev/null && txn_load T3 '{"id":102,"n":1}' >/dev/null
has "$(txn rollback T3)" '"Status": "OK"' "rollback"
is "$(state T3)" ABORTED "aborts"
has "$(txn commit T9)" "No transaction found by label T9" "an unknown label"
has "$(txn begin '')" "Empty label." "no label"
fault txn_not_exists
txn begin T4 >/dev/null
has "$(txn_load T4 '{"id":1,"n":1}')" "TXN_NOT_EXISTS" "a backend that lost it"

# --- schema change ---
is "$(sql "alter table d.p comment = 'it''s p'")" "" "ALTER TABLE COMMENT"
is "$(sql "select table_comment from information_schema.tables where table_name = 'p'")" "it's p" "at once"
fault alter_hangs 1 4000
is "$(sql "alter table d.p add column e varchar(10) default 'E' after a")" "" "add column"
has "$(sql 'alter table d.p add column f int')" "A schema change operation is in progress" "one change at a time"
rows p '[{"id":3,"a":3,"e":"lost"}]' >/dev/null
job() { sql "SHOW ALTER TABLE COLUMN FROM \`d\` WHERE TableName = 'p' ORDER BY JobId DESC LIMIT 1" | cut -f10; }
wait_for job FINISHED
ok $? "it ends as FINISHED"
is "$(sql 'select id, a, e, c from d.p where id in (1,3)')" "1	1	E	1
3	3	E	NULL" "old rows have the default; what was loaded before the end is lost"
fault alter_cancelled
sql 'alter table d.p drop column e'
wait_for job CANCELLED
ok $? "a cancelled change"
has "$(sql 'alter table d.p modify column a tinyint')" "Can not change int(11) to tinyint(4)" "a type that would lose values"
has "$(sql 'alter table d.p modify column c bigint')" "Can not change default value" "MODIFY must repeat the default"
has "$(sql 'alter table d.p drop column id')" "key column" "the key stays"
sql "alter table d.p modify column c bigint default '5'" && wait_for job FINISHED
is "$(sql 'desc d.p' | tail -1)" "c	bigint(20)	YES	false	5	" "modify column"
sql 'create table d.f (id int, a int) primary key(id) distributed by hash(id) properties("replication_num"="1", "fast_schema_evolution"="true")'
f_job() { sql 'show alter table column from d where TableName = "f" order by JobId desc limit 1' | cut -f10; }
sql 'alter table d.f add column b int'
is "$(f_job)" FINISHED "with fast schema evolution a new column is there at once"
sql 'alter table d.f modify column a bigint'
case $(f_job) in FINISHED) ok 1 "but a type takes its time" ;; *) ok 0 "but a type takes its time" ;; esac
wait_for f_job FINISHED
fault alter_hangs 1 500000
sql 'alter table d.f modify column b bigint'
sql 'alter table d.p add column g int'
wait_for job FINISHED
is "$(f_job)" PENDING "one that hangs is not done when a later one is"

# --- faults ---
fault no_backend
has "$(rows t '[{"id":1,"n":1}]')" '"Status":"FAILED","Message":"class com.starrocks.common.DdlException: No backend alive."' "no_backend"
fault not_leader
is "$(curl -s -o /dev/null -w '%{http_code} %{redirect_url}' -u root: "http://$fe_http/api/d/get_load_state?label=L1")" "307 http://$fe2_http/api/d/get_load_state?label=L1" "not_leader"
fault redirect_unreachable
has "$(rows t '[{"id":1,"n":1}]')" "curl: (7)" "redirect_unreachable"
fault publish_timeout 1 500
has "$(rows t '[{"id":200,"n":1}]' -H 'label: F1')" "Publish Timeout" "publish_timeout"
is "$(sql 'select count(*) from d.t where id=200')" 1 "has the data"
wait_for state F1 VISIBLE
ok $? "and becomes visible"
fault fail_committed
has "$(rows t '[{"id":201,"n":1}]' -H 'label: F2')" "Transaction status unknown" "fail_committed"
is "$(state F2)$(sql 'select count(*) from d.t where id=201')" VISIBLE1 "says Fail and is committed"
fault cut_after_commit
has "$(rows t '[{"id":202,"n":1}]' -H 'label: F3')" "curl: (52)" "cut_after_commit"
is "$(state F3)" VISIBLE "is committed"
fault cut_body 1 10
has "$(rows t '[{"id":203,"n":1},{"id":204,"n":1}]' -H 'label: F4')" "curl: (5" "cut_body"
is "$(state F4)" ABORTED "is not"
fault cut_before_commit 1 600
rows t '[{"id":205,"n":1}]' -H 'label: F5' >/dev/null
is "$(state F5)" PREPARE "cut_before_commit leaves the label alive"
has "$(rows t '[{"id":205,"n":1}]' -H 'label: F5')" '"ExistingJobStatus": "RUNNING"' "a resend hears RUNNING"
wait_for state F5 ABORTED
ok $? "until it is given up"
has "$(rows t '[{"id":205,"n":1}]' -H 'label: F5')" "Success" "then the same label works"
fault too_many_versions
has "$(rows t '[{"id":1,"n":1}]')" "Too many versions. tablet_id:" "too_many_versions"
fault too_many_filtered
has "$(rows t '[{"id":1,"n":1}]')" '"ErrorURL": "http://' "too_many_filtered"
fault read_only
has "$(rows t '[{"id":1,"n":1}]')" "The cluster is under safe mode state, all load jobs are rejected." "read_only"
fault shutting_down
has "$(rows t '[{"id":1,"n":1}]')" "Service is shutting down, please retry later!" "shutting_down"
fault json_too_big 1 10
has "$(curl -sS --location-trusted -u root: -H 'Expect: 100-continue' -H 'format: json' -X PUT -d '{"id":1,"n":1}' "http://$fe_http/api/d/t/_stream_load")" "Set ignore_json_size to skip the check" "json_too_big"
fault slow_continue 1 1300
has "$(rows t '[{"id":1,"n":1}]')" Success "slow_continue"
fault strange_status
has "$(rows t '[{"id":1,"n":1}]')" '"Status": "Perhaps"' "strange_status"
fault mysql_cut
has "$(sql 'select 1')" "ERROR 20" "mysql_cut"
is "$(curl -s -o /dev/null -w '%{http_code}' "$control/fault?name=nothing")" 400 "an unknown fault is refused"
fault busy -1
rows t '[{"id":1,"n":1}]' >/dev/null
has "$(rows t '[{"id":1,"n":1}]')" "http cuncurrent limit" "a fault without end"
is "$(curl -sS "$control/clear")" "{}" "clear"
has "$(rows t '[{"id":1,"n":1}]')" Success "and all is well"
has "$(curl -sS "$control/stats")" '"d.t": {"loads":' "stats"
has "$(sql "select label, state, type from information_schema.loads where label='F2'")" "F2	FINISHED	STREAM LOAD" "information_schema.loads"

# --- what survives a kill ---
txn begin S1 >/dev/null && txn_load S1 '{"id":300,"n":1}' >/dev/null && txn prepare S1 >/dev/null
txn begin S2 >/dev/null && txn_load S2 '{"id":301}' -H 'max_filter_ratio: 1' >/dev/null
has "$(txn commit S2)" '"NumberFilteredRows": 1' "a transaction without a row"
rows t '[{"id":302,"n":1}]' >/dev/null
before=$(dump t)$(dump p)$(dump y)
before_ports=$fe_http$be_http$fe_mysql
"$starrocks" kill "$dir/s"
printf 'torn' >>"$dir/s/data.log"
"$starrocks" restart "$dir/s" >/dev/null
env_read
is "$fe_http$be_http$fe_mysql" "$before_ports" "the same ports after a restart"
is "$(dump t)$(dump p)$(dump y)" "$before" "the same rows"
has "$(rows t '[{"id":9,"n":1}]' -H 'label: F2')" "FINISHED" "the same labels"
has "$(txn commit S1)" '"Status": "OK"' "a prepared transaction can still be committed"
is "$(sql 'select count(*) from d.t where id=300')" 1 "with its rows"

# Loads run while the double is killed: what was answered must be there, and nothing that was not sent.
loads_until_dead() {
	local n=0
	while has_answer=$(rows k "[{\"a\":\"$1\",\"b\":\"$n\",\"v\":$n}]" -H "label: kill-$1-$n"); do
		case $has_answer in *Success*) echo "$1	$n	$n" >>"$dir/answered" ;; *) return ;; esac
		n=$((n + 1))
	done
}
sql 'truncate table d.k'
: >"$dir/answered"
for round in 1 2 3 4; do
	loads_until_dead "$round-1" &
	loads_until_dead "$round-2" &
	wait_for eval 'grep -c "^$round" "$dir/answered" 2>/dev/null | sed "s/^[0-9][0-9]*[0-9]$/many/"' many
	"$starrocks" kill "$dir/s"
	wait %1 %2 2>/dev/null
	"$starrocks" restart "$dir/s" >/dev/null
	env_read
done
is "$(dump k | sort | comm -13 - <(sort "$dir/answered") | wc -l)" 0 "no answered load is lost in four kills"
is "$(($(dump k | wc -l) <= $(wc -l <"$dir/answered") + 8))" 1 "and at most the unanswered ones are more"
table several "id int not null, s varchar(9) not null, a int null, b int null" "id, s"
rows several '[{"id":1,"s":"x","a":1},{"id":1,"s":"y","a":2},{"id":2,"s":"x"}]' -H 'label: rows1' > /dev/null
sql "update d.several set b = a, a = null where s = 'x' and a is not null"
is "$(sql 'select id, s, a, b from d.several order by id, s' | tr '\t\n' ',;')" "1,x,NULL,1;1,y,2,NULL;2,x,NULL,NULL;" "update of some rows"
sql "delete from d.several where s = 'x'"
is "$(sql 'select id, s from d.several' | tr '\t\n' ',;')" "1,y;" "delete of some rows"
has "$(sql 'delete from d.several' 2>&1)" 'must specify where' "delete needs a condition"
has "$(sql 'update d.several set id = 3 where a = 2' 2>&1)" 'primary key column cannot be updated' "update of a key"
is "$(sql 'truncate table d.t; select count(*) from d.t')" 0 "truncate"
is "$(sql 'drop table d.t; show tables from d like "t"')" "" "drop"
"$starrocks" stop "$dir/s"

# --- other versions ---
rm -rf "$dir/s"
start --backends 3 --commit-ms 0 --max-versions 20 --compactions 2 --user app:secret
node() { curl -sS "$control/node?name=$1&state=$2" >/dev/null; }
sql 'create database d' && table t "id int, n int"
one() { rows t "[{\"id\":$1,\"n\":1}]" -H "label: n$1"; }
status_of() { sed 's/.*"Status": *"\([^"]*\)".*/\1/' <<< "$1"; }

# --- nodes ---
is "$(curl -sS -o /dev/null -w '%{http_code}' "$control/node?name=be9&state=dead")" 400 "an unknown node is refused"
is "$(curl -sS -o /dev/null -w '%{http_code}' "$control/node?name=fe1&state=full")" 400 "and a state that is none of it"
node be1 dead
for i in 1 2 3; do one "$i"; done | grep -o '"Status": "[A-Za-z ]*"' > "$dir/dead"
is "$(sort -u "$dir/dead")" '"Status": "Success"' "loads go to the backends that are alive"
is "$(sql 'show backends' | cut -f9 | tr '\n' ' ')" "false true true " "SHOW BACKENDS says which"
has "$(curl -s "http://$fe_http/api/health")" '"online_backend_num":2' "so does health"
has "$(curl -sS -m 3 "http://$be_http/api/health" 2>&1)" "curl: (7)" "the dead one refuses connections"
node be1 lost; node be2 dead; node be3 dead
has "$(one 4)" "curl: (7)" "one that died a moment ago is still named"
node be1 drained
has "$(one 5)" "No backend alive." "a backend that is drained is not"
is "$(sql 'show backends' | head -1 | cut -f9,10)" "true	true" "it is alive and decommissioned"
has "$(curl -sS -u root: -H 'Expect: 100-continue' -H 'format: json' -T - "http://$be_http/api/d/t/_stream_load" <<< '{}')" "Service is shutting down" "and says so to those who come all the same"
node be1 full
has "$(one 6)" "on backend 10001 exceed limit usage" "a full disk"
is "$(state n6)" ABORTED "loads nothing"
node be1 hangs
has "$(curl -sS -m 1 "http://$be_http/api/health" 2>&1)" "curl: (28)" "a backend that hangs says nothing"
node be1 well
is "$(status_of "$(one 7)")" Success "all is well again"

# The other frontend answers what it knows itself; what changes something waits for the leader.
follower() { timeout 1 "$mysql" -h127.0.0.1 -P"${fe2_mysql#*:}" -uroot -N -B -e "$1" 2>&1; }
node fe1 hangs
is "$(follower 'select count(*) from d.t where id = 99')" 0 "a follower answers a query while the leader hangs"
follower 'alter table d.t comment = "x"' > /dev/null; is $? 124 "but not a statement that changes something"
node fe1 well
is "$(follower 'alter table d.t comment = "x"')" "" "which it does when the leader is well again"

# A load is under way: half of its body is sent when the backend dies, hangs, fills or is drained.
begin_load() # LABEL [TIMEOUT]
{
	exec 9<>"/dev/tcp/127.0.0.1/${be_http#*:}"
	printf 'PUT /api/d/t/_stream_load HTTP/1.1\r\nHost: x\r\nAuthorization: Basic cm9vdDo=\r\nlabel: %s\r\nformat: json\r\nContent-Length: 20\r\nConnection: close\r\ntimeout: %s\r\nExpect: 100-continue\r\n\r\n{"id":10' "$1" "${2:-600}" >&9
	wait_for state "$1" PREPARE
}
end_load() { printf ',   "n": 1 }' >&9 2>/dev/null; timeout 5 cat <&9 2>/dev/null | tr -s '\n ' ' '; exec 9>&-; }
begin_load half1; node be1 dead
case $(end_load) in *Status*) ok 1 "a backend that dies cuts the load" ;; *) ok 0 "a backend that dies cuts the load" ;; esac
wait_for state half1 ABORTED; ok $? "which is aborted"
node be1 well
begin_load half2; node be1 full
has "$(end_load)" "exceed limit usage" "one whose disk fills refuses it"
node be1 well
begin_load half3; node be1 drained
has "$(end_load)" '"Status": "Success"' "one that is drained takes what has begun"
node be1 well
begin_load half4; node be1 hangs
printf ',   "n": 1 }' >&9
is "$(state half4)" PREPARE "one that hangs answers when it is well again"
node be1 well
has "$(timeout 5 cat <&9 | tr -s '\n ' ' ')" '"Status": "Success"' "and has it"
exec 9>&-
begin_load half6 1; node be1 hangs
wait_for state half6 ABORTED; ok $? "a load that hangs longer than its timeout is given up"
node be1 well
exec 9>&-
begin_load half5; curl -sS "$control/leader?name=fe2&ms=4000" >/dev/null
has "$(end_load)" "Transaction status unknown" "a load that loses its leader"
is "$(state half5)" PREPARE "is nobody's"
is "$(curl -s -o /dev/null -w '%{redirect_url}' -u root: "http://$fe_http/api/d/get_load_state?label=n1")" "http://$fe2_http/api/d/get_load_state?label=n1" "the other frontend knows the labels"
wait_for state half5 ABORTED; ok $? "until it is given up"
is "$(sql 'show frontends' | cut -f8 | tr '\n' ' ')" "FOLLOWER LEADER " "SHOW FRONTENDS says who leads"
node fe2 dead
is "$(sql 'show frontends' | cut -f8,11 | tr '\n\t' '  ')" "LEADER true FOLLOWER false " "when it dies the other one does"
has "$(fe_mysql=$fe2_mysql sql 'select 1')" "ERROR 2" "a dead frontend has no MySQL"
has "$(curl -sS -m 3 "http://$fe2_http/api/health" 2>&1)" "curl: (7)" "and no HTTP"
node fe2 well
is "$(fe_mysql=$fe2_mysql sql 'select 1')" 1 "until it is back"
node fe1 hangs
has "$(curl -sS -m 1 "http://$fe_http/api/health" 2>&1)" "curl: (28)" "a frontend that hangs says nothing"
has "$(curl -s "http://$fe2_http/api/health")" '"status":"OK"' "the other one does"
node fe1 well

# --- versions ---
for i in {100..500}; do answer=$(one "$i"); case $answer in *"Too many"*) break ;; esac; done
has "$answer" "version_count: 21, limit: 20" "loads that come faster than compaction: too many versions"
has "$(curl -sS "$control/stats")" '"versions": ' "stats says how many there are"
again() { status_of "$(one 200)"; }
wait_for again Success; ok $? "compaction makes room"

# --- rights ---
table z "id int, n int"
rights() { curl -sS "$control/rights?user=app&rights=$1" >/dev/null; }
app() { user=app password=secret sql "$1"; }
load_as() { curl -sS --location-trusted -u app:secret -H 'Expect: 100-continue' -H 'format: json' -T - "http://$fe_http/api/d/z/_stream_load" <<< '{"id":1,"n":1}'; }
rights SELECT,INSERT
has "$(app 'alter table d.z add column x int')" "the ALTER privilege" "who may not ALTER"
has "$(app 'drop table d.z')" "the DROP privilege" "nor DROP"
has "$(app 'truncate table d.z')" "the DELETE privilege" "nor empty a table"
has "$(app 'show backends')" "the OPERATE privilege" "nor see the nodes"
has "$(load_as)" Success "loads"
is "$(app 'select id from d.z')" 1 "and reads"
rights ALTER
has "$(load_as)" "INSERT privilege" "a right that is taken away is gone"
has "$(app 'select 1 from d.z')" "the SELECT privilege" "also that to read"
is "$(app 'alter table d.z add column x int')" "" "and one that is given is there"
is "$(curl -sS -o /dev/null -w '%{http_code}' "$control/rights?user=app&rights=FLY")" 400 "a right that there is not is refused"
"$starrocks" stop "$dir/s"
rm -rf "$dir/s"
start --version 4.0 --label-keep-num 2 --backends 2 --commit-ms 300
is "$(sql 'select current_version()')" "4.0.2 0abcdef" "4.0"
sql 'create database d' && table t "id int, n int" && table u "id int, n int"
for label in a b c; do rows t '[{"id":1}]' -H "label: $label" >/dev/null; done
is "$(state a)$(state b)$(state c)" UNKNOWNVISIBLEVISIBLE "old labels are forgotten by count"
history() { sql "select label, state, db_name from _statistics_.loads_history order by label" | tr '\t\n' '= '; }
is "$(history)" "a=FINISHED=d " "and are in the history of loads"
curl -sS "$control/forget" >/dev/null
is "$(state b)$(state c) $(history)" "UNKNOWNUNKNOWN a=FINISHED=d b=FINISHED=d c=FINISHED=d " "all of them are forgotten at will"
curl -sS "$control/forget?history=1" >/dev/null
is "$(history)" "" "the history, too"
is "$(($(rows t '[{"id":1}]' | sed 's/.*"CommitAndPublishTimeMs": \([0-9]*\).*/\1/') >= 300))" 1 "a commit takes its time"
multi() { curl -sS --location-trusted -u root: -H 'db: d' -H 'label: M' -H 'transaction_type: multi' -H 'Expect: 100-continue' "$@" | tr -s '\n ' ' '; }
has "$(multi -X POST "http://$fe_http/api/transaction/begin")" '"Status": "OK"' "a transaction over tables"
has "$(multi -X POST -H 'table: t' "http://$be_http/api/transaction/begin")" "can only be sent to FE nodes" "which backends refuse to begin"
for name in t u; do
	has "$(multi -X PUT -H "table: $name" -H 'format: json' -d '{"id":5,"n":5}' "http://$fe_http/api/transaction/load")" '"Status": "OK"' "load into $name"
done
is "$(dump u)" "" "nothing is visible"
has "$(multi -X POST "http://$fe_http/api/transaction/commit")" '"Status": "OK"' "commit"
is "$(dump u)$(sql 'select count(*) from d.t')" "5	52" "everything is"
has "$(rows t '[{"id":1}]' -H 'label: mine' -H 'enable_merge_commit: true')" '"RequestId": "mine"' "merge commit: the label is a request id"
"$starrocks" stop "$dir/s"
rm -rf "$dir/s"
start --version 3.2
is "$(sql 'select version()')" 5.1.0 "3.2"
has "$(sql 'select label from _statistics_.loads_history')" "Unknown table" "without a history of loads"
sql 'create database d' && table t "id int, n int"
has "$(sql 'alter table d.t rename column n to m')" "not supported before 3.3" "without RENAME COLUMN"
"$starrocks" stop "$dir/s"

echo "1..$count"
[ "$failed" = 0 ]
