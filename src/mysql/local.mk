# Connections that speak MySQL's protocol, for source and sink.
noinst_LIBRARIES += src/mysql/liblogin.a
src_mysql_liblogin_a_CPPFLAGS = $(AM_CPPFLAGS) $(MYSQL_CFLAGS) $(CRYPTO_CFLAGS)
src_mysql_liblogin_a_SOURCES = \
	src/mysql/login_conf.h \
	src/mysql/mysql_auth.c \
	src/mysql/mysql_auth.h \
	src/mysql/mysql_auth_crypt.c \
	src/mysql/mysql_login.c \
	src/mysql/mysql_login.h \
	src/mysql/mysql_shape.c \
	src/mysql/mysql_shape.h

check_PROGRAMS += tests/unit/test_mysql_auth
tests_unit_test_mysql_auth_SOURCES = tests/unit/test_mysql_auth.c tests/tap.h
tests_unit_test_mysql_auth_CPPFLAGS = $(AM_CPPFLAGS) $(MYSQL_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_test_mysql_auth_LDADD = $(LOGIN) $(CORE) $(MYSQL_LIBS) $(CRYPTO_LIBS)
