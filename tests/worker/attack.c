/* Code of an attacker's inside the confined process, as it would run after taking over a parser:
 * attack NAME DIR tries one thing there. What the process may do besides is real: worker_run starts
 * it as `diffoci diff` does. Prints what came of it: "failed: …", "died: …" with the broker's
 * error, or "DONE", which no attack may be. DIR: an empty directory that it must not get at, nor at
 * the file "file" beside it. $ATTACK_LANDLOCK is the version of Landlock up to which it is used. A
 * fourth argument is a directory below which there may be written: the report's, by the process
 * that writes that, in which the attack is run then; with a fifth, a store's, and what is tried is
 * what may be done by the process of load or pull ("keeper"), of images ("looker"), of load
 * --foreign-urls ("fetcher"), of a store in containerd ("grpc"), by the one of pull that speaks to
 * registries ("network"), and by the one that starts the process of diff and show, of two files
 * ("broker"), where it also speaks to registries ("broker-network"), where another process
 * starts programs for it ("broker-starter"), and where it reads a directory as a root file system
 * ("broker-root"). */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
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
#include "base/socket.h"
#include "base/starter_plans.h"
#include "cli/brokering.h"
#include "cli/fetching.h"
#include "image/json.h"
#include "image/media_type.h"
#include "report/outfile.h"
#include "worker/worker.h"

_Noreturn void out_of_memory(void)
{
  _exit(EXIT_FAILURE);
}

static const char *victim; /* the directory */
static pid_t parent;
static const struct worker_user *asks; /* NULL: nobody can be asked */

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

/* Files there have no names: nothing has to be made under one. */
static int plant_temporary(void)
{
  const char *temporary = getenv("TMPDIR");
  AUTO_FREE char *path = xasprintf("%s/planted", temporary ? temporary : "/tmp");

  return open(path, O_WRONLY | O_CREAT, 0600);
}

