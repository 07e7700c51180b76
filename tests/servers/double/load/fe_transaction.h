/* fe_transaction.h - the frontend's part of /api/transaction, and what it shares with the rest of the frontend. */
#ifndef FE_TRANSACTION_H
#define FE_TRANSACTION_H

#include "double_server.h"

void fe_transaction(struct server *s, struct http_request *r, const char *user, char *const *parts, unsigned nparts);

/* double_fe.c */
void fe_reply_failed(struct http_request *r, const char *class, const char *text); /* HTTP 200, Status FAILED */
void fe_redirect(struct http_request *r, uint16_t port, char *const *parts, unsigned nparts);
bool fe_to_leader(struct server *s, unsigned index, struct http_request *r, char *const *parts, unsigned nparts);
uint16_t fe_pick_backend(struct server *s, unsigned *index);

#endif
