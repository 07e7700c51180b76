/*
 * mysql_check.h - is this server set up for capture? One table of settings, each with what it must be, what goes wrong
 * otherwise and the remedy; the preflight prints all of it, the start of capture refuses at the first problem.
 */
#ifndef SOURCE_MYSQL_CHECK_H
#define SOURCE_MYSQL_CHECK_H

#include "core/report.h"
#include "source/server/mysql_conn.h"

int mysql_check_start(struct mysql_conn *c, struct err *err); /* ERR_CONFIG with the first problem and its remedy */

#endif
