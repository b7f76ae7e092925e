/* The flags of `diff`, between their table and what is done with them. */
#ifndef DIFFOCI_CLI_DIFF_FLAGS_H
#define DIFFOCI_CLI_DIFF_FLAGS_H

#include "cli/cli.h"
#include "cli/places.h"
#include "cli/policy_flags.h"

struct diff_flags {
  struct text_list platforms;
  enum toggle all_platforms;
  enum toggle ignore_timestamps, ignore_file_timestamps, ignore_image_timestamps;
  enum toggle ignore_history, ignore_file_order, ignore_file_mode_redundant_bits;
  enum toggle ignore_image_name, ignore_tar_format, treat_canonical_paths_equal, semantic;
  enum toggle effective;
  enum toggle verbose, verify, verdict;
  enum toggle attestations, referrers;
  unsigned require; /* enum require */
  struct policy_flags policy;
  enum toggle explain;
  const char *report_file, *report_dir;
  unsigned pull; /* enum named_pull */
  enum toggle no_cache;
  struct place_flags places;
  double max_scale;
};

/* The command: call->options is a struct diff_flags. */
MUST_CHECK int diff_command(const struct invocation *call, struct error *err);

#endif
