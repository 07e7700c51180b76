/*
 * double_main.c - starrocks-double: a StarRocks cluster for tests. It speaks what the loader's engineers could read
 * about StarRocks' protocols, refuses what StarRocks refuses, keeps real rows, and fails on command.
 *
 * It stops by a signal, and there is nothing to save then: what was answered is in the log. A stop and a kill are the
 * same.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/num/num.h"
#include "core/xalloc.h"
#include "double_mysql.h"
#include "routine/double_routine.h"
#include "double_server.h"

static const struct version versions[] = {
	{ "3.2", 30200, "3.2.11 abc1234", "5.1.0" },
	{ "3.5", 30500, "3.5.4 abcdef0", "8.0.33" },
	{ "4.0", 40000, "4.0.2 0abcdef", "8.0.33" },
};

static const struct option options[] = {
	{ "dir", required_argument, NULL, 'd' },
	{ "version", required_argument, NULL, 'v' },
	{ "user", required_argument, NULL, 'u' },
	{ "backends", required_argument, NULL, 'b' },
	{ "reader", required_argument, NULL, 'R' },
	{ "alter-delay-ms", required_argument, NULL, 'a' },
	{ "label-keep-seconds", required_argument, NULL, 'k' },
	{ "label-keep-num", required_argument, NULL, 'n' },
	{ "json-limit", required_argument, NULL, 'j' },
	{ "ports", required_argument, NULL, 'p' },
	{ "routine-gap-ms", required_argument, NULL, 'r' },
	{ "max-versions", required_argument, NULL, 'm' },
	{ "compactions", required_argument, NULL, 'C' },
	{ "commit-ms", required_argument, NULL, 'c' },
	{ "be-link", required_argument, NULL, 'l' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static void help(void)
{
	struct buf faults;

	buf_init(&faults, 1 << 20);
	faults_help(&faults);
	printf("usage: starrocks-double --dir DIR [options]\n\n"
	       "  --dir DIR               data and DIR/env, which names the ports\n"
	       "  --version 3.2|3.5|4.0   what it behaves as (3.5)\n"
	       "  --user NAME:PASSWORD    a further user; root has no password\n"
	       "  --reader NAME:PASSWORD  one that has no right but SELECT\n"
	       "  --backends N            1 to 3 (1)\n"
	       "  --alter-delay-ms N      how long a schema change takes, and 1 ms for each 500 rows (1000)\n"
	       "  --label-keep-seconds N  retention of finished labels (259200)\n"
	       "  --label-keep-num N      and how many of them (1000)\n"
	       "  --max-versions N        versions of a table that loads have made and compaction has not merged (1000)\n"
	       "  --compactions N         versions of a table that it merges in a second (10)\n"
	       "  --json-limit BYTES      largest JSON body (104857600)\n"
	       "  --ports A,B,C,D,E,..    FE, FE, MySQL, control, MySQL, BE ...; 0 or none: free ones\n"
	       "  --routine-gap-ms N      between two tasks of a Routine Load job (100)\n"
	       "  --commit-ms N           what each commit takes (80); for tests that count, 0\n"
	       "  --be-link PORT          the port that frontends name for every backend, where a proxy stands\n\n"
	       "The control port answers /fault?name=NAME&count=N&arg=A (count -1: until cleared), /faults, /clear, /stats,\n"
	       "/dump?table=DB.TABLE (rows by key, tab separated, NULL as \\N, VARBINARY as hex), /password?user=U&password=P,\n"
	       "/rights?user=U&rights=SELECT,INSERT,.., /node?name=fe1&state=well|dead|lost|hangs|drained|full,\n"
	       "/leader?name=fe2&ms=N.\n\nFaults:\n%s",
			faults.data);
	buf_done(&faults);
}

static int number(const char *text, int64_t min, int64_t max, int64_t *out)
{
	if (num_parse_i64(text, strlen(text), out) && *out >= min && *out <= max)
		return 0;
	fprintf(stderr, "starrocks-double: '%s': a number from %lld to %lld expected\n", text, (long long)min,
			(long long)max);
	return -1;
}

static int add_user(struct server *s, const char *text, unsigned rights)
{
	const char *colon = strchr(text, ':');

	if (colon == NULL || s->nusers == USERS_MAX)
		return -1;
	s->users[s->nusers++] = (struct user){ xstrndup(text, (size_t)(colon - text)), xstrdup(colon + 1), rights };
	return 0;
}

static int choose_version(struct server *s, const char *name)
{
	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++)
		if (strcmp(versions[i].name, name) == 0) {
			s->version = &versions[i];
			return 0;
		}
	fprintf(stderr, "starrocks-double: --version: 3.2, 3.5 or 4.0 expected, found '%s'\n", name);
	return -1;
}

static int choose_ports(struct server *s, const char *text)
{
	uint16_t *ports[] = { &s->fe_port[0], &s->fe_port[1], &s->mysql_port[0], &s->control_port, &s->mysql_port[1],
		&s->be_port[0], &s->be_port[1], &s->be_port[2] };
	size_t i = 0;

	for (char *copy = xstrdup(text), *rest = copy, *part; (part = strsep(&rest, ",")) != NULL; i++) {
		int64_t port;

		if (i == sizeof(ports) / sizeof(*ports) || number(part, 0, 65535, &port) != 0)
			return -1;
		*ports[i] = (uint16_t)port;
		if (rest == NULL)
			free(copy);
	}
	return 0;
}

static int take_option(struct server *s, int option, const char *value)
{
	int64_t n = 0;

	switch (option) {
	case 'd': s->dir = xstrdup(value); return 0;
	case 'v': return choose_version(s, value);
	case 'u': return add_user(s, value, RIGHTS_ALL);
	case 'R': return add_user(s, value, 1u << RIGHT_SELECT);
	case 'p': return choose_ports(s, value);
	case 'b':
		if (number(value, 1, BACKENDS_MAX, &n) != 0)
			return -1;
		s->nbackends = (unsigned)n;
		return 0;
	case 'a': return number(value, 0, 3600000, &s->alter_delay_ms);
	case 'r': return number(value, 1, 3600000, &s->routine_gap_ms);
	case 'c': return number(value, 0, 60000, &s->commit_ms);
	case 'j': return number(value, 1, INT64_MAX, &s->json_limit);
	case 'k':
		if (number(value, 0, 1 << 30, &n) != 0)
			return -1;
		s->store.label_keep_ms = n * 1000;
		return 0;
	case 'l':
		if (number(value, 1, 65535, &n) != 0)
			return -1;
		s->be_link = (uint16_t)n;
		return 0;
	case 'm':
	case 'C':
		if (number(value, 0, 1 << 30, &n) != 0)
			return -1;
		*(option == 'm' ? &s->store.max_versions : &s->store.compactions) = (uint64_t)n;
		return 0;
	case 'n':
		if (number(value, 0, 1 << 30, &n) != 0)
			return -1;
		s->store.label_keep_num = (unsigned)n;
		return 0;
	default: return -1;
	}
}

static struct port *open_one(struct server *s, struct node *node, uint16_t *number_at, unsigned index,
		void (*serve)(struct server *, unsigned, int))
{
	struct port *p = xcalloc(1, sizeof(*p));

	*p = (struct port){ .server = s, .node = node, .index = index, .serve = serve };
	if (port_open(p, number_at) == 0) {
		if (node != NULL)
			node_listens(node, p->fd);
		return p;
	}
	fprintf(stderr, "starrocks-double: port %u: cannot be opened\n", *number_at);
	free(p);
	return NULL;
}

/* All are open, and their numbers known, before the first one answers: a frontend names its backends' ports. */
static int start_ports(struct server *s)
{
	struct port *ports[1 + 2 * FRONTENDS + sizeof(s->be_port) / sizeof(*s->be_port)];
	size_t n = 0;

	for (unsigned i = 0; i < FRONTENDS; i++) {
		ports[n++] = open_one(s, &s->nodes.fe[i], &s->fe_port[i], i, fe_serve);
		ports[n++] = open_one(s, &s->nodes.fe[i], &s->mysql_port[i], i, mysql_serve);
	}
	for (unsigned i = 0; i < s->nbackends; i++)
		ports[n++] = open_one(s, &s->nodes.be[i], &s->be_port[i], i, be_serve);
	ports[n++] = open_one(s, NULL, &s->control_port, 0, control_serve);
	for (size_t i = 0; i < n; i++)
		if (ports[i] == NULL || port_start(ports[i]) != 0)
			return -1;
	return 0;
}

