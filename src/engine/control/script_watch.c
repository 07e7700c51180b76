/*
 * script_watch.c - see script_watch.h. inotify only says that something in a folder was changed; whether it was a file of ours, its inode, size
 * and times say, so a link that is put in the place of another is seen as well. Where the file system tells nothing (NFS), they are looked at
 * every LOOK_MS. @thread its own, but for start, again, stop, free
 */
#include "engine/control/script_watch.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/fnv.h"
#include "core/logline.h"
#include "core/xalloc.h"
#include "engine/base/worker.h"
#include "engine/control/script_apply.h"
#include "engine/control/script_shadow.h"
#include "engine/scripts/script_store.h"

enum {
	LOOK_MS = 10000,
	QUIET_MS = 200, /* a save is several steps: they are over when nothing has happened for so long */
	QUIET_MAX_MS = 2000,
	STOP_MS = 300
};

struct watched { /* a section */
	const struct table_settings *section;
	char **files; /* in the order in which they are looked at */
	size_t nfiles;
	uint64_t print; /* of the files, when they were tried last; 0: never */
	bool unread;	/* the script could not be made of them, so not all of its files are known */
	bool refused;
	char why[512];
};

struct script_watch {
	struct engine *e;
	const struct settings *live; /* that the sections are of; NULL: nothing is watched */
	struct watched *sections;
	size_t nsections;
	int folders; /* inotify; -1: none */
	int wake_fd;
	struct worker worker;
};

struct script_watch *script_watch_new(struct engine *e)
{
	struct script_watch *w = xcalloc(1, sizeof(*w));

	w->e = e;
	w->folders = -1;
	w->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	worker_init(&w->worker);
	return w;
}

/* ---- which files ---- */

static void forget_files(struct watched *s)
{
	for (size_t i = 0; i < s->nfiles; i++)
		free(s->files[i]);
	free(s->files);
	s->files = NULL;
	s->nfiles = 0;
}

static void add_file(struct watched *s, char *path) /* takes it */
{
	s->files = xrealloc(s->files, (s->nfiles + 1) * sizeof(*s->files));
	s->files[s->nfiles++] = path;
}

/* What one script of the section has read, beside its own file. */
static void add_read(struct watched *s, const char *path, const struct script_source *of)
{
	const char *slash = strrchr(path, '/');

	for (size_t i = 0; i < of->nfiles; i++)
		add_file(s,
				xasprintf("%.*s/%s", slash ? (int)(slash - path) : 1, slash ? path : ".",
						of->files[i].path));
}

/* script NULL: it could not be made; its own files are known from the configuration. */
static void note_files(struct script_watch *w, struct watched *s, const struct script *script)
{
	size_t filter = s->section->filter.text != NULL; /* the first of the chain, and in no file of its own */
	struct script_source *of = xcalloc(1, sizeof(*of));

	forget_files(s);
	for (size_t i = 0; i < s->section->transform.count; i++) {
		char *path = table_script_path(w->live, s->section->transform.items[i]);

		if (script && script_source_at(script, filter + i, of))
			add_read(s, path, of);
		add_file(s, script_case_path(path));
		add_file(s, path);
	}
	free(of);
}

static uint64_t print_of(const struct watched *s)
{
	uint64_t print = FNV_START;

	for (size_t i = 0; i < s->nfiles; i++) {
		struct stat st;

		print = fnv_add(fnv_text(print, s->files[i]), '\n');
		if (stat(s->files[i], &st))
			continue;
		print = fnv_add(fnv_add(print, st.st_dev), st.st_ino);
		print = fnv_add(fnv_add(print, (uint64_t)st.st_size), (uint64_t)st.st_mtim.tv_sec);
		print = fnv_add(fnv_add(print, (uint64_t)st.st_mtim.tv_nsec), (uint64_t)st.st_ctim.tv_sec);
		print = fnv_add(print, (uint64_t)st.st_ctim.tv_nsec);
	}
	return print ? print : 1;
}

/* ---- one section ---- */

static void refuse(struct script_watch *w, struct watched *s, const char *why)
{
	if (!s->refused || strcmp(s->why, why) != 0)
		logline(LOG_WARNING, "script", "[table %s]: the files were changed and are not used: %s",
				s->section->name, why);
	snprintf(s->why, sizeof(s->why), "%s", why);
	s->refused = true;
	problem_raise(w->e->shared.problems, PROBLEM_SCRIPT_NOT_TAKEN, s->section->name, "%s", why);
}

static void accept(struct script_watch *w, struct watched *s)
{
	s->refused = false;
	problem_clear(w->e->shared.problems, PROBLEM_SCRIPT_NOT_TAKEN, s->section->name);
}

static void apply(struct script_watch *w, struct watched *s)
{
	struct apply_wish wish = { .table = s->section->name, .how = "watch", .who = "script.watch" };
	struct err err = { 0 };

	if (script_apply(w->e, &wish, script_shadow_log, (void *)s->section, &err) && err.kind != ERR_RETRY)
		refuse(w, s, err.msg); /* ERR_RETRY: it is taken, and the load comes to it later */
	else
		accept(w, s);
}

