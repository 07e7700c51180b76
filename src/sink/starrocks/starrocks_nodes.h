/*
 * starrocks_nodes.h - which hosts belong to the cluster, so that a redirect takes the password to no other. The frontends of
 * fe.http, what [starrocks] be.map names, and what SHOW BACKENDS, SHOW COMPUTE NODES and SHOW FRONTENDS say; the cluster is asked
 * again when a host is not known.
 *
 * @thread the worker's own
 */
#ifndef SINK_STARROCKS_NODES_H
#define SINK_STARROCKS_NODES_H

#include "core/err.h"
#include "sink/sink.h"

struct starrocks_nodes;
struct starrocks_nodes *starrocks_nodes_new(const struct sink_conf *conf);
void starrocks_nodes_free(struct starrocks_nodes *n);
/* Where a request that is redirected from one URL to another goes, as an own string; NULL: nowhere. Never from https to http,
 * and to no host that is not of the cluster. */
char *starrocks_nodes_follow(struct starrocks_nodes *n, const char *from, const char *to, struct err *err);
/* A frontend of fe.http, by host and port. */
bool starrocks_nodes_is_frontend(const struct starrocks_nodes *n, const char *url);
/* The URL as be.map says where it is reached; an own string. */
char *starrocks_nodes_mapped(const struct starrocks_nodes *n, const char *url);

#endif
