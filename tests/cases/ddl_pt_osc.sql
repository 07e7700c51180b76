-- An online change as pt-online-schema-change does it; its helper tables are not captured.
-- after
CREATE DATABASE ddl_pt_osc; USE ddl_pt_osc;
CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(10));
INSERT INTO t VALUES (1, 'one'), (2, 'two'), (3, 'three');
CREATE TABLE `ddl_pt_osc`.`_t_new` (
  `id` int NOT NULL,
  `a` varchar(10) DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
ALTER TABLE `ddl_pt_osc`.`_t_new` ADD COLUMN c DATETIME(3) NULL AFTER id, DROP COLUMN a, ADD COLUMN a VARCHAR(30) NOT NULL DEFAULT '-';
DELIMITER //
CREATE TRIGGER `pt_osc_del` AFTER DELETE ON `ddl_pt_osc`.`t` FOR EACH ROW BEGIN DECLARE CONTINUE HANDLER FOR 1146 begin end; DELETE IGNORE FROM `ddl_pt_osc`.`_t_new` WHERE `ddl_pt_osc`.`_t_new`.`id` <=> OLD.`id`; END//
CREATE TRIGGER `pt_osc_upd` AFTER UPDATE ON `ddl_pt_osc`.`t` FOR EACH ROW BEGIN DECLARE CONTINUE HANDLER FOR 1146 begin end; DELETE IGNORE FROM `ddl_pt_osc`.`_t_new` WHERE !(OLD.`id` <=> NEW.`id`) AND `ddl_pt_osc`.`_t_new`.`id` <=> OLD.`id`; REPLACE INTO `ddl_pt_osc`.`_t_new` (`id`, `a`) VALUES (NEW.`id`, NEW.`a`); END//
CREATE TRIGGER `pt_osc_ins` AFTER INSERT ON `ddl_pt_osc`.`t` FOR EACH ROW BEGIN DECLARE CONTINUE HANDLER FOR 1146 begin end; REPLACE INTO `ddl_pt_osc`.`_t_new` (`id`, `a`) VALUES (NEW.`id`, NEW.`a`);END//
DELIMITER ;
INSERT LOW_PRIORITY IGNORE INTO `ddl_pt_osc`.`_t_new` (`id`, `a`) SELECT `id`, `a` FROM `ddl_pt_osc`.`t` LOCK IN SHARE MODE /*pt-online-schema-change 1 copy table*/;
UPDATE t SET a = 'zwei' WHERE id = 2;
INSERT INTO t VALUES (4, 'four');
DELETE FROM t WHERE id = 3;
ANALYZE TABLE `ddl_pt_osc`.`_t_new` /* pt-online-schema-change */;
RENAME TABLE `ddl_pt_osc`.`t` TO `ddl_pt_osc`.`_t_old`, `ddl_pt_osc`.`_t_new` TO `ddl_pt_osc`.`t`;
DROP TABLE IF EXISTS `ddl_pt_osc`.`_t_old`;
DROP TRIGGER IF EXISTS `ddl_pt_osc`.`pt_osc_del`;
DROP TRIGGER IF EXISTS `ddl_pt_osc`.`pt_osc_upd`;
DROP TRIGGER IF EXISTS `ddl_pt_osc`.`pt_osc_ins`;
INSERT INTO t VALUES (5, '2024-01-01 00:00:00.5', 'a text that is longer');
UPDATE t SET a = 'x' WHERE id = 1;
