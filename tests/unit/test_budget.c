/* The memory budget, and what goes to a file where it has no more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/map.h"
#include "base/paged.h"
#include "base/spool.h"
#include "base/tally.h"
#include "pair/pending.h"

#define MIB (UINT64_C(1) << 20)

/* ---- the default ---- */

static void put(const char *root, const char *path, const char *text)
{
  char name[512];
  FILE *file;

  for (const char *at = strchr(path, '/'); at; at = strchr(at + 1, '/')) {
    snprintf(name, sizeof(name), "%s/%.*s", root, (int)(at - path), path);
    mkdir(name, 0700);
  }
  snprintf(name, sizeof(name), "%s/%s", root, path);
  file = fopen(name, "w");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);
}

static void remove_root(const char *root)
{
  char command[600];

  snprintf(command, sizeof(command), "rm -r %s", root);
  assert_int_equal(system(command), 0);
}

static void default_follows_the_machine(void **state)
{
  struct {
    const char *meminfo, *cgroup, *path, *limit;
    uint64_t wanted;
  } cases[] = {
    { "MemTotal:       2097152 kB\n", "0::/\n", NULL, NULL, 512 * MIB },
    { "MemTotal:      33554432 kB\n", "0::/\n", NULL, NULL, 1024 * MIB },
    { "MemTotal:         65536 kB\n", "0::/\n", NULL, NULL, 64 * MIB },
    { "", "", NULL, NULL, 1024 * MIB },
    /* cgroup v2: the group's own limit, one above it, the mount's top, none. */
    { "MemTotal: 33554432 kB\n", "0::/a/b\n", "sys/fs/cgroup/a/b/memory.max", "1073741824\n",
      256 * MIB },
    { "MemTotal: 33554432 kB\n", "0::/a/b\n", "sys/fs/cgroup/a/memory.max", "536870912\n",
      128 * MIB },
    { "MemTotal: 33554432 kB\n", "0::/\n", "sys/fs/cgroup/memory.max", "536870912\n", 128 * MIB },
    { "MemTotal: 33554432 kB\n", "0::/../../x\n", "sys/fs/cgroup/memory.max", "536870912\n",
      128 * MIB },
    { "MemTotal: 33554432 kB\n", "0::/a\n", "sys/fs/cgroup/a/memory.max", "max\n", 1024 * MIB },
    /* cgroup v1 */
    { "MemTotal: 33554432 kB\n", "9:cpu,cpuacct:/c\n4:memory:/m\n0::/\n",
      "sys/fs/cgroup/memory/m/memory.limit_in_bytes", "1073741824\n", 256 * MIB },
    { "MemTotal: 33554432 kB\n", "9:cpu,cpuacct:/m\n4:memory:/docker/1\n",
      "sys/fs/cgroup/memory/memory.limit_in_bytes", "1073741824\n", 256 * MIB },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    char root[] = "/tmp/diffoci-budget-XXXXXX";

    assert_non_null(mkdtemp(root));
    put(root, "proc/meminfo", cases[i].meminfo);
    put(root, "proc/self/cgroup", cases[i].cgroup);
    if (cases[i].path)
      put(root, cases[i].path, cases[i].limit);
    if (budget_default(root) != cases[i].wanted)
      fail_msg("case %zu: %llu", i, (unsigned long long)budget_default(root));
    remove_root(root);
  }
}

static void budget_counts(void **state)
{
  struct budget budget = BUDGET_INIT(100);

  (void)state;
  assert_true(budget_take(&budget, 60));
  assert_false(budget_take(&budget, 41));
  assert_true(budget_take(&budget, 40));
  assert_false(budget_take(&budget, UINT64_MAX));
  budget_give(&budget, 100);
  assert_true(budget_take(&budget, 100));
  assert_true(budget_take(NULL, UINT64_MAX));
}

/* ---- the spool ---- */

