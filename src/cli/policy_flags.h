/* What the user wants left out, beyond the flags that are on or off: the flags of diff that make a
 * policy, and the policy file of the working directory. */
#ifndef DIFFOCI_CLI_POLICY_FLAGS_H
#define DIFFOCI_CLI_POLICY_FLAGS_H

#include "cli/flag.h"
#include "policy/policy.h"

struct policy_flags {
  struct text_list ignore, ignore_fields, ignore_files, accept;
  const char *policy; /* NULL: the file of the working directory */
  enum toggle none, trust_local;
};

/* The flags of a member `policy` (struct policy_flags) of TYPE. */
#define POLICY_FLAGS(type)                                                                         \
  {                                                                                                \
    .name = "ignore",                                                                              \
    .kind = FLAG_LIST,                                                                             \
    .value = "PATTERN",                                                                            \
    .help = "leave out files whose path matches, as in .gitignore",                                \
    .detail = "\"*.pyc\", \"/var/log/\", \"**/cache/*\"; \"!PATTERN\" takes back what an earlier " \
              "one left out. May be given several times; see POLICY.",                             \
    .offset = offsetof(type, policy.ignore),                                                       \
  },                                                                                               \
      {                                                                                            \
        .name = "ignore-fields",                                                                   \
        .words = "fields",                                                                         \
        .kind = FLAG_LIST,                                                                         \
        .value = "FIELDS[:PATTERN]",                                                               \
        .help = "leave out these fields, of all files or of those whose path matches",             \
        .detail = "FIELDS are separated by commas: \"mtime,mode:/usr/lib/**\". May be given "      \
                  "several times; see POLICY.",                                                    \
        .offset = offsetof(type, policy.ignore_fields),                                            \
      },                                                                                           \
      {                                                                                            \
        .name = "ignore-file",                                                                     \
        .kind = FLAG_LIST,                                                                         \
        .value = "FILE",                                                                           \
        .help = "read patterns as for --ignore from FILE, one a line",                             \
        .detail = "Lines that begin with # are comments. May be given several times.",             \
        .offset = offsetof(type, policy.ignore_files),                                             \
      },                                                                                           \
      {                                                                                            \
        .name = "accept",                                                                          \
        .words = "causes",                                                                         \
        .kind = FLAG_LIST,                                                                         \
        .value = "CAUSE[?],...",                                                                   \
        .help = "differences that these causes prove do not count",                                \
        .detail = "Causes as --explain names them. With a question mark also differences of "      \
                  "which the cause is but likely. The verdict takes no notice. May be given "      \
                  "several times; see POLICY.",                                                    \
        .offset = offsetof(type, policy.accept),                                                   \
      },                                                                                           \
      {                                                                                            \
        .name = "policy",                                                                          \
        .kind = FLAG_PATH,                                                                         \
        .value = "FILE",                                                                           \
        .default_text = ".diffoci.yaml in the working directory, if it is there",                  \
        .help = "read what is to be left out from FILE; none: from no file",                       \
        .detail = "A file called none is ./none. See POLICY.",                                     \
        .offset = offsetof(type, policy.policy),                                                   \
      },                                                                                           \
      {                                                                                            \
        .name = "no-policy",                                                                       \
        .kind = FLAG_BOOL,                                                                         \
        .help = "read no policy file",                                                             \
        .offset = offsetof(type, policy.none),                                                     \
      },                                                                                           \
  {                                                                                                \
    .name = "trust-local-policy", .kind = FLAG_BOOL,                                               \
    .help = "use .diffoci.yaml with --require and --verdict, too",                                 \
    .detail = "Without this flag they use a policy file only if --policy names it.",               \
    .offset = offsetof(type, policy.trust_local)                                                   \
  }

/* Reads all of it, in the order of policy/policy.h. *out is NULL if there is no rule at all; to be
 * freed with policy_free. gates: the exit status or the answer is a verdict, so a policy file that
 * nobody named is used only with --trust-local-policy. Says on stderr whether such a file is used.
 * A pattern that can match nothing is an error on the command line, a warning in a file. */
MUST_CHECK int policy_flags_read(const struct policy_flags *given, bool gates, struct policy **out,
                                 struct error *err);
/* Warns on stderr of what the rules left out; and, unless quiet, tells how many left out nothing.
 * policy may be NULL. */
void policy_flags_summary(const struct policy *policy, bool quiet);

#endif
