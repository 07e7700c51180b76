/*
 * notify.h - what systemd wants to know of a service of Type=notify: that it is up, that it lives, that it stops. Datagrams to the
 * socket that NOTIFY_SOCKET names, as sd_notify(3) sends them; without that variable nothing is sent. @thread the main one
 */
#ifndef CLI_NOTIFY_H
#define CLI_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

struct engine;

struct notify {
	int fd; /* -1: nobody wants to know */
	struct sockaddr_un to;
	socklen_t to_len;
	int64_t every_us, last_us; /* signs of life: the watchdog's; 0: none are wanted. Monotonic */
	uint64_t ticks;		   /* of the engine, when the last one was sent */
	bool told, ready;
};

void notify_open(struct notify *n);
/* After each wake-up: READY once both halves have come up, and WATCHDOG only while the engine's own clock goes on. */
void notify_look(struct notify *n, struct engine *e);
void notify_stopping(struct notify *n);
void notify_close(struct notify *n);

#endif