static int list_temporary(void)
{
  const char *temporary = getenv("TMPDIR");

  return open(temporary ? temporary : "/tmp", O_RDONLY | O_DIRECTORY);
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

/* Before its third version Landlock does not see that a file is cut when it is opened, and sees
 * none of the rights to it where that is neither for reading nor for writing (the access mode 3 of
 * open(2)). */
static int truncate_by_opening(void)
{
  AUTO_FREE char *path = in_victim("../file");
  struct open_how how = { .flags = O_ACCMODE | O_TRUNC };
  int fd = open(path, O_ACCMODE | O_TRUNC);

  if (fd < 0)
    fd = open(path, O_RDONLY | O_TRUNC);
  return fd >= 0 ? fd : (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
}

/* What is open can be given a mode. Landlock sees no right where a file is opened neither for
 * reading nor for writing, in any version, and none where it may be read. */
static int change_mode_by_opening(void)
{
  AUTO_FREE char *path = in_victim("../file");
  struct open_how how = { .flags = O_ACCMODE };
  int fd = open(path, O_ACCMODE);

  if (fd < 0)
    fd = (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
  return fd < 0 ? -1 : fchmod(fd, 0777);
}

/* The archive, which it may read; and has no need to change. */
static int change_mode_of_input(void)
{
  const int fd = open("a.tar", O_RDONLY);

  return fd < 0 ? -1 : fchmod(fd, 0777);
}

/* A program that runs with the rights of who runs us, where files may be made. */
static int set_user_id(void)
{
  AUTO_FREE char *path = in_victim("../report/set-id");
  int fd = open(path, O_WRONLY | O_CREAT, 04755);

  if (fd >= 0)
    return fd;
  fd = open(path, O_WRONLY | O_CREAT, 0600);
  if (fd >= 0 && fchmod(fd, 04755) == 0)
    return 0;
  return mknod(path, S_IFREG | 04755, 0);
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

/* Past all that mmap and mprotect are not allowed. */
static int own_memory(void)
{
  return open("/proc/self/mem", O_RDWR);
}

/* Faults of this process, handled by itself, as attacks on the kernel want them. */
static int own_faults(void)
{
  return (int)syscall(SYS_userfaultfd, 0);
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

static int count_events(void)
{
  return (int)syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0);
}

static int be_traced(void)
{
  return prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
}

static int begin_mount(void)
{
  return (int)syscall(SYS_fsopen, "tmpfs", 0);
}

static int change_root(void)
{
  return chroot(victim);
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

/* Asks the broker for a blob from a URL, of an ordinary layer's type. */
static int fetch_any(void)
{
  struct descriptor blob = { 0 };
  AUTO_JSON json =
      json_pack("{s:s, s:s, s:i, s:[s]}", "mediaType", MEDIA_OCI_LAYER, "digest",
                "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "size",
                0, "urls", "http://example.com/what-the-image-holds");
  AUTO_STREAM stream = NULL;
  struct error err = { .message = "" };

  errno = ENOENT;
  if (!asks || !asks->fetch || descriptor_from_json(&blob, json, &err))
    return -1;
  stream = asks->fetch(asks->context, &blob, &err);
  descriptor_release(&blob);
  errno = ENOENT;
  return stream ? 0 : -1;
}

/* That it may have: the channel, and two archives; or three sockets. */
static int descriptors_given = 3;

static int other_descriptors(void)
{
  int n = 0;

  for (int fd = 3; fd < 1024; fd++)
    n += lseek(fd, 0, SEEK_CUR) >= 0 || errno != EBADF;
  return n > descriptors_given ? 0 : -1;
}

/* Who starts programs for a broker; NULL: nobody does. */
static struct starter *starter;

/* Whether it starts anything for a request that no honest process would send. */
static bool starts(const char *bytes, size_t n)
{
  struct starter_answer answer = { -1 };
  int fd = -1;

  return socket_send(starter->channel, bytes, n) == 1 &&
         socket_receive_with(starter->channel, &answer, sizeof(answer), &fd) > 0 &&
         (answer.code == 0 || fd >= 0);
}

/* A program of which nobody was told, further words for one, no words, and too many. */
static int start_other(void)
{
  static const char other[] = "\1/bin/true";
  static const char more[] = "\0-c\0true";
  static const char last[] = "\377";
  char long_one[STARTER_REQUEST_MAX + 1] = { 0 };
  bool any;

  if (!starter || starter->channel < 0) {
    errno = EBADF;
    return -1;
  }
  any = starts(other, sizeof(other)) || starts(more, sizeof(more)) || starts(more, 4) ||
        starts(last, 1) || starts(long_one, sizeof(long_one)) || starts(long_one, 64);
  errno = EPERM;
  return any ? 0 : -1;
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
  { "plant-temporary", plant_temporary },
  { "list-temporary", list_temporary },
  { "make-directory", make_directory },
  { "remove-outside", remove_outside },
  { "change-mode", change_mode },
  { "truncate-outside", truncate_outside },
  { "truncate-by-opening", truncate_by_opening },
  { "change-mode-by-opening", change_mode_by_opening },
  { "change-mode-of-input", change_mode_of_input },
  { "set-user-id", set_user_id },
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
  { "fetch-any", fetch_any },
  { "other-descriptors", other_descriptors },
  { "own-memory", own_memory },
  { "own-faults", own_faults },
  { "handle-of-parent", handle_of_parent },
  { "slow-parent", slow_parent },
  { "slow-parent-otherwise", slow_parent_otherwise },
  { "count-events", count_events },
  { "be-traced", be_traced },
  { "begin-mount", begin_mount },
  { "change-root", change_root },
  { "message-queue", message_queue },
  { "pages-into-pipe", pages_into_pipe },
  { "other-namespace", other_namespace },
  { "datagrams", datagrams },
  { "other-numbers", other_numbers },
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
  { "start-other", start_other },
};

static void run_attack(const struct attack *chosen, int to)
{
  int result;

  errno = 0;
  result = chosen->run();
  dprintf(to, result >= 0 ? "DONE\n" : "failed: %s\n", strerror(errno));
}

static int attack(void *context, struct source *const *sources, const struct worker_user *user,
                  struct error *err)
{
  (void)sources;
  (void)err;
  asks = user;
  run_attack(context, STDOUT_FILENO);
  return 0;
}

/* In the process that writes the report directory; its standard output goes nowhere. */
static void attack_there(void *context, int directory, const int *sockets)
{
  (void)directory;
  (void)sockets;
  run_attack(context, STDERR_FILENO);
}

/* The process that compares, meanwhile. */
static int wait_for_writer(void *context, struct source *const *sources,
                           const struct worker_user *user, struct error *err)
{
  const int *sockets = outfile_get_keeper()->directory;
  char byte;

  (void)context;
  (void)sources;
  (void)user;
  (void)err;
  (void)!read(sockets[0], &byte, 1);
  return 0;
}

static struct source *open_none(void *context, int side, struct error *err)
{
  (void)context;
  (void)side;
  error_set(err, ERROR_NOT_FOUND, "there is none");
  return NULL;
}

/* In the broker: what it would fetch. */
static struct stream *fetch_all(void *context, const struct descriptor *blob, struct error *err)
{
  (void)context;
  (void)blob;
  (void)err;
  return stream_of_memory("fetched", 7);
}

/* The connection that a store in containerd has before it is confined: to a server of ours, which
 * says nothing. */
static int connect_first(void *context, struct confine_wanted *confine, struct error *err)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  const int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  socklen_t len = sizeof(address);

  (void)context;
  (void)confine;
  if (bind(server, (const struct sockaddr *)&address, sizeof(address.sun_family)) ||
      listen(server, 1) || getsockname(server, (struct sockaddr *)&address, &len) ||
      connect(client, (const struct sockaddr *)&address, len))
    return error_sys(err, errno, "a connection");
  close(server);
  return 0;
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

/* In the broker of diff and show, which confines itself once its child runs. */
struct brokered {
  const struct attack *attack;
  const struct confine_support *support;
  struct brokering brokering;
};

static int attack_broker(void *context, const pid_t *children, size_t n, struct progress **progress,
                         struct error *err)
{
  struct brokered *brokered = context;
  struct credentials_held *held = credentials_held_new();
  int confined;

  (void)progress;
  brokered->brokering.children = children;
  brokered->brokering.n_children = n;
  starter = starter_new();
  confined = brokering_confine(&brokered->brokering, brokered->support, held, starter, err);
  credentials_held_free(held);
  if (confined == 0)
    run_attack(brokered->attack, STDOUT_FILENO);
  starter_free(steal_pointer(&starter));
  return confined;
}

static int do_nothing(void *context, struct source *const *sources, const struct worker_user *user,
                      struct error *err)
{
  (void)context;
  (void)sources;
  (void)user;
  (void)err;
  return 0;
}

static int run_broker(struct worker_job *job, const char *role)
{
  const bool speaks = strcmp(role, "broker-network") == 0;
  const struct pager pager = {
    PROGRAM_NONE, (char *)(uintptr_t) "true", { "/bin/sh", "-c", "true" }, -1
  };
  struct places places;
  const struct place_options none = { 0 };
  struct brokered brokered = {
    job->context,
    job->support,
    { .arguments = job->arguments,
      .n_arguments = job->n_arguments,
      .options = job->options,
      .pager = strcmp(role, "broker-starter") == 0 ? &pager : NULL,
      .places = &places,
      .fetches = speaks,
      .report_dir = strcmp(role, "broker-starter") == 0 ? job->directory : -1,
      .report_path = "report" },
  };
  struct error err;
  int status;

  if (strcmp(role, "broker-root") == 0)
    job->n_arguments = 0; /* which nobody opens */
  places_init(&places, &none);
  parent = getppid();
  job->context = &brokered;
  job->begun = attack_broker;
  job->run = do_nothing;
  status = worker_run(job, &err);
  if (status)
    printf("died: %s\n", err.message);
  places_release(&places);
  return status;
}

/* In a process that is confined as the one is which speaks to registries. */
static int run_network(const struct attack *chosen, const struct confine_support *support)
{
  struct error err;

  parent = getppid();
  if (!chosen || fetching_confine_alone(support, NULL, NULL, 0, &err))
    return 2;
  run_attack(chosen, STDOUT_FILENO);
  return 0;
}

int main(int argc, char **argv)
{
  const char *at_most = getenv("ATTACK_LANDLOCK");
  struct limits limits = limits_scaled(1);
  const struct source_options options = { .limits = &limits };
  const struct source_options fetching = { .limits = &limits, .fetch = fetch_all };
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
  if (at_most)
    support.landlock_abi = MIN_OF(support.landlock_abi, (int)strtol(at_most, NULL, 10));
  if (argc < 4) {
    if (!support.seccomp)
      return 77;
    printf("landlock=%d\n", support.landlock_abi);
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
  if (argc > 5 && strcmp(argv[5], "network") == 0)
    return run_network(job.context, &support);
  if (argc > 4)
    job.directory = open(argv[4], O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (argc > 5 && strncmp(argv[5], "broker", 6) == 0) {
    /* The channel, and the report directory; and who starts programs. */
    descriptors_given =
        strcmp(argv[5], "broker-starter") == 0 || strcmp(argv[5], "broker-root") == 0 ? 3 : 2;
    return job.context ? run_broker(&job, argv[5]) : 2;
  }
  if (argc == 5) {
    job.report_dir = argv[4];
    job.write = attack_there;
    job.run = wait_for_writer;
  } else if (argc > 5) {
    confine.role = strcmp(argv[5], "looker") == 0 ? CONFINE_LOOKER : CONFINE_KEEPER;
    confine.n_directories = 1;
    confine.directories[0] = job.directory;
    if (strcmp(argv[5], "grpc") == 0) {
      job.prepare = connect_first;
      descriptors_given++;
    }
    if (strcmp(argv[5], "fetcher") == 0) {
      job.n_arguments = 0;
      job.options = &fetching;
      descriptors_given = 1;
    }
  }
  status = job.context ? worker_run(&job, &err) : 2;
  if (status < 0)
    printf("died: %s\n", err.message);
  for (int side = 0; side < 2; side++)
    argument_release(&arguments[side]);
  return 0;
}
