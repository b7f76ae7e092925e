/* What an attacker would try with sockets, programs, memory and the kernel at large. */
#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "attack.h"

static int tcp_socket(void)
{
  return socket(AF_INET, SOCK_STREAM, 0);
}

static int unix_socket(void)
{
  return socket(AF_UNIX, SOCK_STREAM, 0);
}

/* The sockets that it has lead to the broker, and nowhere else. */
static int connect_anew(void)
{
  const struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "/run/docker.sock" };

  for (int fd = 3; fd < 64; fd++)
    if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
      return 0;
  return -1;
}

static int send_elsewhere(void)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "/run/docker.sock" };

  return (int)sendto(3, "x", 1, 0, (const struct sockaddr *)&address, sizeof(address));
}

static int execute(void)
{
  return execl("/bin/true", "true", (char *)NULL);
}

static int execute_memory(void)
{
  const int fd = memfd_create("x", 0);

  return (int)syscall(SYS_execveat, fd, "", NULL, NULL, AT_EMPTY_PATH);
}

static int executable_memory(void)
{
  return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
                 MAP_FAILED
             ? -1
             : 0;
}

static int executable_later(void)
{
  void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  return mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

static int type_for_user(void)
{
  return ioctl(STDERR_FILENO, TIOCSTI, "x");
}

static int new_namespace(void)
{
  return unshare(CLONE_NEWUSER);
}

static int load_filter(void)
{
  return prctl(PR_SET_SECCOMP, 0, NULL);
}

static int ring(void)
{
  return (int)syscall(SYS_io_uring_setup, 1, NULL);
}

static int shared_memory(void)
{
  return (int)syscall(SYS_shmget, 1, 4096, 0666);
}

static int keys(void)
{
  return (int)syscall(SYS_keyctl, 0, 0);
}

static int kernel_module(void)
{
  return (int)syscall(SYS_bpf, 0, NULL, 0);
}

static int set_clock(void)
{
  const struct timespec now = { 1, 0 };

  return clock_settime(CLOCK_REALTIME, &now);
}

/* Faults of this process, handled by itself, as attacks on the kernel want them. */
static int own_faults(void)
{
  return (int)syscall(SYS_userfaultfd, 0);
}

static int count_events(void)
{
  return (int)syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0);
}

static int message_queue(void)
{
  return msgget(1, IPC_CREAT | 0666);
}

static int pages_into_pipe(void)
{
  const struct iovec here = { &parent, sizeof(parent) };

  return (int)syscall(SYS_vmsplice, STDOUT_FILENO, &here, 1, 0);
}

static int other_namespace(void)
{
  return setns(STDOUT_FILENO, 0);
}

/* Ones that can be connected to any other of their kind. */
static int datagrams(void)
{
  int ends[2];

  return socketpair(AF_UNIX, SOCK_DGRAM, 0, ends);
}

/* Another table of the same calls, with other numbers, where the kernel has it. */
static int other_numbers(void)
{
  return (int)syscall(0x40000000 | SYS_getpid);
}

const struct attack attacks_on_system[] = {
  { "tcp-socket", tcp_socket },
  { "unix-socket", unix_socket },
  { "connect", connect_anew },
  { "send-elsewhere", send_elsewhere },
  { "exec", execute },
  { "exec-memory", execute_memory },
  { "executable-memory", executable_memory },
  { "executable-later", executable_later },
  { "type-for-user", type_for_user },
  { "namespace", new_namespace },
  { "filter", load_filter },
  { "io-uring", ring },
  { "shared-memory", shared_memory },
  { "keys", keys },
  { "bpf", kernel_module },
  { "set-clock", set_clock },
  { "own-faults", own_faults },
  { "count-events", count_events },
  { "message-queue", message_queue },
  { "pages-into-pipe", pages_into_pipe },
  { "other-namespace", other_namespace },
  { "datagrams", datagrams },
  { "other-numbers", other_numbers },
  { NULL, NULL },
};