/* Written aside and renamed: whoever waits for the file sees all of it. */
static int write_env(const struct server *s)
{
	char *path = xasprintf("%s/env", s->dir), *aside = xasprintf("%s/env.new", s->dir);
	FILE *f = fopen(aside, "we");
	int result = -1;

	if (f != NULL) {
		fprintf(f, "fe_http=127.0.0.1:%u\nfe2_http=127.0.0.1:%u\nfe_mysql=127.0.0.1:%u\nfe2_mysql=127.0.0.1:%u\ncontrol=http://127.0.0.1:%u\n",
				s->fe_port[0], s->fe_port[1], s->mysql_port[0], s->mysql_port[1], s->control_port);
		for (unsigned i = 0; i < s->nbackends; i++)
			fprintf(f, i == 0 ? "be_http=127.0.0.1:%u\n" : "be%2$u_http=127.0.0.1:%1$u\n", s->be_port[i],
					i + 1);
		fprintf(f, "ports=%u,%u,%u,%u,%u", s->fe_port[0], s->fe_port[1], s->mysql_port[0], s->control_port,
				s->mysql_port[1]);
		for (unsigned i = 0; i < s->nbackends; i++)
			fprintf(f, ",%u", s->be_port[i]);
		fprintf(f, "\npid=%d\n", (int)getpid());
		result = fclose(f) == 0 && rename(aside, path) == 0 ? 0 : -1;
	}
	free(path);
	free(aside);
	return result;
}

