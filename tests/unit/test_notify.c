/* test_notify.c - what a service manager is told: READY once, signs of life only while the engine's clock goes on, by path and abstract name. */
#include <stddef.h>
#include <sys/time.h>
#include <unistd.h>

#include "cli/notify.h"
#include "core/clock.h"
#include "engine/engine.h"
#include "tests/tap.h"

static uint64_t ticks;
static bool up;

uint64_t engine_ticks(struct engine *e)
{
	return ticks;
}

bool engine_has_come_up(struct engine *e)
{
	return up;
}

/* The manager's end; name as in NOTIFY_SOCKET. */
static int manager(const char *name)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	size_t len = strlen(name);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	memcpy(un.sun_path, name, len);
	if (name[0] == '@')
		un.sun_path[0] = '\0';
	if (bind(fd, (struct sockaddr *)&un,
			    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (name[0] == '/'))))
		return -1;
	setenv("NOTIFY_SOCKET", name, 1);
	return fd;
}

static const char *told(int fd)
{
	static char text[2000];
	ssize_t n = recv(fd, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void second(struct notify *n, bool engine_lives)
{
	static int64_t now = 1000000000;

	clock_fake(now += 1000000);
	ticks += engine_lives;
	notify_look(n, NULL);
}

static void test_life(const char *name)
{
	struct notify n;
	int fd = manager(name), alive = 0, last = 0;

	ok(fd >= 0, "a manager on %s", name);
	setenv("WATCHDOG_USEC", "20000000", 1);
	notify_open(&n);
	up = true;
	second(&n, true);
	ok(strncmp(told(fd), "READY=1\n", 8) == 0, "READY when both halves have come up");
	for (int i = 0; i < 60; i++, second(&n, true))
		for (const char *t = told(fd); *t; t = told(fd))
			alive += strcmp(t, "WATCHDOG=1\n") == 0 ? 1 : 1000;
	is_int(alive, 12, "in a minute twelve signs of life for a watchdog of 20 s, and no second READY");
	for (int i = 0; i < 60; i++, second(&n, false))
		last = *told(fd) ? i : last;
	ok(last < 6, "an engine that hangs gives none but for what it had done before");
	second(&n, true);
	is_str(told(fd), "WATCHDOG=1\n", "one that goes on does");
	notify_stopping(&n);
	ok(strncmp(told(fd), "STOPPING=1\n", 11) == 0, "STOPPING");
	notify_close(&n);
	close(fd);
}

static void test_starting(void)
{
	struct notify n;
	int fd = manager("@millrace-test-starting");

	up = false;
	unsetenv("WATCHDOG_USEC");
	notify_open(&n);
	second(&n, true);
	ok(strncmp(told(fd), "STATUS=starting", 15) == 0, "not up yet: says so");
	second(&n, true);
	is_str(told(fd), "", "once; and no sign of life is sent where no watchdog is");
	notify_close(&n);
	setenv("WATCHDOG_USEC", "1000000", 1);
	setenv("WATCHDOG_PID", "1", 1);
	notify_open(&n);
	is_int(n.every_us, 0, "nor for another process");
	unsetenv("WATCHDOG_PID");
	notify_close(&n);
	close(fd);
}

static void test_nobody(void)
{
	static const char *const names[] = { "", "/", "@", "relative", "vsock:2:1" };
	char big[300];
	struct notify n;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		setenv("NOTIFY_SOCKET", names[i], 1);
		notify_open(&n);
		is_int(n.fd, -1, "'%s' is no address", names[i]);
	}
	memset(big, 'a', sizeof(big) - 1);
	big[0] = '/';
	big[sizeof(big) - 1] = '\0';
	setenv("NOTIFY_SOCKET", big, 1);
	notify_open(&n);
	is_int(n.fd, -1, "nor is one that is too long");
	unsetenv("NOTIFY_SOCKET");
	notify_open(&n);
	second(&n, true);
	notify_stopping(&n);
	notify_close(&n);
	is_int(n.fd, -1, "without one nothing is sent");
}

int main(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/tmp/millrace-notify.%d", (int)getpid());
	test_life(path);
	unlink(path);
	test_life("@millrace-test-notify");
	test_starting();
	test_nobody();
	return tap_done();
}
