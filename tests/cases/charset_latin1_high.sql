-- latin1: every byte from A0 on, and those of windows-1252 below.
-- before
CREATE DATABASE charset_latin1_high;
-- both
USE charset_latin1_high;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, v VARCHAR(200), c CHAR(20), t TEXT) DEFAULT CHARSET = latin1;
INSERT INTO t_{phase} VALUES
  (1, _latin1 x'a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff', '', _latin1 x'a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff'),
  (2, _latin1 x'80828384858687898a8b8c8e', '', _latin1 x'80828384858687898a8b8c8e'),
  (3, _latin1 x'9192939495969798999a9b9c9e9f', '', _latin1 x'9192939495969798999a9b9c9e9f');
-- after
USE charset_latin1_high;
INSERT INTO t_snapshot SELECT id + 100, v, c, t FROM t_stream;
UPDATE t_snapshot SET c = 'x' WHERE id = 1;
DELETE FROM t_snapshot WHERE id = 101;
