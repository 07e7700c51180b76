/* login.h - a connection of a test that has the program's own door in it: all logins of a process go through it. */
#ifndef TESTS_LOGIN_H
#define TESTS_LOGIN_H

#include <stdio.h>
#include <stdlib.h>

#include "mysql/mysql_login.h"
#include "source/server/mysql_conf.h"

static MYSQL *test_login(const struct mysql_conf *conf)
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