static int serve(struct server *s)
{
	struct err err = { 0 };
	sigset_t stop;
	int received;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	pthread_sigmask(SIG_BLOCK, &stop, NULL);
	s->store.run_sql = sql_replay;
	if (store_open(&s->store, s->dir, &err) != 0) {
		fprintf(stderr, "starrocks-double: %s\n", err.msg);
		return 1;
	}
	if (start_ports(s) != 0)
		return 1;
	routines_start(s);
	if (write_env(s) != 0) {
		fprintf(stderr, "starrocks-double: %s/env: cannot be written\n", s->dir);
		return 1;
	}
	sigwait(&stop, &received);
	_exit(0);
}

int main(int argc, char **argv)
{
	struct server *s = xcalloc(1, sizeof(*s));
	int option;

	s->version = &versions[1];
	s->nbackends = 1;
	s->alter_delay_ms = 1000;
	s->routine_gap_ms = 100;
	s->commit_ms = 80;
	s->json_limit = 100 << 20;
	s->store.label_keep_ms = INT64_C(259200) * 1000;
	s->store.label_keep_num = 1000;
	s->store.max_versions = 1000;
	s->store.compactions = 10;
	s->started_ms = clock_wall_us() / 1000;
	faults_init(&s->faults);
	pthread_mutex_init(&s->users_lock, NULL);
	add_user(s, "root:", RIGHTS_ALL);
	nodes_init(&s->nodes);
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'h') {
			help();
			return 0;
		}
		if (take_option(s, option, optarg) != 0)
			return 2;
	}
	if (s->dir == NULL || optind != argc) {
		fprintf(stderr, "starrocks-double: --dir DIR expected; see --help\n");
		return 2;
	}
	return serve(s);
}
