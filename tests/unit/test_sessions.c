/* test_sessions.c - who has a console open: comes, acts, goes, is let go at the end; and that the socket, not the asker, says which user it is. */
#include "engine/base/sessions.h"
#include "remote/control.h"
#include "tests/tap.h"

#include <pthread.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

static struct sessions *sessions;

static struct engine_session named(const char *name, const char *user, const char *terminal, bool read_only)
{
	struct engine_session s = { .read_only = read_only };

	snprintf(s.name, sizeof(s.name), "%s", name);
	snprintf(s.user, sizeof(s.user), "%s", user);
	snprintf(s.terminal, sizeof(s.terminal), "%s", terminal);
	engine_session_name(&s);
	return s;
}

static void look(struct status *s)
{
	status_done(s);
	sessions_copy(sessions, s);
}

static void test_list(void)
{
	struct engine_session ana = named("", "ana", "pts/3", false), ben = named("release", "ben", "", true);
	struct err err = { 0 };
	struct status s;
	int a, b;

	status_init(&s);
	is_str(ana.who, "ana@pts/3", "as events name it");
	is_str(ben.who, "release (ben)", "with a name");
	is_int(sessions_come(sessions, &(struct engine_session){ .user = "" }, &err), -1,
			"nobody in particular is not listed");
	a = sessions_come(sessions, &ana, &err);
	b = sessions_come(sessions, &ben, &err);
	sessions_acted(sessions, &ana, "pause what=load");
	look(&s);
	is_int(s.nsessions, 2, "two are here");
	is_str(s.sessions[0].who, "ana@pts/3", "in the order in which they came");
	is_str(s.sessions[0].acted, "pause what=load", "with what was done last");
	ok(s.sessions[0].acted_us > 0, "and when");
	ok(s.sessions[1].read_only && s.sessions[1].acted[0] == '\0', "the other is read-only, and did nothing");
	sessions_go(sessions, a);
	look(&s);
	is_int(s.nsessions, 1, "one has gone");
	is_str(s.sessions[0].name, "release", "the other is still here");
	sessions_go(sessions, b);
	status_done(&s);
}

static void test_most(void)
{
	struct engine_session ana = named("", "ana", "pts/3", false);
	struct err err = { 0 };
	int places[SESSIONS_MOST], came = 0;

	for (int i = 0; i < SESSIONS_MOST; i++)
		came += (places[i] = sessions_come(sessions, &ana, &err)) >= 0;
	is_int(came, SESSIONS_MOST, "as many as there is room for");
	is_int(sessions_come(sessions, &ana, &err), -1, "one more is told: %s", err.msg);
	for (int i = 0; i < SESSIONS_MOST; i++)
		sessions_go(sessions, places[i]);
}

/* ---- by the socket ---- */

static int request(void *self, const struct engine_request *r, engine_emit *emit, void *arg, struct err *err)
{
	return sessions_attend(sessions, r->session, emit, arg, err);
}

/* Until so many are here; the one that has come is told by s. */
static bool wait_for(size_t n, struct status *s)
{
	for (int i = 0; i < 3000; i++) {
		look(s);
		if (s->nsessions == n)
			return true;
		usleep(10000);
	}
	return false;
}

static void test_socket(void)
{
	struct engine_session liar = named("night shift", "nobody-of-that-name", "pts/9", true);
	const struct passwd *me = getpwuid(getuid());
	struct engine_link served = { .request = request }, link;
	char folder[] = "/tmp/millrace-sessions.XXXXXX", path[100];
	struct err err = { 0 };
	struct control_server *server;
	struct control_client *client;
	struct status s;

	status_init(&s);
	ok(mkdtemp(folder) != NULL, "a folder");
	snprintf(path, sizeof(path), "%s/control.sock", folder);
	server = control_serve(&served, path, &err);
	client = control_connect(path, &link, &err);
	link.attend(link.self, &liar);
	ok(wait_for(1, &s), "a console that has attached is here");
	is_str(s.nsessions ? s.sessions[0].user : "", me ? me->pw_name : "",
			"the user is the one that the system knows");
	is_str(s.nsessions ? s.sessions[0].terminal : "", "pts/9", "the terminal is what it says");
	ok(s.nsessions && s.sessions[0].read_only && !s.sessions[0].here, "read-only, and elsewhere");
	link.attend(link.self, &liar);
	look(&s);
	is_int(s.nsessions, 1, "it is here once, however often it says so");
	link.attend(link.self, NULL);
	ok(wait_for(0, &s), "it has closed its console: it is gone");
	link.attend(link.self, &liar);
	ok(wait_for(1, &s), "and here again");
	control_disconnect(client);
	ok(wait_for(0, &s), "its process has ended: it is gone");
	client = control_connect(path, &link, &err);
	link.attend(link.self, &liar);
	ok(wait_for(1, &s), "one that is here at the end");
	sessions_stop(sessions);
	ok(wait_for(0, &s), "is let go");
	control_disconnect(client);
	control_stop(server);
	rmdir(folder);
	status_done(&s);
}

int main(void)
{
	sessions = sessions_new();
	test_list();
	test_most();
	test_socket();
	sessions_free(sessions);
	return tap_done();
}
