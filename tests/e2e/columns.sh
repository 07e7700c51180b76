#!/bin/bash
# columns.sh - the columns of a table on their way: MySQL's types, what scripts declare, the target's types.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
sql <<S
CREATE DATABASE testdb; USE testdb;
CREATE TABLE orders (id INT UNSIGNED PRIMARY KEY, status VARCHAR(20), email VARCHAR(60), amount DECIMAL(10,2));
CREATE TABLE plain (id INT PRIMARY KEY, at DATETIME(3));
INSERT INTO orders VALUES (1, 'paid', 'ana@b.c', 1.25); INSERT INTO plain VALUES (1, NOW(3));
S
cat > "$dir/orders.lua" <<'L'
fields = { cents = "bigint" }
rename = { email = "address" }
skip = { "status" }
function transform(row, event)
	row.cents = row.amount:scale(2)
	return row
end
L
write_conf < <(printf '[table testdb.orders]\ntransform = orders.lua\n')
ask() { timeout 60 "$millrace" -c "$dir/millrace.conf" "do" columns "$@" > "$dir/out" 2> "$dir/err"; }
column() { jq -c --arg c "$1" 'select(.column == $c or (.column == "" and .target == $c)) | [.type, .key, .script, .target]' "$dir/out"; }

start_millrace
wait_caught_up "the tables are loaded"
ask table=testdb.orders; is $? 0 "columns of a table" || note < "$dir/err"
is "$(jq -r '.column' "$dir/out" | tr '\n' ' ')" "id status email amount  " "MySQL's in their order, then those of scripts"
is "$(column id)" '["int unsigned",true,"","id"]' "the key, as it is"
is "$(column email)" '["varchar(60)",false,"renamed by script","address"]' "another name"
is "$(column status)" '["varchar(20)",false,"dropped by script",""]' "one that the target does not have"
is "$(column cents)" '["",false,"new, from script","cents"]' "one that MySQL does not have"
jq -es 'all(.script == "dropped by script" or .target_type != "-") and all(.column == "" or .message != "")' "$dir/out" > /dev/null; ok $? "the types of messages and of the target" || note < "$dir/out"
ask table=testdb.orders form=text; grep -qE '^email +varchar\(60\) +renamed by script +address ' "$dir/out"; ok $? "as text" || note < "$dir/out"
ask table=testdb.plain; is "$(jq -r .script "$dir/out" | tr -d '\n')" "" "a table without a script"
! ask table=testdb.none && grep -q "testdb.none' doesn't exist" "$dir/err"; ok $? "a table that is not there" || note < "$dir/err"
stop_millrace
no_trouble
done_testing
