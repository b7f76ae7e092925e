/* Code of an attacker's inside the confined process, as it would run after taking over a parser:
 * attack NAME DIR tries one thing there. What the process may do besides is real: worker_run starts
 * it as `diffoci diff` does. Prints what came of it: "failed: …", "died: …" with the broker's
 * error, or "DONE", which no attack may be. DIR: an empty directory that it must not get at. A
 * fourth argument is the report directory, below which it may write; with a fifth, "keeper" or
 * "looker", it is a store's, and what is tried what load or images may do. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "worker/worker.h"

_Noreturn void out_of_memory(void)
{
  _exit(EXIT_FAILURE);
}

static const char *victim; /* the directory */
static pid_t parent;

static char *in_victim(const char *name)
{
  return xasprintf("%s/%s", victim, name);
}

static int read_shadow(void)
{
  return open("/etc/shadow", O_RDONLY);
}

static int read_shadow_by_number(void)
{
  return (int)syscall(SYS_openat, AT_FDCWD, "/etc/shadow", O_RDONLY, 0);
}

static int read_environment(void)
{
  return open("/proc/self/environ", O_RDONLY);
}

static int own_environment(void)
{
  const char *secret = getenv("SECRET");

  return secret && *secret ? 0 : -1;
}

static int write_outside(void)
{
  AUTO_FREE char *path = in_victim("planted");

  return open(path, O_WRONLY | O_CREAT, 0600);
}

static int make_directory(void)
{
  AUTO_FREE char *path = in_victim("planted");

  return mkdir(path, 0700);
}

static int remove_outside(void)
{
  return rmdir(victim);
}

static int change_mode(void)
{
  return chmod(victim, 0777);
}

static int truncate_outside(void)
{
  return truncate("/etc/hostname", 0);
}

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

static int type_for_user(void)
{
  return ioctl(STDERR_FILENO, TIOCSTI, "x");
}

static int more_files(void)
{
  const struct rlimit limit = { 100000, 100000 };

  return setrlimit(RLIMIT_NOFILE, &limit);
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

static int new_namespace(void)
{
  return unshare(CLONE_NEWUSER);
}

static int mount_something(void)
{
  return mount("none", victim, "tmpfs", 0, NULL);
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

static int handle_of_file(void)
{
  return (int)syscall(SYS_name_to_handle_at, AT_FDCWD, "/etc/shadow", NULL, NULL, 0);
}

static int set_clock(void)
{
  const struct timespec now = { 1, 0 };

  return clock_settime(CLOCK_REALTIME, &now);
}

static int other_descriptors(void)
{
  int n = 0;

  for (int fd = 3; fd < 1024; fd++)
    n += lseek(fd, 0, SEEK_CUR) >= 0 || errno != EBADF;
  return n > 3 ? 0 : -1; /* the channel, and two archives to read */
}

static const struct attack {
  const char *name;
  int (*run)(void);
} attacks[] = {
  { "read-shadow", read_shadow },
  { "read-shadow-by-number", read_shadow_by_number },
  { "read-environment", read_environment },
  { "own-environment", own_environment },
  { "write-outside", write_outside },
  { "make-directory", make_directory },
  { "remove-outside", remove_outside },
  { "change-mode", change_mode },
  { "truncate-outside", truncate_outside },
  { "tcp-socket", tcp_socket },
  { "unix-socket", unix_socket },
  { "connect", connect_anew },
  { "send-elsewhere", send_elsewhere },
  { "exec", execute },
  { "exec-memory", execute_memory },
  { "executable-memory", executable_memory },
  { "executable-later", executable_later },
  { "ptrace", trace_parent },
  { "read-parent", read_parent },
  { "clone", fork_once },
  { "fork", fork_by_library },
  { "kill-parent", kill_parent },
  { "signal-parent", signal_parent },
  { "signals-of-files", own_signals_of_files },
  { "type-for-user", type_for_user },
  { "more-files", more_files },
  { "limits-of-parent", limits_of_parent },
  { "setuid", new_privileges },
  { "namespace", new_namespace },
  { "mount", mount_something },
  { "filter", load_filter },
  { "io-uring", ring },
  { "shared-memory", shared_memory },
  { "keys", keys },
  { "bpf", kernel_module },
  { "file-handle", handle_of_file },
  { "set-clock", set_clock },
  { "other-descriptors", other_descriptors },
};

static int attack(void *context, struct source *const *sources, const struct worker_user *user,
                  struct error *err)
{
  const struct attack *chosen = context;
  int result;

  (void)sources;
  (void)user;
  (void)err;
  errno = 0;
  result = chosen->run();
  printf(result >= 0 ? "DONE\n" : "failed: %s\n", strerror(errno));
  fflush(stdout);
  return 0;
}

static struct source *open_none(void *context, int side, struct error *err)
{
  (void)context;
  (void)side;
  error_set(err, ERROR_NOT_FOUND, "there is none");
  return NULL;
}

static void quiet_nothing(void *context)
{
  (void)context;
}

static __attribute__((noreturn)) void give_up(void *context, int status, const struct error *err)
{
  (void)context;
  (void)status;
  (void)err;
  _exit(3);
}

int main(int argc, char **argv)
{
  struct limits limits = limits_scaled(1);
  const struct source_options options = { .limits = &limits };
  struct argument arguments[2] = { { 0 } };
  struct confine_support support;
  struct confine_wanted confine = { .role = CONFINE_PARSER, .limits = { .open_files = 1024 } };
  struct worker_job job = {
    .arguments = arguments,
    .n_arguments = ARRAY_LEN(arguments),
    .options = &options,
    .confine = &confine,
    .support = &support,
    .open = open_none,
    .quiet = quiet_nothing,
    .give_up = give_up,
    .run = attack,
  };
  struct error err;
  int status;

  confine_look(&support);
  if (argc < 4) {
    if (!confine_is_whole(&support))
      return 77;
    for (size_t i = 0; i < ARRAY_LEN(attacks); i++)
      puts(attacks[i].name);
    return 0;
  }
  signal(SIGPIPE, SIG_IGN);
  victim = argv[2];
  parent = getpid();
  for (size_t i = 0; i < ARRAY_LEN(attacks); i++)
    if (strcmp(attacks[i].name, argv[1]) == 0)
      job.context = (void *)&attacks[i];
  for (int side = 0; side < 2; side++)
    if (argument_parse(&arguments[side], argv[3], &err)) {
      fprintf(stderr, "%s\n", err.message);
      return 2;
    }
  if (argc > 4) {
    confine.role = argc == 5                        ? CONFINE_WRITER
                   : strcmp(argv[5], "keeper") == 0 ? CONFINE_KEEPER
                                                    : CONFINE_LOOKER;
    confine.n_directories = 1;
    confine.directories[0] = open(argv[4], O_PATH | O_DIRECTORY | O_CLOEXEC);
  }
  status = job.context ? worker_run(&job, &err) : 2;
  if (status < 0)
    printf("died: %s\n", err.message);
  for (int side = 0; side < 2; side++)
    argument_release(&arguments[side]);
  return 0;
}
