/* The confined process and its broker. What reads strangers' bytes, from the documents of an image
 * to the reports, runs in a process that can do nothing but compute (base/confine/confine.h); what
 * needs rights stays in the one that started it, the broker, which opens for the other what the
 * user named. docs/architecture.md, "Two processes". */
#ifndef DIFFOCI_WORKER_WORKER_H
#define DIFFOCI_WORKER_WORKER_H

#include "base/confine/confine.h"
#include "source/open.h"

/* How what writes to the user does that, in whatever process it runs. */
struct worker_user {
  void (*quiet)(void *context); /* before anything is written to the user */
  /* A line for the user, not escaped, without a line's end, which is not mixed with how far reading
   * is shown to be. NULL: it is written to standard error, after quiet. */
  void (*warn)(void *context, const char *line);
  /* begin: from here on standard output goes to a pager, where there is one to be had, and nothing
   * else to the terminal; else that ends, and its reader is waited for. */
  void (*page)(void *context, bool begin);
  /* Of what is no image argument: fetches a blob from its urls, as in struct source_options. NULL:
   * nothing is fetched. */
  struct stream *(*fetch)(void *context, const struct descriptor *blob, struct error *err);
  void *context;
};

struct worker_job {
  const struct argument *arguments; /* two, one or none */
  size_t n_arguments;
  /* The confined process has no documents of these but those that it asks for: then it is given no
   * blob that none of them mentions. false: it has a store of its own. */
  bool has_no_documents;
  const struct source_options *options; /* fetch is called in the broker */
  const char *const *outputs;           /* the paths of the reports that go to files */
  size_t n_outputs;
  const char *report_dir; /* the directory that a third process writes; NULL: there is none */
  int directory;          /* a descriptor of it, which may be closed in begun */
  const int *keep;        /* at most 8 descriptors that the confined process keeps beside 0 to 2 */
  size_t n_keep;
  const struct confine_wanted *confine;
  const struct confine_support *support;

  /* In the process that writes the report directory, which has nothing else open and is confined,
   * once that is clear: as report_dir_serve. */
  void (*write)(void *context, int directory, const int *sockets);
  /* In the process that is to be confined, before it is, and before it has forgotten its
   * environment: opens what run needs, and adds the directories in which it finds files. NULL:
   * there is nothing. */
  int (*prepare)(void *context, struct confine_wanted *confine, struct error *err);
  /* In the broker: the image of one side, which is no file. NULL with *err, which names it. */
  struct source *(*open)(void *context, int side, struct error *err);
  /* In the broker: the confined process is about to write to the user's terminal. NULL: the broker
   * has nothing there, and is not asked. */
  void (*quiet)(void *context);
  /* In the broker: a warning of the confined process's, whose line is to be escaped. NULL: none
   * comes. */
  void (*warn)(void *context, const char *line);
  /* In the broker: begins or ends a pager. Whether one runs now, which is what standard output of
   * the broker leads to. NULL: none is wanted. */
  bool (*page)(void *context, bool begin);
  /* In the broker, once the other processes run, which are its n children, so that the broker may
   * confine itself and start threads. *progress: where it is counted what is read of images that
   * are at hand; NULL as it is: nowhere. -1 with *err: nothing is done. NULL allowed. */
  int (*begun)(void *context, const pid_t *children, size_t n, struct progress **progress,
               struct error *err);
  /* In the broker: the confined process has said how it ends and asks for nothing more, and no
   * pager runs; what it alone needed may end, too, while its end is waited for. NULL: nothing does.
   */
  void (*over)(void *context);
  /* In the broker: ends the program with this status, or with -1 that of the error, which is told.
   * Answers that nobody waits for any more are stuck, as at a server that says nothing, and what
   * they use cannot be freed. */
  void (*give_up)(void *context, int status, const struct error *err) __attribute__((noreturn));
  /* In the confined process, which has forgotten its environment: the work. The exit status, or -1
   * with *err. */
  int (*run)(void *context, struct source *const *sources, const struct worker_user *user,
             struct error *err);
  void *context;
};

/* Forks; so to be called before there are threads, and before there is anything in memory or open
 * that strangers' bytes must not come near. Returns what job->run returned; where the confined
 * process died instead, -1 with an error that says of what, and what it was reading. */
MUST_CHECK int worker_run(const struct worker_job *job, struct error *err);

/* Has libraries read what they read from files when they are first used. worker_run does it in the
 * confined process; before that, it is done for both. */
void worker_load_libraries(void);

#endif
