/* What the user leaves out of a comparison: one flag of `diff` is one bit of a set.
 *
 * The table below is the only place where these flags stand. The command line, its help, the manual
 * page and the completions are made of it; a new flag is a row here and the place that heeds its
 * bit. */
#ifndef DIFFOCI_DIFF_IGNORE_H
#define DIFFOCI_DIFF_IGNORE_H

#include <stdint.h>

/* X(bit, name of the flag, bits that imply it, help, further sentences for the manual page or NULL)
 *
 * A flag stands below those that imply it. Whatever IGNORE_SEMANTIC implies, --semantic leaves out;
 * the others leave out what --semantic counts, so they change what is shown and the exit status but
 * never a verdict. */
#define IGNORE_FLAGS(X)                                                                            \
  X(SEMANTIC, "semantic", 0, "all flags --ignore-... and --treat-canonical-paths-equal",           \
    "The usual choice: what remains is what a user of the image could notice.")                    \
  X(TIMESTAMPS, "ignore-timestamps", 0, "--ignore-file-timestamps and --ignore-image-timestamps",  \
    NULL)                                                                                          \
  X(FILE_TIMESTAMPS, "ignore-file-timestamps", IGNORE_SEMANTIC | IGNORE_TIMESTAMPS,                \
    "ignore mtime, atime and ctime of files", "In tar headers and in PAX records.")                \
  X(FILE_MTIME, "ignore-file-mtime", IGNORE_SEMANTIC | IGNORE_FILE_TIMESTAMPS,                     \
    "ignore mtime of files", "In tar headers and in the PAX record of this name.")                 \
  X(FILE_ATIME, "ignore-file-atime", IGNORE_SEMANTIC | IGNORE_FILE_TIMESTAMPS,                     \
    "ignore atime of files", "In tar headers and in the PAX record of this name.")                 \
  X(FILE_CTIME, "ignore-file-ctime", IGNORE_SEMANTIC | IGNORE_FILE_TIMESTAMPS,                     \
    "ignore ctime of files", "In tar headers and in the PAX record of this name.")                 \
  X(IMAGE_TIMESTAMPS, "ignore-image-timestamps", IGNORE_SEMANTIC | IGNORE_TIMESTAMPS,              \
    "ignore when the image was created",                                                           \
    "The fields created of the config and of its history, and the annotation "                     \
    "org.opencontainers.image.created.")                                                           \
  X(HISTORY, "ignore-history", IGNORE_SEMANTIC, "ignore the history of the config", NULL)          \
  X(FILE_META_FORMAT, "ignore-file-meta-format", IGNORE_SEMANTIC,                                  \
    "ignore the tar format of entries, and their position",                                        \
    "Unlike with --ignore-tar-format, PAX records count.")                                         \
  X(FILE_ORDER, "ignore-file-order", IGNORE_SEMANTIC | IGNORE_FILE_META_FORMAT,                    \
    "ignore the position of entries in a layer", NULL)                                             \
  X(FILE_MODE_REDUNDANT_BITS, "ignore-file-mode-redundant-bits", IGNORE_SEMANTIC,                  \
    "compare only the low 12 bits of file modes",                                                  \
    "Some writers add the file type, which the entry tells anyway.")                               \
  X(IMAGE_NAME, "ignore-image-name", IGNORE_SEMANTIC,                                              \
    "ignore annotations that hold the image's name",                                               \
    "These are io.containerd.image.name and org.opencontainers.image.ref.name. The name under "    \
    "which an image stands in index.json is no part of its content and is compared only with "     \
    "--ignore-image-name=false.")                                                                  \
  X(TAR_FORMAT, "ignore-tar-format", IGNORE_SEMANTIC,                                              \
    "ignore whether an entry is USTAR, PAX or GNU",                                                \
    "PAX records that only encode a field of the header again do not count either.")               \
  X(CANONICAL_PATHS, "treat-canonical-paths-equal", IGNORE_SEMANTIC,                               \
    "ignore one leading / and then one leading ./",                                                \
    "In the names of entries and in the targets of links.")                                        \
  X(EXTRA_CONTENT, "extra-ignore-file-content", 0,                                                 \
    "ignore the contents of files where the sizes are the same",                                   \
    "Even with --semantic they count otherwise. The verdict takes no notice of this flag.")        \
  X(EXTRA_PERMISSIONS, "extra-ignore-file-permissions", 0,                                         \
    "ignore the numeric owner and group of files",                                                 \
    "Not their mode. The verdict takes no notice of this flag.")                                   \
  X(EXTRA_MODE, "extra-ignore-file-mode", 0, "ignore the mode of files",                           \
    "The verdict takes no notice of this flag.")                                                   \
  X(EXTRA_LENGTH, "extra-ignore-layer-length-mismatch", 0,                                         \
    "ignore how many entries layers have, and entries that only one side has",                     \
    "Also names that stand a different number of times on the two sides. The verdict takes no "    \
    "notice of this flag.")

/* Their numbers: positions in the table. */
enum ignore_number {
#define IGNORE_NUMBER(bit, ...) IGNORE_NUMBER_##bit,
  IGNORE_FLAGS(IGNORE_NUMBER)
#undef IGNORE_NUMBER
      N_IGNORE_FLAGS
};

/* Their bits, and two that no flag sets. */
enum ignore_bit {
#define IGNORE_BIT(bit, ...) IGNORE_##bit = 1 << IGNORE_NUMBER_##bit,
  IGNORE_FLAGS(IGNORE_BIT)
#undef IGNORE_BIT
  /* What no container sees: set by the effective comparison for the entries of its trees. */
  IGNORE_UNSEEN = 1 << N_IGNORE_FLAGS,
  /* With it: the file flags of BSDs, which only their engines set. */
  IGNORE_FILE_FLAGS = 1 << (N_IGNORE_FLAGS + 1),
};

/* What --semantic leaves out, as ignore_implied would give it. */
#define IGNORE_IF_SEMANTIC(bit, name, implied_by, ...)                                             \
  | (IGNORE_SEMANTIC & (implied_by) ? IGNORE_##bit : 0)
enum { IGNORE_ALL_SEMANTIC = 0 IGNORE_FLAGS(IGNORE_IF_SEMANTIC) };
#undef IGNORE_IF_SEMANTIC

/* Of a set: what it leaves out that --semantic counts. */
#define IGNORE_BEYOND_SEMANTIC(set)                                                                \
  ((set) & ~(uint32_t)(IGNORE_ALL_SEMANTIC | IGNORE_UNSEEN | IGNORE_FILE_FLAGS))

/* The set for the flags that were given: with all that they imply, without those that only stand
 * for others. Sets elsewhere are such sets. */
uint32_t ignore_implied(uint32_t given);

#endif
