/* What an attacker would try with other processes, the one above all that started this one. */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "attack.h"

static int trace_parent(void)
{
  return (int)ptrace(PTRACE_ATTACH, parent, NULL, NULL);
}

static int read_parent(void)
{
  char byte;
  const struct iovec here = { &byte, 1 };
  const struct iovec there = { (void *)&victim, 1 };

  return (int)process_vm_readv(parent, &here, 1, &there, 1, 0);
}

static int fork_once(void)
{
  return (int)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}

static int fork_by_library(void)
{
  return fork();
}

static int kill_parent(void)
{
  return kill(parent, SIGKILL);
}

static int signal_parent(void)
{
  return (int)syscall(SYS_tgkill, parent, parent, SIGTERM);
}

static int own_signals_of_files(void)
{
  return fcntl(3, F_SETOWN, parent);
}

static int limits_of_parent(void)
{
  const struct rlimit limit = { 1, 1 };

  return prlimit(parent, RLIMIT_NOFILE, &limit, NULL);
}

static int new_privileges(void)
{
  return setuid(0);
}

static int handle_of_parent(void)
{
  return (int)syscall(SYS_pidfd_open, parent, 0);
}

static int slow_parent(void)
{
  return setpriority(PRIO_PROCESS, (id_t)parent, 19);
}

static int slow_parent_otherwise(void)
{
  const struct sched_param none = { 0 };

  return sched_setscheduler(parent, SCHED_IDLE, &none);
}

static int be_traced(void)
{
  return prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
}

static int move_parent(void)
{
  cpu_set_t one;

  CPU_ZERO(&one);
  CPU_SET(0, &one);
  return sched_setaffinity(parent, sizeof(one), &one);
}

static int move_thread(void)
{
  cpu_set_t one;

  CPU_ZERO(&one);
  CPU_SET(0, &one);
  return (int)syscall(SYS_sched_setaffinity, gettid(), sizeof(one), &one);
}

static int processors_of_parent(void)
{
  cpu_set_t any;

  return sched_getaffinity(parent, sizeof(any), &any);
}

/* The number of its clock (clock_getcpuclockid(3)). */
static clockid_t parents_clock(void)
{
  return (clockid_t)(~(unsigned)parent << 3 | 2);
}

/* How long the other process was at work, of which much can be told. */
static int clock_of_parent(void)
{
  struct timespec used;

  return (int)syscall(SYS_clock_gettime, parents_clock(), &used);
}

static int sleep_by_parent(void)
{
  const struct timespec none = { 0, 1 };

  return (int)syscall(SYS_clock_nanosleep, parents_clock(), 0, &none, NULL);
}

static int read_limits_of_parent(void)
{
  struct rlimit limit;

  return prlimit(parent, RLIMIT_NOFILE, NULL, &limit);
}

static int locks_of_parent(void)
{
  void *head;
  size_t len;

  return (int)syscall(SYS_get_robust_list, parent, &head, &len);
}

static int compare_with_parent(void)
{
  return (int)syscall(SYS_kcmp, parent, getpid(), 0, STDIN_FILENO, STDIN_FILENO);
}

static int pages_of_parent(void)
{
  return (int)syscall(SYS_move_pages, parent, 0, NULL, NULL, NULL, 0);
}

static int idle_parent(void)
{
  return (int)syscall(SYS_ioprio_set, 1, parent, 3 << 13);
}

static int session_of_parent(void)
{
  return setpgid(parent, parent) == 0 || getsid(parent) >= 0 ? 0 : -1;
}

static int queue_signal(void)
{
  siginfo_t info = { .si_signo = SIGTERM, .si_code = SI_QUEUE };

  return (int)syscall(SYS_rt_sigqueueinfo, parent, SIGTERM, &info);
}

const struct attack attacks_on_processes[] = {
  { "ptrace", trace_parent },
  { "read-parent", read_parent },
  { "clone", fork_once },
  { "fork", fork_by_library },
  { "kill-parent", kill_parent },
  { "signal-parent", signal_parent },
  { "signals-of-files", own_signals_of_files },
  { "limits-of-parent", limits_of_parent },
  { "setuid", new_privileges },
  { "handle-of-parent", handle_of_parent },
  { "slow-parent", slow_parent },
  { "slow-parent-otherwise", slow_parent_otherwise },
  { "be-traced", be_traced },
  { "queue-signal", queue_signal },
  { "move-parent", move_parent },
  { "move-thread", move_thread },
  { "processors-of-parent", processors_of_parent },
  { "clock-of-parent", clock_of_parent },
  { "sleep-by-parent", sleep_by_parent },
  { "read-limits-of-parent", read_limits_of_parent },
  { "locks-of-parent", locks_of_parent },
  { "compare-with-parent", compare_with_parent },
  { "pages-of-parent", pages_of_parent },
  { "idle-parent", idle_parent },
  { "session-of-parent", session_of_parent },
  { NULL, NULL },
};
