noinst_LIBRARIES += src/http/libhttp.a
src_http_libhttp_a_SOURCES = \
	src/http/http.h \
	src/http/http_answer.h \
	src/http/http_auth.c \
	src/http/http_connect.c \
	src/http/http_connect.h \
	src/http/http_connect_offsets.c \
	src/http/http_health.c \
	src/http/http_histograms.c \
	src/http/http_metrics.c \
	src/http/http_metrics.h \
	src/http/http_route.c \
	src/http/http_server.c \
	src/http/http_settings.c
src_http_libhttp_a_CPPFLAGS = $(AM_CPPFLAGS) $(MICROHTTPD_CFLAGS)

check_PROGRAMS += tests/unit/test_http
tests_unit_test_http_SOURCES = tests/unit/test_http.c tests/screen/fake_status.c tests/screen/fake_status.h tests/tap.h
tests_unit_test_http_LDADD = src/http/libhttp.a $(ENGINE) $(ENGINE_LIBS) $(MICROHTTPD_LIBS)
E2E_TESTS += tests/e2e/http.sh
