/* notify.c - see notify.h. A datagram that cannot be sent is dropped: systemd then does what it does with a service that is silent. */
#include "cli/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/num/num.h"
#include "engine/engine.h"

/* A path, or @name in the abstract namespace; anything else is no address. */
static bool take_address(struct notify *n, const char *name)
{
	size_t len = strlen(name);

	if ((name[0] != '/' && name[0] != '@') || len < 2 || len >= sizeof(n->to.sun_path))
		return false;
	n->to.sun_family = AF_UNIX;
	memcpy(n->to.sun_path, name, len);
	if (name[0] == '@')
		n->to.sun_path[0] = '\0';
	n->to_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (name[0] == '/'));
	return true;
}

/* The watchdog's time, in which at least one sign of life has to come; four are sent. */
static int64_t interval_us(void)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	int64_t us, owner;

	if (usec == NULL || !num_parse_i64(usec, strlen(usec), &us) || us <= 0)
		return 0;
	if (pid && (!num_parse_i64(pid, strlen(pid), &owner) || owner != getpid()))
		return 0;
	return us / 4;
}

void notify_open(struct notify *n)
{
	const char *name = getenv("NOTIFY_SOCKET");

	*n = (struct notify){ .fd = -1 };
	if (name == NULL || !take_address(n, name))
		return;
	n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	n->every_us = interval_us();
}

static void send_text(struct notify *n, const char *text)
{
	if (n->fd >= 0)
		sendto(n->fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&n->to, n->to_len);
}

static void look_ready(struct notify *n, struct engine *e)
{
	if (n->ready)
		return;
	n->ready = engine_has_come_up(e);
	if (n->ready)
		send_text(n, "READY=1\nSTATUS=running; millrace status says more\n");
	else if (!n->told)
		send_text(n, "STATUS=starting: not everything that it needs answers yet; millrace status says more\n");
	n->told = true;
}

void notify_look(struct notify *n, struct engine *e)
{
	int64_t now = clock_mono_us();
	uint64_t ticks = engine_ticks(e);

	if (n->fd < 0)
		return;
	look_ready(n, e);
	if (n->every_us == 0 || ticks == n->ticks || now - n->last_us < n->every_us)
		return;
	n->ticks = ticks;
	n->last_us = now;
	send_text(n, "WATCHDOG=1\n");
}

void notify_stopping(struct notify *n)
{
	send_text(n, "STOPPING=1\nSTATUS=finishing what is in flight\n");
}

void notify_close(struct notify *n)
{
	if (n->fd >= 0)
		close(n->fd);
	n->fd = -1;
}