static void spool_keeps_what_it_gets(void **state)
{
  static const uint64_t limits[] = { UINT64_MAX, 2 << 20, 300 << 10 };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
    enum { TOTAL = 5 << 20 };
    struct budget budget = BUDGET_INIT(limits[i]);
    struct spool *spool = spool_new(&budget);
    AUTO_FREE unsigned char *model = xmalloc(TOTAL);
    AUTO_FREE unsigned char *read = xmalloc(TOTAL);
    struct error err;
    size_t size = 0;

    srandom(1);
    while (size < TOTAL) {
      size_t len = (size_t)random() % (random() % 8 ? 200 : 600000);

      len = MIN_OF(len, TOTAL - size);
      for (size_t j = 0; j < len; j++)
        model[size + j] = (unsigned char)random();
      assert_int_equal(spool_add(spool, model + size, len, &err), 0);
      size += len;
      assert_int_equal(spool_size(spool), size);
      if (size > 8) {
        size_t at = (size_t)random() % (size - 8);
        size_t n = 1 + (size_t)random() % 8;

        assert_int_equal(spool_read(spool, at, read, n, &err), 0);
        assert_memory_equal(read, model + at, n);
        memset(model + at, size & 0xff, n);
        assert_int_equal(spool_write(spool, at, model + at, n, &err), 0);
      }
      assert_true(budget.used <= budget.limit);
    }
    assert_int_equal(spool_read(spool, 0, read, TOTAL, &err), 0);
    assert_memory_equal(read, model, TOTAL);
    spool_free(spool);
    assert_int_equal(budget.used, 0);
  }
}

static void spool_says_where_it_cannot_write(void **state)
{
  struct budget budget = BUDGET_INIT(300 << 10);
  struct spool *spool = spool_new(&budget);
  AUTO_FREE char *bytes = xcalloc(1, 1 << 20);
  struct error err;

  (void)state;
  setenv("TMPDIR", "/nonexistent/there", 1);
  assert_int_equal(spool_add(spool, bytes, 1 << 20, &err), -1);
  assert_non_null(strstr(err.message, "/nonexistent/there"));
  unsetenv("TMPDIR");
  spool_free(spool);
}

/* ---- memory that goes to a file ---- */

/* Whether all bytes are this one. */
static bool all_are(const char *bytes, size_t len, char wanted)
{
  size_t i = 0;

  while (i < len && bytes[i] == wanted)
    i++;
  return i == len;
}

static void paged_memory_keeps_what_it_gets(void **state)
{
  enum { BLOCKS = 600, LARGE = 5 << 20 };
  static const uint64_t limits[] = { UINT64_MAX, 2 << 20, 0 };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
    struct budget budget = BUDGET_INIT(limits[i]);
    struct paged *paged = paged_new(&budget);
    struct error err;
    char *blocks[BLOCKS];
    size_t sizes[BLOCKS];

    srandom(3);
    for (size_t n = 0; n < BLOCKS; n++) {
      sizes[n] = n % 100 == 99 ? LARGE : (size_t)random() % 60000;
      blocks[n] = paged_give(paged, sizes[n]);
      assert_int_equal((uintptr_t)blocks[n] % _Alignof(max_align_t), 0);
      assert_true(all_are(blocks[n], sizes[n], 0));
      memset(blocks[n], (int)(n % 100) + 1, sizes[n]);
      for (int steps = 0; steps < 100; steps++)
        paged_step(paged);
      if (n % 100 == 99) { /* the one before it makes room */
        paged_drop(paged, blocks[n - 1], sizes[n - 1]);
        sizes[n - 1] = 0;
      }
    }
    assert_int_equal(paged_check(paged, &err), 0);
    assert_true(budget.used <= budget.limit / 2);
    for (size_t n = 0; n < BLOCKS; n++) {
      assert_true(all_are(blocks[n], sizes[n], (char)(n % 100 + 1)));
      if (n % 100 != 98)
        paged_drop(paged, blocks[n], sizes[n]);
    }
    paged_free(paged);
    assert_int_equal(budget.used, 0);
  }
}

