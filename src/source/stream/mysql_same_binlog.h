/*
 * mysql_same_binlog.h - is the server's binlog the one that was read up to a position? A server that is put back to a
 * backup keeps its server_uuid, names its binlog files as before and gives the same GTIDs to other transactions. Once it
 * has overtaken the position, its GTID set says that nothing is missing. The file still tells: at the position must be
 * the start of an event, and not of a transaction that was captured.
 *
 * Two histories whose transactions fill the same bytes up to there are not told apart. @thread the source's
 */
#ifndef SOURCE_MYSQL_SAME_BINLOG_H
#define SOURCE_MYSQL_SAME_BINLOG_H

#include "row/position.h"
#include "source/decode/mysql_gtid.h"

struct mysql_conn;

/*
 * have: captured. 1: it is, or nothing speaks against it (the file is gone, or another server's; no right to look into
 * it); 0: another one, why says what was found; -1.
 */
int mysql_same_binlog(struct mysql_conn *c, const struct position *from, const struct gtid_set *have, char why[200],
		struct err *err);

/* The size of the file in the server's list, -1 when it has none; oldest: the first of the list. */
int mysql_find_binlog(struct mysql_conn *c, const char *file, int64_t *size, char *oldest, size_t oldest_size,
		struct err *err);

/* Info of SHOW BINLOG EVENTS at the position: is it no transaction that was captured? NULL: nothing is there. */
bool mysql_fits_position(const char *info, const struct gtid_set *have);

#endif
