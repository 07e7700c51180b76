/*
 * login.h - the MySQL server of a test: where it is, and a connection by the program's own door, through which all logins of a process
 * go. A statement that fails ends the test by name.
 */
#ifndef TESTS_LOGIN_H
#define TESTS_LOGIN_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "mysql/mysql_login.h"
#include "source/server/mysql_conf.h"

/* port, user and password from what tests/servers/mysql has written into a server's folder. */
static inline void test_server_conf(const char *folder, struct mysql_conf *conf)
{
	char path[600], line[400];
	FILE *f;

	snprintf(path, sizeof(path), "%s/env", folder);
	f = fopen(path, "r");
	if (f == NULL) {
		printf("Bail out! %s: no server was started there\n", path);
		exit(1);
	}
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "port=", 5) == 0)
			conf->port = atoi(line + 5);
		else if (strncmp(line, "user=", 5) == 0)
			conf->user = xstrdup(line + 5);
		else if (strncmp(line, "password=", 9) == 0)
			conf->password = xstrdup(line + 9);
	}
	fclose(f);
}

static inline MYSQL *test_login(const struct mysql_conf *conf)
{
	const struct login_conf plain = { .ssl_mode = SSL_DISABLED };
	const struct mysql_login login = {
		.who = "MySQL",
		.section = "mysql",
		.conf = &plain,
		.host = "127.0.0.1",
		.port = (unsigned)conf->port,
		.user = conf->user,
		.password = conf->password,
		.charset = "utf8mb4",
		.connect_s = 20,
		.answer_s = 600,
	};
	struct err err = { 0 };
	MYSQL *db;

	if (mysql_login(&login, &db, &err) == LOGIN_OPEN)
		return db;
	printf("Bail out! %s %s\n", err.msg, mysql_error(db));
	exit(1);
}

#endif
