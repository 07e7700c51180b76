/* test_reach.c - is it the name, the host or the port? On this host alone: a port that listens, one that does not, a name that nobody has. */
#include "tests/tap.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/base/reach.h"

struct told {
	char subject[8][400], found[8][300];
	enum report_level level[8];
	unsigned n;
};

static void tell(void *arg, enum report_level level, const char *subject, int64_t ms, const char *found)
{
	struct told *t = arg;

	ok(ms >= 0 && ms < 60000, "%s is timed", subject);
	if (t->n == 8)
		return;
	snprintf(t->subject[t->n], sizeof(t->subject[0]), "%s", subject);
	snprintf(t->found[t->n], sizeof(t->found[0]), "%s", found);
	t->level[t->n++] = level;
}

/* A socket of the loopback; its port. */
static int open_port(bool listens, unsigned *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) || (listens && listen(fd, 4)) ||
			getsockname(fd, (struct sockaddr *)&at, &size))
		return -1;
	*port = ntohs(at.sin_port);
	return fd;
}

int main(void)
{
	struct told t = { .n = 0 };
	unsigned there, refused;
	int a = open_port(true, &there), b = open_port(false, &refused);
	char list[100];

	ok(a >= 0 && b >= 0, "two ports");
	snprintf(list, sizeof(list), "127.0.0.1, 127.0.0.1:%u", refused);
	reach_look("mysql", list, there, tell, &t);
	is_int(t.n, 4, "each host is looked up and connected to");
	is_str(t.subject[0], "mysql dns 127.0.0.1", "the name first");
	ok(t.level[0] == REPORT_OK && strstr(t.found[0], "1 address"), "it has an address");
	ok(t.level[1] == REPORT_OK && strcmp(t.found[1], "connects") == 0, "a port that listens, the default one");
	ok(t.level[3] == REPORT_PROBLEM && strstr(t.found[3], "nothing listens"), "one that does not: %s", t.found[3]);
	t.n = 0;
	reach_look("kafka", "no-such-host.invalid:9092", 9092, tell, &t);
	is_int(t.n, 1, "of a name that nobody has nothing is connected to");
	ok(t.level[0] == REPORT_PROBLEM && t.found[0][0], "and it is told: %s", t.found[0]);
	t.n = 0;
	reach_look("starrocks", NULL, 8030, tell, &t);
	reach_look("starrocks", "", 8030, tell, &t);
	is_int(t.n, 0, "no list, no host");
	close(a);
	close(b);
	return tap_done();
}
