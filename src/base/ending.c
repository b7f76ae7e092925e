#include "base/ending.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/macros.h"

enum { PLACES = 32, ENDING_PATH_MAX = 1024 };

enum ending_state { PLACE_FREE, PLACE_TAKEN, PLACE_PROCESS, PLACE_CONFINED, PLACE_FILE };

/* A signal's handler is given nothing: this has to be known to all of the program. */
static struct ending_place {
  int state; /* atomic: enum ending_state; the rest is read where it is PLACE_PROCESS or PLACE_FILE
              */
  pid_t pid;
  int dir;
  char path[ENDING_PATH_MAX];
} places[PLACES];
static int holds;   /* atomic: threads between ending_hold and ending_release */
static int waiting; /* atomic: a signal that came meanwhile, or 0 */
static int ended;   /* atomic: this program is about to end */

static void wait_a_second_for(pid_t pid)
{
  for (int i = 0; i < 500 && waitpid(pid, NULL, WNOHANG) == 0; i++)
    poll(NULL, 0, 2);
}

/* Only what signal-safety(7) allows. */
static void end_places(void)
{
  for (size_t i = 0; i < PLACES; i++) {
    switch (__atomic_load_n(&places[i].state, __ATOMIC_ACQUIRE)) {
    case PLACE_PROCESS:
      kill(places[i].pid, SIGTERM);
      break;
    case PLACE_CONFINED:
      kill(places[i].pid, SIGTERM);
      wait_a_second_for(places[i].pid);
      break;
    case PLACE_FILE:
      unlinkat(places[i].dir, places[i].path, 0);
      break;
    default:
      break;
    }
  }
}

static void on_signal(int number)
{
  __atomic_store_n(&ended, 1, __ATOMIC_SEQ_CST);
  if (__atomic_load_n(&holds, __ATOMIC_SEQ_CST) > 0) {
    __atomic_store_n(&waiting, number, __ATOMIC_SEQ_CST);
    __atomic_store_n(&ended, 0, __ATOMIC_SEQ_CST);
    return;
  }
  end_places();
  signal(number, SIG_DFL);
  raise(number);
}

void ending_end_others(void)
{
  const struct timespec moment = { 0, 1000000 };

  __atomic_store_n(&ended, 1, __ATOMIC_SEQ_CST);
  /* A process that is being started is in no place yet; that takes a moment. */
  for (int i = 0; i < 1000 && __atomic_load_n(&holds, __ATOMIC_SEQ_CST) > 0; i++)
    nanosleep(&moment, NULL);
  end_places();
}

void ending_hold(void)
{
  __atomic_add_fetch(&holds, 1, __ATOMIC_SEQ_CST);
  while (__atomic_load_n(&ended, __ATOMIC_SEQ_CST)) {
    const struct timespec moment = { 0, 1000000 };

    nanosleep(&moment, NULL);
  }
}

void ending_release(void)
{
  int number = 0;

  if (__atomic_sub_fetch(&holds, 1, __ATOMIC_SEQ_CST) == 0)
    number = __atomic_exchange_n(&waiting, 0, __ATOMIC_SEQ_CST);
  if (number)
    raise(number);
}

void ending_install(void)
{
  static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
  struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
  struct sigaction old;

  sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
    if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
      sigaction(numbers[i], &action, NULL);
  }
}

static int take_place(void)
{
  for (int i = 0; i < PLACES; i++) {
    int expected = PLACE_FREE;

    if (__atomic_compare_exchange_n(&places[i].state, &expected, PLACE_TAKEN, 0, __ATOMIC_ACQUIRE,
                                    __ATOMIC_RELAXED))
      return i;
  }
  return -1;
}

static int add_process(pid_t pid, enum ending_state state)
{
  int place = take_place();

  if (place < 0)
    return -1;
  places[place].pid = pid;
  __atomic_store_n(&places[place].state, state, __ATOMIC_RELEASE);
  return place;
}

int ending_add_process(pid_t pid)
{
  return add_process(pid, PLACE_PROCESS);
}

int ending_add_confined(pid_t pid)
{
  return add_process(pid, PLACE_CONFINED);
}

int ending_add_file(int dir, const char *path)
{
  size_t len = strlen(path);
  int place = len < ENDING_PATH_MAX ? take_place() : -1;

  if (place < 0)
    return -1;
  places[place].dir = dir;
  memcpy(places[place].path, path, len + 1);
  __atomic_store_n(&places[place].state, PLACE_FILE, __ATOMIC_RELEASE);
  return place;
}

void ending_forget(int place)
{
  if (place >= 0)
    __atomic_store_n(&places[place].state, PLACE_FREE, __ATOMIC_RELEASE);
}
