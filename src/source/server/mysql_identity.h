/*
 * mysql_identity.h - who is at the other end? Many servers speak MySQL's protocol and write another binlog, or none;
 * they are refused by name at the start, because decoding by luck is worse than not starting. Some give themselves out
 * as MySQL, and a proxy in between may show any greeting; so the answer counts, not the greeting.
 */
#ifndef SOURCE_MYSQL_IDENTITY_H
#define SOURCE_MYSQL_IDENTITY_H

#include "source/server/mysql_conn.h"

/* Fills version, version_text and uuid of the connection. ERR_CONFIG: no MySQL server 8.0 or newer. */
int mysql_identity_read(struct mysql_conn *c, struct err *err);

#endif
