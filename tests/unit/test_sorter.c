/* Sorting with and without a temporary file: the same records in the same order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/sorter.h"

#define MIB (UINT64_C(1) << 20)

/* Records are "KEY:NUMBER"; they are sorted by the key alone. */
static int by_key(struct str a, struct str b, const void *user)
{
  (void)user;
  a.len = (size_t)((const char *)memchr(a.ptr, ':', a.len) - a.ptr);
  b.len = (size_t)((const char *)memchr(b.ptr, ':', b.len) - b.ptr);
  return str_compare(a, b);
}

struct wanted {
  unsigned key, number;
};

static int by_key_then_number(const void *a, const void *b)
{
  const struct wanted *wanted_a = a;
  const struct wanted *wanted_b = b;

  if (wanted_a->key != wanted_b->key)
    return wanted_a->key < wanted_b->key ? -1 : 1;
  return (wanted_a->number > wanted_b->number) - (wanted_a->number < wanted_b->number);
}

static size_t format(char *out, size_t size, const struct wanted *wanted, size_t pad)
{
  return (size_t)snprintf(out, size, "%08u:%u%*s", wanted->key, wanted->number, (int)pad, "");
}

/* Adds n records of which several have each key, reads them twice, and holds them against what
 * qsort makes of the same. */
static void sorts(struct budget *memory, unsigned n, size_t pad)
{
  struct sorter *sorter = sorter_new(memory, by_key, NULL);
  AUTO_FREE struct wanted *wanted = xcalloc(n + 1, sizeof(*wanted));
  AUTO_FREE char *text = xmalloc(pad + 64);
  unsigned random = 12345;
  struct str record;
  struct error err;

  for (unsigned i = 0; i < n; i++) {
    random = random * 1103515245 + 12345;
    wanted[i] = (struct wanted) { random / 65536 % (n / 3 + 1), i };
    sorter_add(sorter, (struct str) { text, format(text, pad + 64, &wanted[i], pad) });
  }
  assert_int_equal(sorter_count(sorter), n);
  qsort(wanted, n, sizeof(*wanted), by_key_then_number);
  for (int times = 0; times < 2; times++) {
    assert_int_equal(sorter_begin(sorter, &err), 0);
    for (unsigned i = 0; i < n; i++) {
      assert_int_equal(sorter_next(sorter, &record, &err), 1);
      assert_int_equal(record.len, format(text, pad + 64, &wanted[i], pad));
      assert_memory_equal(record.ptr, text, record.len);
    }
    assert_int_equal(sorter_next(sorter, &record, &err), 0);
    assert_int_equal(sorter_next(sorter, &record, &err), 0);
  }
  sorter_free(sorter);
  if (memory)
    assert_int_equal(memory->used, 0);
}

static void sorts_in_memory(void **state)
{
  (void)state;
  sorts(NULL, 0, 0);
  sorts(NULL, 1, 0);
  sorts(NULL, 100000, 20);
}

static void sorts_in_runs(void **state)
{
  struct budget memory = BUDGET_INIT(MIB);

  (void)state;
  sorts(&memory, 0, 0);
  sorts(&memory, 1, 0);
  sorts(&memory, 50000, 100);  /* a few runs */
  sorts(&memory, 200000, 100); /* more than are merged at once */
  memory.limit = 4 * MIB;
  sorts(&memory, 40, 90000); /* records that are longer than what is read at once */
}

/* Others have taken all but what a sorter needs at least. */
static void sorts_where_memory_is_short(void **state)
{
  struct budget memory = BUDGET_INIT(4 * MIB);

  (void)state;
  assert_true(budget_take(&memory, 4 * MIB - 128 * 1024));
  {
    struct sorter *sorter = sorter_new(&memory, by_key, NULL);
    struct str record;
    struct error err;
    unsigned n = 0;

    for (unsigned i = 100000; i-- > 0;) {
      char text[64];
      const struct wanted wanted = { i, i };

      sorter_add(sorter, (struct str) { text, format(text, sizeof(text), &wanted, 0) });
    }
    assert_int_equal(sorter_begin(sorter, &err), 0);
    while (sorter_next(sorter, &record, &err) > 0)
      assert_int_equal(strtoul(record.ptr, NULL, 10), n++);
    assert_int_equal(n, 100000);
    sorter_free(sorter);
  }
  assert_int_equal(memory.used, 4 * MIB - 128 * 1024);
}

static void limit_is_named(void **state)
{
  struct budget memory = BUDGET_INIT(MIB);
  struct sorter *sorter = sorter_new(&memory, by_key, NULL);
  AUTO_FREE char *text = xmalloc(2 * MIB);
  struct error err;

  (void)state;
  memset(text, ':', 2 * MIB);
  sorter_add(sorter, STR("a:1"));
  sorter_add(sorter, (struct str) { text, 2 * MIB });
  sorter_add(sorter, STR("b:1"));
  for (int times = 0; times < 2; times++) {
    assert_int_equal(sorter_begin(sorter, &err), -1);
    assert_int_equal(err.code, ERROR_LIMIT);
    assert_non_null(strstr(err.message, "the limit of 1 MiB (see --memory-limit)"));
  }
  sorter_free(sorter);
  assert_int_equal(memory.used, 0);
}

static void missing_directory_is_named(void **state)
{
  struct budget memory = BUDGET_INIT(MIB);
  struct sorter *sorter = sorter_new(&memory, by_key, NULL);
  AUTO_FREE char *text = xcalloc(1, 4096);
  AUTO_FREE char *before = getenv("TMPDIR") ? xstrdup(getenv("TMPDIR")) : NULL;
  struct error err;

  (void)state;
  setenv("TMPDIR", "/nonexistent/here", 1);
  text[0] = ':';
  for (int i = 0; i < 1000; i++)
    sorter_add(sorter, (struct str) { text, 4096 });
  assert_int_equal(sorter_begin(sorter, &err), -1);
  assert_non_null(strstr(err.message, "/nonexistent/here"));
  sorter_free(sorter);
  assert_int_equal(memory.used, 0);
  if (before)
    setenv("TMPDIR", before, 1);
  else
    unsetenv("TMPDIR");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(sorts_in_memory),
    cmocka_unit_test(sorts_in_runs),
    cmocka_unit_test(sorts_where_memory_is_short),
    cmocka_unit_test(limit_is_named),
    cmocka_unit_test(missing_directory_is_named),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
