/*
 * mysql_throttle.h - how much reading of whole tables a server can bear just now, as gh-ost asks it: status variables
 * of the server, how far its replicas lag, rows per second. Whoever reads must not wait for an answer, and an answer
 * that does not come is a reason to wait, not to go on. So questions are sent in one step and read in a later one.
 *
 * Limits are those of the configuration, which may be another one at every call.
 */
#ifndef SOURCE_MYSQL_THROTTLE_H
#define SOURCE_MYSQL_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

#include "source/server/mysql_conf.h"
#include "source/server/mysql_conn.h"

struct throttle;

struct throttle *throttle_new(void);
void throttle_free(struct throttle *t);	   /* NULL allowed */
void throttle_hang_up(struct throttle *t); /* nothing is asked any more, until the next look */
/* Asks, reads answers: must the reader wait? How long until it is worth to look again, in ms; 0: go on. */
int throttle_wait_ms(struct throttle *t, const struct mysql_conf *conf, unsigned host);
/* -1: the server that is read cannot be reached for so long that a reader who waits should look for another one. */
int throttle_lost(const struct throttle *t, struct err *err);
void throttle_count(struct throttle *t, const struct mysql_conf *conf, uint64_t rows); /* that were read */
const char *throttle_why(const struct throttle *t);		    /* "Threads_running 60 > 50"; "": nothing holds */
int throttle_check(const struct mysql_conf *conf, struct err *err); /* can the limits be understood? */

#endif
