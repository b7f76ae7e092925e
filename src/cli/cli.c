#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/ending.h"
#include "base/escape.h"
#include "base/log.h"
#include "base/suggest.h"
#include "cli/help.h"
#include "cli/line.h"
#include "cli/memory.h"
#include "cli/pager.h"
#include "cli/version.h"

/* Where there is no room for one more file, and the limit is one that no user would choose. */
static void cli_tell_limit(const struct error *err, struct buf *out)
{
  enum { ENOUGH = 256 };
  struct rlimit limit;

  if (err->sys == EMFILE && getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < ENOUGH)
    buf_printf(out, " (the limit of open files is %llu, which is too low: \"ulimit -n %d\")",
               (unsigned long long)limit.rlim_cur, ENOUGH);
}

void cli_print_error(const struct error *err)
{
  AUTO_BUF line = BUF_INIT(16 * sizeof(err->message) + 128);

  escape_terminal(&line, str_of(err->message));
  cli_tell_limit(err, &line);
  fprintf(stderr, "diffoci: %s\n", line.ptr ? line.ptr : "");
}

void cli_give_up(int result, const struct error *err)
{
  if (result < 0)
    cli_print_error(err);
  fflush(NULL);
  _exit(result < 0 ? EXIT_TROUBLE : result);
}

int cli_write(const struct buf *text, struct error *err)
{
  if (text->overflow)
    return error_set(err, ERROR_LIMIT, "standard output: the text is over %zu bytes", text->max);
  if ((text->len > 0 && fwrite(text->ptr, 1, text->len, stdout) != text->len) ||
      fflush(stdout) != 0)
    return errno == EPIPE ? 0 : error_sys(err, errno, "standard output");
  return 0;
}

struct section_walk {
  const struct command *command;
  bool *seen; /* of each flag, whether it stands in a section */
  void (*each)(void *context, const struct flag *flag);
  void *context;
};

static void section_name(void *context, struct str name)
{
  const struct section_walk *walk = context;

  for (size_t i = 0; i < walk->command->n_flags; i++) {
    if (!str_equal(str_of(walk->command->flags[i].name), name))
      continue;
    if (walk->seen)
      walk->seen[i] = true;
    else
      walk->each(walk->context, &walk->command->flags[i]);
  }
}

void cli_each_of_section(const struct command *command, const struct flag_section *section,
                         void (*each)(void *context, const struct flag *flag), void *context)
{
  AUTO_FREE bool *seen = xcalloc(command->n_flags + 1, sizeof(*seen));
  struct section_walk walk = { command, section ? NULL : seen, each, context };

  if (section) {
    flag_each_choice(section->names, section_name, &walk);
    return;
  }
  for (size_t i = 0; i < command->n_sections; i++)
    flag_each_choice(command->sections[i].names, section_name, &walk);
  for (size_t i = 0; i < command->n_flags; i++)
    if (!seen[i])
      each(context, &command->flags[i]);
}

int cli_write_paged(const struct buf *text, const struct invocation *call, struct error *err)
{
  struct pager pager;
  int result;

  pager_prepare(&pager, call->globals.no_pager != TOGGLE_ON);
  pager_start(&pager);
  result = cli_write(text, err);
  pager_finish(&pager);
  pager_release(&pager);
  return result;
}

struct alias_search {
  struct str name;
  bool found;
};

static void alias_compare(void *context, struct str word)
{
  struct alias_search *search = context;

  search->found |= str_equal(word, search->name);
}

/* words: separated by '|', or NULL. */
static bool is_among(const char *words, const char *name)
{
  struct alias_search search = { .name = str_of(name) };

  if (words)
    flag_each_choice(words, alias_compare, &search);
  return search.found;
}

const struct command *cli_find_command(const struct command *const *commands, const char *name)
{
  for (; *commands; commands++)
    if (strcmp((*commands)->name, name) == 0 || is_among((*commands)->aliases, name))
      return *commands;
  return NULL;
}

/* A descriptor 0 to 2 that is closed would be given to the next file opened, and messages written
 * into it. /dev/null, opened so that reading stdin and writing the others fails, takes the place.
 */
static void open_standard_streams(void)
{
  for (int fd = 0; fd <= 2; fd++) {
    if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
      (void)!open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
  }
}

const char *cli_nearest_command(const struct command *const *commands, const char *word)
{
  struct suggestion nearest = suggestion_for(str_of(word));

  for (; *commands; commands++) {
    if (is_among((*commands)->elsewhere, word))
      return (*commands)->name;
    if (!(*commands)->hidden)
      suggestion_consider(&nearest, str_of((*commands)->name));
  }
  return nearest.nearest.ptr;
}

int cli_unknown_command(const struct command *const *commands, const char *word, struct error *err)
{
  const char *nearest = cli_nearest_command(commands, word);

  if (nearest)
    return error_set(err, ERROR_USAGE, "unknown command \"%s\" (did you mean %s?)", word, nearest);
  return error_set(
      err, ERROR_USAGE,
      "unknown command \"%s\" (two images are compared with diffoci diff IMAGE0 IMAGE1)", word);
}

static void cli_print_warning(void *context, const char *line)
{
  AUTO_BUF text = BUF_INIT(HELP_MAX);

  (void)context;
  escape_terminal(&text, str_of(line));
  fprintf(stderr, "diffoci: warning: %s\n", text.ptr ? text.ptr : "");
}

static int cli_run(const struct invocation *call, struct error *err)
{
  AUTO_BUF text = BUF_INIT(HELP_MAX);

  if (call->globals.version == TOGGLE_ON)
    return version_print(err);
  if (!call->command || call->globals.help == TOGGLE_ON) {
    help_render(&text, call->commands, call->command);
    return cli_write_paged(&text, call, err);
  }
  log_enable_debug(call->globals.debug == TOGGLE_ON);
  return call->command->run(call, err);
}

int cli_main(const struct command *const *commands, int argc, char **argv)
{
  struct arena arena = ARENA_INIT;
  struct invocation call = {
    .commands = commands,
    .words = argc > 0 ? (const char *const *)argv + 1 : NULL,
    .n_words = argc > 0 ? (size_t)argc - 1 : 0,
  };
  struct error err;
  int status;

  memory_guard_libraries();
  open_standard_streams();
  ending_install();
  signal(SIGPIPE, SIG_IGN); /* a closed pipe is seen as EPIPE where it is written to */
  signal(SIGXFSZ, SIG_IGN); /* and a file at its limit (ulimit -f) as EFBIG */
  signal(SIGCHLD, SIG_DFL); /* ignored by who started us, no child's end would be known */
  call.globals.stores.notice = cli_print_warning;
  if (line_parse(&call, &arena, argc, argv, &err) < 0)
    status = -1;
  else
    status = cli_run(&call, &err);
  if (status < 0 && err.code == ERROR_USAGE)
    help_point_to(&err, call.command);
  if (status < 0) {
    cli_print_error(&err);
    if (call.taken && err.code != ERROR_USAGE) {
      error_set(&err, ERROR_USAGE,
                "\"%s\" is no command, and was taken for an image; see \"diffoci help\"",
                call.taken);
      cli_print_error(&err);
    }
    status = EXIT_TROUBLE;
  }
  arena_release(&arena);
  return status;
}
