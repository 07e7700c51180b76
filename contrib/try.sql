-- The shop that contrib/try captures.
CREATE DATABASE IF NOT EXISTS testdb;
USE testdb;
CREATE TABLE IF NOT EXISTS customers (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(80) NOT NULL,
  email VARCHAR(120),
  city VARCHAR(60)
) DEFAULT CHARSET = utf8mb4;
CREATE TABLE IF NOT EXISTS orders (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  customer_id INT UNSIGNED NOT NULL,
  status ENUM('new', 'paid', 'shipped', 'cancelled', 'test') NOT NULL DEFAULT 'new',
  amount DECIMAL(10, 2) NOT NULL,
  email VARCHAR(120),
  note VARCHAR(200),
  created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  updated_at TIMESTAMP(3) NULL,
  KEY (customer_id)
) DEFAULT CHARSET = utf8mb4;
SET SESSION cte_max_recursion_depth = 20000;
INSERT INTO customers (name, email, city)
  WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
  SELECT CONCAT('Customer ', i), CONCAT('c', i, '@example.org'), ELT(1 + i % 6, 'Köln', 'Paris', 'Oslo', '東京', 'Lima', 'Kraków') FROM n;
INSERT INTO orders (customer_id, status, amount, email)
  WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
  SELECT 1 + i % 2000, ELT(1 + i % 5, 'new', 'paid', 'shipped', 'cancelled', 'test'), i % 977 + 0.99, CONCAT('c', 1 + i % 2000, '@example.org') FROM n;