/* Then it is the heap's, and said. */
static void paged_memory_says_where_there_is_no_file(void **state)
{
  struct budget budget = BUDGET_INIT(1000);
  struct paged *paged = paged_new(&budget);
  struct error err;
  char *blocks[2];

  (void)state;
  setenv("TMPDIR", "/nonexistent/there", 1);
  blocks[0] = paged_give(paged, 400);
  assert_int_equal(paged_check(paged, &err), 0);
  blocks[1] = paged_give(paged, 400);
  assert_int_equal(paged_check(paged, &err), -1);
  assert_non_null(strstr(err.message, "/nonexistent/there"));
  memset(blocks[1], 1, 400);
  unsetenv("TMPDIR");
  paged_drop(paged, blocks[0], 400);
  paged_drop(paged, blocks[1], 400);
  paged_free(paged);
  assert_int_equal(budget.used, 0);
}

/* Maps and arenas are the same wherever their memory is. */
static void maps_lie_in_paged_memory(void **state)
{
  enum { NAMES_IN_IT = 200000 };
  struct budget budget = BUDGET_INIT(1 << 20);
  struct paged *paged = paged_new(&budget);
  struct arena arena = ARENA_INIT_PAGED(paged);
  struct map map = MAP_INIT_PAGED(paged);
  struct error err;
  char name[32];

  (void)state;
  for (uintptr_t i = 1; i <= NAMES_IN_IT; i++) {
    struct map_entry *entry;

    snprintf(name, sizeof(name), "name-%zu", (size_t)i);
    entry = map_put(&map, str_of(name));
    assert_null(entry->value);
    entry->key = arena_str(&arena, str_of(name));
    entry->value = (void *)i;
    paged_step(paged);
  }
  assert_int_equal(map.n, NAMES_IN_IT);
  for (uintptr_t i = 1; i <= NAMES_IN_IT; i++) {
    snprintf(name, sizeof(name), "name-%zu", (size_t)i);
    assert_ptr_equal(map_find(&map, str_of(name))->value, (void *)i);
    assert_ptr_equal(map.entries[i - 1].value, (void *)i);
  }
  assert_int_equal(paged_check(paged, &err), 0);
  assert_true(budget.used <= budget.limit / 2);
  map_release(&map);
  arena_release(&arena);
  paged_free(paged);
  assert_int_equal(budget.used, 0);
}

/* ---- the tally ---- */

static void tally_counts(void **state)
{
  struct budget budget = BUDGET_INIT(1 << 20);
  struct tally tally = TALLY_INIT(&budget);
  struct error err;
  char name[32];

  (void)state;
  for (int i = 0; i < 5000; i++) {
    snprintf(name, sizeof(name), "name-%d", i);
    for (int times = i % 3; times > 0; times--)
      assert_int_equal(tally_add(&tally, str_of(name), &err), 0);
  }
  for (int i = 0; i < 1000; i++)
    assert_int_equal(tally_add(&tally, STR("often"), &err), 0);
  for (int i = 0; i < 5000; i++) {
    snprintf(name, sizeof(name), "name-%d", i);
    assert_int_equal(tally_of(&tally, str_of(name)), i % 3);
  }
  assert_int_equal(tally_of(&tally, STR("often")), 1000);
  for (int i = 0; i < 1 << 20; i++) {
    snprintf(name, sizeof(name), "more-%d", i);
    if (tally_add(&tally, str_of(name), &err))
      break;
    assert_in_range(i, 0, 1 << 18);
  }
  assert_non_null(strstr(err.message, "limit of 1 MiB (see --memory-limit)"));
  tally_release(&tally);
  assert_int_equal(budget.used, 0);
}

/* ---- what waits ---- */

enum { NAMES = 400, MOST = 3000 };

struct waiter {
  unsigned name;
  uint64_t index;
};

struct queue {
  struct waiter items[MOST];
  size_t n;
  int side;
};

