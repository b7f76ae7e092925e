/* The flags of `diff`, between their table and what is done with them. */
#ifndef DIFFOCI_CLI_DIFF_FLAGS_H
#define DIFFOCI_CLI_DIFF_FLAGS_H

#include "cli/cli.h"
#include "cli/place_flags.h"
#include "cli/policy_flags.h"
#include "cli/process.h"
#include "diff/diff.h"

struct diff_flags {
  struct text_list platforms;
  enum toggle all_platforms;
  enum toggle ignore[N_IGNORE_FLAGS]; /* by enum ignore_number */
  struct text_list extra_ignore_files;
  enum toggle effective;
  enum toggle verbose, verify, verdict;
  enum toggle attestations, referrers;
  unsigned require; /* enum require */
  struct policy_flags policy;
  enum toggle explain, inside, packages, patch;
  uint64_t patch_lines; /* 0: all */
  const char *report_file, *report_dir;
  unsigned colour; /* enum colour_choice */
  unsigned sort;   /* enum change_order: the first three */
  enum toggle no_fold;
  const char *suggest_policy; /* a file; "-": standard output; NULL: none */
  struct text_list outputs;   /* as output_parse takes them, or "auto" */
  struct process_flags process;
  struct place_flags places;
};

/* Fills what --ignore-…, --extra-ignore-… and their like say: ignore, compare_root_name, and
 * ignored_files, an array to be freed whose names point into the command line. */
void diff_flags_ignore(const struct diff_flags *given, struct diff_options *options);

/* The command: call->options is a struct diff_flags. */
MUST_CHECK int diff_command(const struct invocation *call, struct error *err);

#endif
