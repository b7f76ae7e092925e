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
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "attack.h"
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

const char *victim;
pid_t parent;
static const struct worker_user *asks; /* NULL: nobody can be asked */

static int own_environment(void)
{
  const char *secret = getenv("SECRET");

  return secret && *secret ? 0 : -1;
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

static const struct attack attacks_on_what_is_asked[] = {
  { "own-environment", own_environment },
  { "fetch-any", fetch_any },
  { "other-descriptors", other_descriptors },
  { "start-other", start_other },
  { NULL, NULL },
};

static const struct attack *const attacks[] = { attacks_on_files, attacks_on_processes,
                                                attacks_on_system, attacks_on_what_is_asked };

/* The one of this name; NULL: there is none. */
static const struct attack *attack_named(const char *name)
{
  for (size_t i = 0; i < ARRAY_LEN(attacks); i++)
    for (const struct attack *at = attacks[i]; at->name; at++)
      if (strcmp(at->name, name) == 0)
        return at;
  return NULL;
}

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

static const char *report; /* the directory */

/* The process that compares, meanwhile. */
static int wait_for_writer(void *context, struct source *const *sources,
                           const struct worker_user *user, struct error *err)
{
  const struct outfile_keeper *keeper = outfile_get_keeper();
  const int *sockets = keeper->directory;
  char byte;

  (void)context;
  (void)sources;
  (void)user;
  if (keeper->clear(keeper->context, report, err))
    return -1;
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
    {
        .arguments = job->arguments,
        .n_arguments = job->n_arguments,
        .options = job->options,
        .pager = strcmp(role, "broker-starter") == 0 ? &pager : NULL,
        .places = &places,
        .fetches = speaks,
    },
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
      for (const struct attack *at = attacks[i]; at->name; at++)
        puts(at->name);
    return 0;
  }
  signal(SIGPIPE, SIG_IGN);
  victim = argv[2];
  parent = getpid();
  job.context = (void *)(uintptr_t)attack_named(argv[1]);
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
    job.report_dir = report = argv[4];
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