static void try_files(struct script_watch *w, struct watched *s, const char *was)
{
	struct err err = { 0 };
	struct script *script = table_script_open(w->live, s->section, &err);
	char is[SCRIPT_VERSION_ROOM] = "";

	s->unread = script == NULL;
	if (script) {
		note_files(w, s, script);
		script_version(script, is);
	}
	s->print = print_of(s);
	script_close(script);
	if (script == NULL)
		refuse(w, s, err.msg);
	else if (strcmp(is, was) == 0 || script_store_refuses(w->live->scripts, s->section->name, is))
		accept(w, s);
	else
		apply(w, s);
}

static void look_at(struct script_watch *w, struct watched *s)
{
	char was[SCRIPT_VERSION_ROOM];

	if (script_store_runs(w->live->scripts, s->section->name, was) && (s->unread || s->print != print_of(s)))
		try_files(w, s, was);
}

/* ---- all of them ---- */

static void leave(struct script_watch *w)
{
	for (size_t i = 0; i < w->nsections; i++) {
		accept(w, &w->sections[i]);
		forget_files(&w->sections[i]);
	}
	free(w->sections);
	w->sections = NULL;
	w->nsections = 0;
	w->live = NULL;
}

/* The sections of the configuration as it is now. */
static void follow(struct script_watch *w)
{
	const struct settings *live = atomic_load(&w->e->shared.live);

	if (w->live == live || (w->live == NULL && !live->load.script_watch))
		return;
	if (w->live == NULL || !live->load.script_watch)
		logline(LOG_NOTICE, "script", "script.watch is %s", live->load.script_watch ? "on" : "off");
	leave(w);
	if (!live->load.script_watch)
		return;
	w->live = live;
	w->sections = xcalloc(live->ntables + 1, sizeof(*w->sections));
	for (size_t i = 0; i < live->ntables; i++) {
		if (live->tables[i].transform.count == 0)
			continue;
		w->sections[w->nsections].section = &live->tables[i];
		note_files(w, &w->sections[w->nsections++], NULL);
	}
}

/* Every folder anew, since one may have been put in the place of another. */
static void watch_folders(struct script_watch *w)
{
	if (w->folders >= 0)
		close(w->folders);
	w->folders = w->live ? inotify_init1(IN_NONBLOCK | IN_CLOEXEC) : -1;
	for (size_t i = 0; i < w->nsections && w->folders >= 0; i++)
		for (size_t k = 0; k < w->sections[i].nfiles; k++) {
			char *folder = xstrdup(w->sections[i].files[k]), *slash = strrchr(folder, '/');

			if (slash)
				slash[slash == folder] = '\0';
			inotify_add_watch(w->folders, slash ? folder : ".",
					IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE);
			free(folder);
		}
}

/* Whether there was anything within that time; what there was is taken. */
static bool anything(struct script_watch *w, int ms)
{
	struct pollfd fds[2] = { { .fd = w->wake_fd, .events = POLLIN }, { .fd = w->folders, .events = POLLIN } };
	char taken[4096];

	if (poll(fds, 2, ms) <= 0)
		return false;
	for (int i = 0; i < 2; i++)
		while (fds[i].fd >= 0 && read(fds[i].fd, taken, sizeof(taken)) > 0)
			;
	return true;
}

static void await(struct script_watch *w)
{
	if (!anything(w, w->live ? LOOK_MS : -1))
		return;
	for (int ms = 0; ms < QUIET_MAX_MS && !worker_stops(&w->worker) && anything(w, QUIET_MS); ms += QUIET_MS)
		;
}

static void watch_run(void *arg)
{
	struct script_watch *w = arg;

	while (!worker_stops(&w->worker)) {
		follow(w);
		watch_folders(w);
		for (size_t i = 0; i < w->nsections && !worker_stops(&w->worker); i++)
			look_at(w, &w->sections[i]);
		await(w);
	}
}

/* ---- its beginning and end ---- */

int script_watch_start(struct script_watch *w, struct err *err)
{
	return w->e->load ? worker_start(&w->worker, watch_run, w, err) : 0;
}

void script_watch_again(struct script_watch *w)
{
	uint64_t one = 1;
	ssize_t n = write(w->wake_fd, &one, sizeof(one));

	(void)n; /* full: it is awake */
}

/* One that is being tried is left to the end of the process. */
void script_watch_stop(struct script_watch *w)
{
	worker_tell(&w->worker);
	script_watch_again(w);
	worker_stop(&w->worker, STOP_MS);
}

bool script_watch_free(struct script_watch *w)
{
	if (w == NULL)
		return true;
	if (!worker_done(&w->worker))
		return false;
	leave(w);
	if (w->folders >= 0)
		close(w->folders);
	close(w->wake_fd);
	free(w);
	return true;
}
