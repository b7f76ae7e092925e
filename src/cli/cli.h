/* What a command is, and what runs it. Only this folder prints errors and decides the exit status.
 */
#ifndef DIFFOCI_CLI_CLI_H
#define DIFFOCI_CLI_CLI_H

#include "base/buf.h"
#include "cli/flag.h"
#include "store/backend.h"

struct global_options {
  enum toggle help, version, debug, no_pager;
  struct backend_options stores; /* its notice is set by cli_main */
};

extern const struct flag global_flags[];
extern const size_t n_global_flags;

struct command;

/* One command line, parsed. */
struct invocation {
  const struct command *const *commands; /* all, NULL at the end */
  const struct command *command;         /* NULL: none was named */
  struct global_options globals;
  const void *options; /* command->options_size bytes, as command->flags say */
  const char **arguments;
  size_t n_arguments;
  const char *const *words; /* the whole line as it was typed, without the program's name */
  size_t n_words;
  const char *taken; /* the first of two words, which is no command and was taken for an image; or
                        NULL: there is none */
};

/* What shells offer for the arguments of a command. */
enum completion {
  COMPLETE_NOTHING,
  COMPLETE_FILES,
  COMPLETE_COMMANDS,
  COMPLETE_WORDS,
  COMPLETE_IMAGES, /* argument_words is a KIND of complete.c; of "images" files are offered, too */
};

/* Flags that help shows together, under a title. */
struct flag_section {
  const char *title;
  const char *names; /* in the order to be shown, separated by '|' */
};

struct example {
  const char *line; /* without the program's name */
  const char *what; /* what it does */
};

struct command {
  const char *name;
  const char *aliases;   /* further names, separated by '|'; NULL if there are none */
  const char *elsewhere; /* what other programs call it, for "did you mean", as aliases; or NULL */
  const char *arguments; /* "IMAGE0 IMAGE1", "[COMMAND]"; "" if it takes none */
  const char *summary;   /* a line */
  const char *detail;    /* sentences for help and the manual page; may be NULL */
  size_t min_arguments, max_arguments;
  const char *surplus; /* what to do with one too many, for the error; may be NULL */
  enum completion completion;
  const char *argument_words; /* COMPLETE_WORDS: separated by '|'; COMPLETE_IMAGES: a KIND */
  const struct flag *flags;
  size_t n_flags;
  /* What stands in none of them comes behind the last. NULL: flags are shown as they stand in the
   * table. */
  const struct flag_section *sections;
  size_t n_sections;
  const struct example *examples;
  size_t n_examples;
  size_t options_size; /* bytes that flags fill, zeroed before */
  bool hidden;         /* works, but is shown nowhere */
  /* Returns the exit status, 0 or 1; or -1 with *err, which the caller prints (status 2). */
  int (*run)(const struct invocation *call, struct error *err);
};

enum exit_status { EXIT_SAME = 0, EXIT_DIFFERENT = 1, EXIT_TROUBLE = 2 };

/* Calls each for the flags of a section, in its order; section NULL: for those that stand in none.
 */
void cli_each_of_section(const struct command *command, const struct flag_section *section,
                         void (*each)(void *context, const struct flag *flag), void *context);

/* Parses the command line, runs the command, prints its error; returns the exit status. */
int cli_main(const struct command *const *commands, int argc, char **argv);

/* The command of that name or alias, or NULL. */
const struct command *cli_find_command(const struct command *const *commands, const char *name);

/* The name of the command that a word nearly is, whose spelling may be a slip; NULL: of none. */
const char *cli_nearest_command(const struct command *const *commands, const char *word);

/* ERROR_USAGE: there is no such command; with the one that may have been meant. */
int cli_unknown_command(const struct command *const *commands, const char *word, struct error *err);

/* "diffoci: MESSAGE" on stderr, escaped for a terminal; of EMFILE with the limit of open files,
 * where that is low. */
void cli_print_error(const struct error *err);
/* Ends a confined process with the result of its work, as the program would end with it: below 0
 * the error is told, and the status is EXIT_TROUBLE. */
__attribute__((noreturn)) void cli_give_up(int result, const struct error *err);

/* Writes all of text to standard output and flushes it; an overflown buffer is an error too. A
 * reader that closed the pipe has what it wanted: that is success, and changes no exit status. A
 * closed pipe anywhere else is an error like others. */
MUST_CHECK int cli_write(const struct buf *text, struct error *err);
/* The same through a pager (cli/pager.h), unless the flags say not to. */
MUST_CHECK int cli_write_paged(const struct buf *text, const struct invocation *call,
                               struct error *err);

#endif
