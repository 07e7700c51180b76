/*
 * compare_topics_pair.c - which message of one side belongs to which of the other. Equal ones anchor each other by their
 * longest common subsequence; what lies between two anchors is paired by its keys, so that one message too many shows as
 * one message too many and not as a difference in every message behind it.
 */
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "tests/e2e/compare_topics.h"

enum { CELLS_MAX = 16 << 20 };

typedef bool same_fn(const struct message *a, const struct message *b);
typedef void gap_fn(const struct message *a, size_t na, const struct message *b, size_t nb, struct pairs *out);

static bool same_bytes(const struct bytes *a, const struct bytes *b)
{
	return (a->p == NULL) == (b->p == NULL) &&
			(a->p == NULL || (a->len == b->len && memcmp(a->p, b->p, a->len) == 0));
}

static bool same_key(const struct message *a, const struct message *b)
{
	return same_bytes(&a->key, &b->key) && (a->value.p == NULL) == (b->value.p == NULL);
}

static bool same_message(const struct message *a, const struct message *b)
{
	return same_bytes(&a->key, &b->key) && same_bytes(&a->masked, &b->masked) &&
			same_bytes(&a->headers, &b->headers);
}

static void add(struct pairs *out, const struct message *ours, const struct message *theirs)
{
	if (out->count == out->cap) {
		out->cap = out->cap ? out->cap * 2 : 256;
		out->at = xrealloc(out->at, out->cap * sizeof(*out->at));
	}
	out->at[out->count++] = (struct pair){ ours, theirs };
}

static void pair_in_order(const struct message *a, size_t na, const struct message *b, size_t nb, struct pairs *out)
{
	for (size_t i = 0; i < na || i < nb; i++)
		add(out, i < na ? &a[i] : NULL, i < nb ? &b[i] : NULL);
}

static void leave_alone(const struct message *a, size_t na, const struct message *b, size_t nb, struct pairs *out)
{
	for (size_t i = 0; i < na; i++)
		add(out, &a[i], NULL);
	for (size_t i = 0; i < nb; i++)
		add(out, NULL, &b[i]);
}

/* lengths[i * (nb + 1) + j]: of the longest common subsequence of a[i..] and b[j..]. */
static uint32_t *common_lengths(const struct message *a, size_t na, const struct message *b, size_t nb, same_fn *same)
{
	size_t w = nb + 1;
	uint32_t *l = xcalloc((na + 1) * w, sizeof(*l));

	for (size_t i = na; i-- > 0;)
		for (size_t j = nb; j-- > 0;) {
			uint32_t down = l[(i + 1) * w + j], right = l[i * w + j + 1];

			l[i * w + j] = same(&a[i], &b[j]) ? l[(i + 1) * w + j + 1] + 1 : down > right ? down : right;
		}
	return l;
}

static void pair_common(const struct message *a, size_t na, const struct message *b, size_t nb, same_fn *same,
		gap_fn *gap, struct pairs *out)
{
	size_t i = 0, j = 0, from_a = 0, from_b = 0, w = nb + 1;
	uint32_t *l;

	if (na && nb > CELLS_MAX / na) {
		pair_in_order(a, na, b, nb, out);
		return;
	}
	l = common_lengths(a, na, b, nb, same);
	while (i < na && j < nb) {
		if (same(&a[i], &b[j])) {
			gap(a + from_a, i - from_a, b + from_b, j - from_b, out);
			add(out, &a[i++], &b[j++]);
			from_a = i;
			from_b = j;
		} else if (l[(i + 1) * w + j] >= l[i * w + j + 1]) {
			i++;
		} else {
			j++;
		}
	}
	gap(a + from_a, na - from_a, b + from_b, nb - from_b, out);
	free(l);
}

static void pair_by_key(const struct message *a, size_t na, const struct message *b, size_t nb, struct pairs *out)
{
	if (na == nb)
		pair_in_order(a, na, b, nb, out);
	else
		pair_common(a, na, b, nb, same_key, leave_alone, out);
}

void messages_pair(const struct message *a, size_t na, const struct message *b, size_t nb, struct pairs *out)
{
	size_t head = 0;

	out->count = 0;
	for (; head < na && head < nb && same_message(&a[head], &b[head]); head++)
		add(out, &a[head], &b[head]);
	pair_common(a + head, na - head, b + head, nb - head, same_message, pair_by_key, out);
}
