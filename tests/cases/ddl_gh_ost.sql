-- An online change as gh-ost does it; its helper tables are not captured.
-- after
CREATE DATABASE ddl_gh_ost; USE ddl_gh_ost;
CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(10));
INSERT INTO t VALUES (1, 'one'), (2, 'two'), (3, 'three');
/* gh-ost */ create /* gh-ost */ table `ddl_gh_ost`.`_t_ghc` (id bigint unsigned auto_increment, last_update timestamp not null DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, hint varchar(64) charset ascii not null, value varchar(4096) charset ascii not null, primary key(id), unique key hint_uidx(hint)) auto_increment=256;
create /* gh-ost */ table `ddl_gh_ost`.`_t_gho` like `ddl_gh_ost`.`t`;
alter /* gh-ost */ table `ddl_gh_ost`.`_t_gho` add column b int not null default 5, modify a varchar(20);
insert /* gh-ost */ into `ddl_gh_ost`.`_t_ghc` (id, hint, value) values (NULLIF(2, 0), 'state', 'Migrated');
insert /* gh-ost `t` */ ignore into `ddl_gh_ost`.`_t_gho` (`id`, `a`) (select `id`, `a` from `ddl_gh_ost`.`t` where id <= 2 lock in share mode);
UPDATE t SET a = 'zwei' WHERE id = 2;
replace /* gh-ost */ into `ddl_gh_ost`.`_t_gho` (`id`, `a`) values (2, 'zwei');
insert ignore into `ddl_gh_ost`.`_t_gho` (`id`, `a`) (select `id`, `a` from `ddl_gh_ost`.`t` where id > 2);
create /* gh-ost */ table `ddl_gh_ost`.`_t_del` (id int auto_increment primary key) engine=InnoDB comment='ghost-cut-over-sentry';
drop /* gh-ost */ table if exists `ddl_gh_ost`.`_t_del`;
rename /* gh-ost */ table `ddl_gh_ost`.`t` to `ddl_gh_ost`.`_t_del`, `ddl_gh_ost`.`_t_gho` to `ddl_gh_ost`.`t`;
INSERT INTO t VALUES (4, 'a longer text', 4);
UPDATE t SET b = 9 WHERE id = 1;
drop /* gh-ost */ table if exists `ddl_gh_ost`.`_t_ghc`;
drop /* gh-ost */ table if exists `ddl_gh_ost`.`_t_del`;
DELETE FROM t WHERE id = 3;