static void check(const struct pending *pending, const char *name, uint64_t index)
{
  char link[4096];

  assert_int_equal(pending->key.len, strlen(name));
  assert_memory_equal(pending->key.ptr, name, strlen(name));
  assert_int_equal(pending->entry.index, index);
  assert_int_equal(pending->entry.mtime.seconds, -(int64_t)index);
  memset(link, 'a' + (int)(index % 26), sizeof(link));
  assert_int_equal(pending->entry.link_name.len, index % sizeof(link));
  assert_memory_equal(pending->entry.link_name.ptr, link, index % sizeof(link));
  assert_int_equal(pending->entry.n_records, 1);
  assert_true(str_equal(pending->entry.records[0].value, STR("v")));
  assert_int_equal(pending->hashed, index % 2);
  if (pending->hashed)
    assert_int_equal(pending->content.bytes[0], index % 251);
}

static int wait(struct pending_table *table, int side, const char *name, uint64_t index,
                struct error *err)
{
  const struct tar_record record = { STR("k"), STR("v") };
  struct digest digest = { DIGEST_SHA256, { (uint8_t)(index % 251) } };
  char link[4096];
  struct tar_entry entry = {
    .index = index,
    .name = str_of(name),
    .mtime = { .seconds = -(int64_t)index, .set = true },
    .records = &record,
    .n_records = 1,
  };

  memset(link, 'a' + (int)(index % 26), sizeof(link));
  entry.link_name = (struct str) { link, index % sizeof(link) };
  return pending_add(table, side, str_of(name), &entry, index % 2 ? &digest : NULL, err);
}

/* Held against a queue for each name. */
static void pending_is_a_queue_for_each_name(void **state)
{
  static const uint64_t limits[] = { UINT64_MAX, 1 << 20, 300 << 10 };
  static struct queue queues[NAMES];

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
    struct budget budget = BUDGET_INIT(limits[i]);
    struct pending_table *table = pending_new(&budget);
    CLEANUP(pending_release) struct pending got = PENDING_INIT;
    struct error err;
    uint64_t waiting = 0;
    uint64_t at = 0;
    uint64_t times;

    memset(queues, 0, sizeof(queues));
    srandom(7);
    for (uint64_t index = 0; index < MOST; index++) {
      unsigned number = (unsigned)random() % (random() % 4 ? NAMES : 3);
      struct queue *queue = &queues[number];
      int side = (int)(random() % 2);
      char name[16];

      snprintf(name, sizeof(name), "n%u", number);
      if (queue->n && queue->side != side) {
        assert_int_equal(pending_take(table, 1 - side, str_of(name), &got, &err), 1);
        check(&got, name, queue->items[0].index);
        assert_int_equal(got.side, queue->side);
        memmove(queue->items, queue->items + 1, --queue->n * sizeof(queue->items[0]));
        waiting--;
      } else {
        assert_int_equal(pending_take(table, 1 - side, str_of(name), &got, &err), 0);
        assert_int_equal(wait(table, side, name, index, &err), 0);
        queue->side = side;
        queue->items[queue->n++] = (struct waiter) { number, index };
        waiting++;
      }
      assert_int_equal(pending_waiting(table), waiting);
    }
    while (pending_next(table, &at, &got, &times, &err) == 1) {
      const unsigned number = (unsigned)strtoul(got.key.ptr + 1, NULL, 10);
      const struct queue *queue = &queues[number];
      char name[16];

      snprintf(name, sizeof(name), "n%u", number);
      check(&got, name, got.entry.index);
      assert_int_equal(times, queue->items[queue->n - 1].index == got.entry.index ? queue->n : 0);
      waiting--;
    }
    assert_int_equal(waiting, 0);
    pending_free(table);
    assert_int_equal(budget.used, 0);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(default_follows_the_machine),
    cmocka_unit_test(budget_counts),
    cmocka_unit_test(spool_keeps_what_it_gets),
    cmocka_unit_test(spool_says_where_it_cannot_write),
    cmocka_unit_test(paged_memory_keeps_what_it_gets),
    cmocka_unit_test(paged_memory_says_where_there_is_no_file),
    cmocka_unit_test(maps_lie_in_paged_memory),
    cmocka_unit_test(tally_counts),
    cmocka_unit_test(pending_is_a_queue_for_each_name),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
