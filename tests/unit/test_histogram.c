/* Percentiles against an exact sort of the same values. */
#include "core/histogram.h"
#include "tests/tap.h"

#define VALUES 50000

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void test_against_sort(int shift)
{
	static struct histogram h;
	static struct histogram_copy copy;
	static int64_t values[VALUES];
	uint64_t state = 88172645463325252u;
	double percent[] = { 0, 1, 25, 50, 90, 99, 99.9, 100 };

	histogram_init(&h);
	for (int i = 0; i < VALUES; i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		values[i] = (int64_t)(state >> 24 >> (state % (unsigned)shift));
		histogram_add(&h, values[i]);
	}
	qsort(values, VALUES, sizeof(values[0]), compare);
	histogram_copy(&h, &copy);
	is_int(copy.total, VALUES, "all values counted");
	for (size_t i = 0; i < sizeof(percent) / sizeof(percent[0]); i++) {
		size_t rank = (size_t)(VALUES * percent[i] / 100 + 0.999999);
		int64_t exact = values[rank ? rank - 1 : 0], told = histogram_percentile(&copy, percent[i]);

		ok(told >= exact && (double)told <= (double)exact * 1.0625, "p%g within 6 %% above %lld: %lld",
				percent[i], (long long)exact, (long long)told);
	}
}

int main(void)
{
	static struct histogram h;
	static struct histogram_copy now, before;

	histogram_init(&h);
	histogram_copy(&h, &now);
	is_int(histogram_percentile(&now, 50), -1, "nothing seen");
	histogram_add(&h, -5);
	histogram_add_n(&h, 7, 9);
	histogram_copy(&h, &before);
	is_int(histogram_percentile(&before, 10), 0, "negative counts as 0");
	is_int(histogram_percentile(&before, 50), 7, "small values are exact");
	histogram_add(&h, INT64_MAX);
	histogram_copy(&h, &now);
	ok(histogram_percentile(&now, 100) >= (int64_t)1 << 39, "huge values end in the last bucket");
	histogram_subtract(&now, &before);
	is_int(now.total, 1, "a difference of two copies");
	ok(histogram_percentile(&now, 1) >= (int64_t)1 << 39, "tells the new values only");
	histogram_copy(&h, &now);
	is_int(now.total, 11, "all of it again");
	is_int(histogram_at_most(&now, 0), 1, "at most 0");
	is_int(histogram_at_most(&now, 6), 1, "at most 6");
	is_int(histogram_at_most(&now, 1000000), 10, "at most a second");
	ok(histogram_sum_us(&before) == 63, "the sum of small values is exact");
	test_against_sort(38);
	test_against_sort(5);
	return tap_done();
}
