/* starrocks_request.c - one HTTP request to StarRocks: its time limits, its login, its body, and an end that another thread can make. */
#include <stdio.h>
#include <string.h>

#include "sink/starrocks/starrocks_request.h"

enum { POLL_MS = 1000 };

CURLcode request_perform(struct starrocks_http *h, CURL *c)
{
	CURLcode code = CURLE_ABORTED_BY_CALLBACK;
	int running = 1, left;
	CURLMsg *done;

	if (curl_multi_add_handle(h->multi, c) != CURLM_OK)
		return CURLE_FAILED_INIT;
	while (running && !atomic_load(&h->cancelled)) {
		if (curl_multi_perform(h->multi, &running) != CURLM_OK)
			break;
		if (running)
			curl_multi_poll(h->multi, NULL, 0, POLL_MS, NULL);
	}
	while ((done = curl_multi_info_read(h->multi, &left)) != NULL)
		if (done->msg == CURLMSG_DONE && done->easy_handle == c)
			code = done->data.result;
	curl_multi_remove_handle(h->multi, c);
	return code;
}

static size_t take_answer(char *data, size_t size, size_t count, void *context)
{
	struct buf *out = context;

	buf_put(out, data, size * count);
	return out->failed ? 0 : size * count;
}

static size_t give_body(char *out, size_t size, size_t count, void *context)
{
	struct upload *u = context;
	size_t n = size * count < u->len - u->at ? size * count : u->len - u->at;

	memcpy(out, u->data + u->at, n);
	u->at += n;
	u->started = true;
	return n;
}

static int seek_body(void *context, curl_off_t offset, int origin)
{
	struct upload *u = context;

	if (origin != SEEK_SET || offset < 0 || (size_t)offset > u->len)
		return CURL_SEEKFUNC_FAIL;
	u->at = (size_t)offset;
	return CURL_SEEKFUNC_OK;
}

void request_common(struct starrocks_http *h, CURL *c, const char *url, int64_t timeout_ms, struct buf *out)
{
	long connect_ms = h->conf->connect_timeout_ms > 0 ? (long)h->conf->connect_timeout_ms : 5000;

	curl_easy_reset(c); /* keeps connections */
	h->curl_problem[0] = '\0';
	buf_reset(out);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	if (h->conf->login.ssl_ca)
		curl_easy_setopt(c, CURLOPT_CAINFO, h->conf->login.ssl_ca);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(c, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, h->curl_problem);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_answer);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, out);
}

void request_login(struct starrocks_http *h, CURL *c)
{
	curl_easy_setopt(c, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
	curl_easy_setopt(c, CURLOPT_USERNAME, h->conf->user ? h->conf->user : "root");
	curl_easy_setopt(c, CURLOPT_PASSWORD, sink_password(h->conf));
}

int64_t request_timeout_ms(const struct starrocks_http *h)
{
	return h->conf->load_timeout_ms >= 1000 ? h->conf->load_timeout_ms : 1000;
}

void request_put(struct starrocks_http *h, CURL *c, const char *url, struct curl_slist *headers, const char *body,
		size_t len)
{
	h->upload = (struct upload){ body, len, 0, false };
	/* StarRocks answers when its own time limit is over; a little more for the way. */
	request_common(h, c, url, len ? request_timeout_ms(h) + 5000 : 15000, &h->answer);
	request_login(h, c);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)len);
	curl_easy_setopt(c, CURLOPT_READFUNCTION, give_body);
	curl_easy_setopt(c, CURLOPT_READDATA, &h->upload);
	curl_easy_setopt(c, CURLOPT_SEEKFUNCTION, seek_body);
	curl_easy_setopt(c, CURLOPT_SEEKDATA, &h->upload);
	curl_easy_setopt(c, CURLOPT_EXPECT_100_TIMEOUT_MS, 10000L);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)(request_timeout_ms(h) / 1000 + 1));
}

const char *request_host(const char *url, char *out, size_t size)
{
	const char *at = strstr(url, "://");
	size_t len;

	at = at ? at + 3 : url;
	len = strcspn(at, "/?#");
	if (memchr(at, '@', len)) {
		const char *host = (const char *)memchr(at, '@', len) + 1;

		len -= (size_t)(host - at);
		at = host;
	}
	snprintf(out, size, "%.*s", (int)(len < 200 ? len : 200), at);
	return out;
}

int request_failed(struct starrocks_http *h, CURLcode code, const char *who, const char *url, struct err *err)
{
	char host[256];

	return err_set(err, ERR_UNREACHABLE, (int)code, "StarRocks %s %s: %s", who,
			request_host(url, host, sizeof(host)),
			h->curl_problem[0] ? h->curl_problem : curl_easy_strerror(code));
}
