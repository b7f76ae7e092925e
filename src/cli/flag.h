/* Command-line flags, described by tables. The same table parses the command line, and renders
 * --help, the manual page and the completion scripts, so that these cannot disagree. */
#ifndef DIFFOCI_CLI_FLAG_H
#define DIFFOCI_CLI_FLAG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

/* What a flag stores at its offset. */
enum flag_kind {
  FLAG_BOOL,   /* enum toggle */
  FLAG_STRING, /* const char *; NULL if not given */
  FLAG_PATH,   /* as FLAG_STRING; not empty, a leading "~/" is the home directory */
  FLAG_CHOICE, /* unsigned: the position in choices */
  FLAG_LIST,   /* struct text_list; may be given several times */
  FLAG_SCALE,  /* double, finite and > 0 */
  FLAG_COUNT,  /* uint64_t: a number of things */
  FLAG_SIZE,   /* uint64_t, bytes. K, M, G, T, alone or with iB: powers of 1024; with B: of 1000 */
};

enum toggle { TOGGLE_UNSET, TOGGLE_OFF, TOGGLE_ON };

struct text_list {
  const char **items; /* from the command line, in its order */
  size_t n;
};

struct flag {
  const char *name; /* without the dashes */
  char letter;      /* its short form, or 0 */
  enum flag_kind kind;
  const char *optional; /* the value of "--name" without one, so that only "--name=value" has one;
                           NULL: a value is needed */
  const char *value;    /* what help calls the value: "FILE"; NULL for FLAG_BOOL */
  const char *choices;  /* FLAG_CHOICE: the words, separated by '|' */
  const char *environment; /* the variable that gives the value where the flag is not given */
  const char *fallback;    /* the value where neither is given; NULL leaves zero */
  const char
      *default_text; /* what help shows as the default where fallback is not the whole story */
  const char *words; /* what shells offer for the value: a KIND of complete.c; NULL: nothing */
  /* What other programs call it, for "did you mean": "theirs=ours|…", without the dashes. */
  const char *elsewhere;
  const char *help;   /* a line */
  const char *detail; /* further sentences, for the manual page; may be NULL */
  size_t offset;      /* where in the values the result goes */
};

/* The flag --max-scale, whose value (double) is at this offset: see limits_scaled. */
#define MAX_SCALE_FLAG(at)                                                                         \
  {                                                                                                \
    .name = "max-scale", .kind = FLAG_SCALE, .value = "X", .fallback = "1",                        \
    .help = "multiply the limits on the sizes of images by X", .offset = (at),                     \
  }

struct flag_group { /* a table and where its values go */
  const struct flag *flags;
  size_t n;
  void *values; /* zeroed before parsing */
  bool *seen;   /* n of them, zeroed before parsing */
};

/* Whether the word is a flag: begins with '-' and is more than that. */
bool flag_is(const char *word);

/* Takes one word that is a flag, "--name", "--name=value", "-x", "-xVALUE", "-xy"; next is the word
 * behind it, or NULL, and *took_next tells whether it was used as the value, which a flag of
 * these groups never is. Looks through all groups. ERROR_USAGE says what is wrong. Values live as
 * long as arena and the words. */
MUST_CHECK int flag_take(const struct flag_group *groups, size_t n_groups, const char *word,
                         const char *next, bool *took_next, struct arena *arena, struct error *err);

/* What can be told of a word that flag_take would take. */
struct flag_look {
  bool takes_next;  /* the word behind it is its value */
  bool leaves_next; /* it could have a value, but only behind a '=', and has none */
  bool is_own;      /* all that it names stands in the last group */
};

/* Looks through all groups as flag_take does, but stores nothing. */
struct flag_look flag_look(const struct flag_group *groups, size_t n_groups, const char *word);

/* Gives the flags that were not seen their values from the environment or the fallback. A boolean
 * variable that holds no boolean counts as not set, since DEBUG means other things elsewhere. */
MUST_CHECK int flag_defaults(const struct flag_group *group, struct arena *arena,
                             struct error *err);

/* Calls each(context, word) for every word of a '|'-separated list. */
void flag_each_choice(const char *choices, void (*each)(void *context, struct str word),
                      void *context);

#endif
