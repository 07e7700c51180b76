-- PARTIAL_JSON: updates that carry only what changed inside a document.
-- alone: Debezium loses every update of such a session
-- before
CREATE DATABASE alone_json_partial;
USE alone_json_partial;
CREATE TABLE t (id INT PRIMARY KEY, n INT, j JSON, k JSON);
INSERT INTO t VALUES (1, 1, '{"a": 1, "s": "some long text here", "l": [1, 2, 3]}', '[1, 2]'), (2, 2, '{}', NULL);
-- after
USE alone_json_partial;
SET SESSION binlog_row_value_options = PARTIAL_JSON;
UPDATE t SET j = JSON_SET(j, '$.a', 2) WHERE id = 1;
UPDATE t SET j = JSON_REPLACE(j, '$.s', 'changed') WHERE id = 1;
UPDATE t SET j = JSON_REMOVE(j, '$.l[1]') WHERE id = 1;
UPDATE t SET n = 5 WHERE id = 1;
UPDATE t SET j = '{"new": true}' WHERE id = 2;
UPDATE t SET j = JSON_ARRAY_APPEND(j, '$.l', 9), k = JSON_SET(k, '$[0]', 'x') WHERE id = 1;
