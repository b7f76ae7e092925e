/* base/thread: a thread begins on another processor than its creator, and may go anywhere then. */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/thread.h"

struct seen {
  int processor;
  cpu_set_t allowed;
};

static void *look(void *argument)
{
  struct seen *seen = argument;

  seen->processor = sched_getcpu();
  assert_int_equal(sched_getaffinity(0, sizeof(seen->allowed), &seen->allowed), 0);
  return seen;
}

static void start_and_join(struct seen *seen)
{
  pthread_t thread;
  void *result;

  assert_true(thread_start(&thread, look, seen));
  assert_int_equal(pthread_join(thread, &result), 0);
  assert_ptr_equal(result, seen);
}

static void test_any_processor(void **state)
{
  cpu_set_t allowed;
  struct seen seen;

  (void)state;
  assert_int_equal(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
  assert_int_equal(thread_processors(), CPU_COUNT(&allowed));
  start_and_join(&seen);
  assert_true(CPU_EQUAL(&seen.allowed, &allowed));
}

/* Who may use one processor only starts threads there. */
static void test_one_processor(void **state)
{
  cpu_set_t allowed;
  cpu_set_t one;
  struct seen seen;

  (void)state;
  assert_int_equal(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
    if (!CPU_ISSET((unsigned)cpu, &allowed))
      continue;
    CPU_ZERO(&one);
    CPU_SET((unsigned)cpu, &one);
    assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
    assert_int_equal(thread_processors(), 1);
    start_and_join(&seen);
    assert_int_equal(seen.processor, cpu);
    assert_true(CPU_EQUAL(&seen.allowed, &one));
  }
  assert_int_equal(sched_setaffinity(0, sizeof(allowed), &allowed), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_any_processor),
    cmocka_unit_test(test_one_processor),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
