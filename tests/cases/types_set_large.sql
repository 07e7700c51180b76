-- SET with 64 options.
-- before
CREATE DATABASE types_set_large;
-- both
USE types_set_large;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a SET('s0','s1','s2','s3','s4','s5','s6','s7','s8','s9','s10','s11','s12','s13','s14','s15','s16','s17','s18','s19','s20','s21','s22','s23','s24','s25','s26','s27','s28','s29','s30','s31','s32','s33','s34','s35','s36','s37','s38','s39','s40','s41','s42','s43','s44','s45','s46','s47','s48','s49','s50','s51','s52','s53','s54','s55','s56','s57','s58','s59','s60','s61','s62','s63')
);
INSERT INTO t_{phase} VALUES
  (1, ''),
  (2, 's63'),
  (3, 's0,s8,s63'),
  (4, 18446744073709551615);
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
