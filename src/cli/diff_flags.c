#include "cli/diff_flags.h"

#include <stddef.h>

#include "cli/commands.h"

#define AT(field) .offset = offsetof(struct diff_flags, field)

static const struct flag flags[] = {
  {
      .name = "semantic",
      .kind = FLAG_BOOL,
      .help = "all --ignore-... flags and --treat-canonical-paths-equal",
      .detail = "The usual choice: what remains is what a user of the image could notice.",
      AT(semantic),
  },
  {
      .name = "effective",
      .kind = FLAG_BOOL,
      .help = "compare what a container would see",
      .detail =
          "The layers of each image are merged and the resulting trees compared by path: types, "
          "contents, modes, numeric owners, link targets, devices, extended attributes, and "
          "which paths are hard links of each other; and the part of the configs that decides "
          "how a container is run. Includes --semantic; see EFFECTIVE COMPARISON.",
      AT(effective),
  },
  {
      .name = "ignore-timestamps",
      .kind = FLAG_BOOL,
      .help = "--ignore-file-timestamps and --ignore-image-timestamps",
      AT(ignore_timestamps),
  },
  {
      .name = "ignore-file-timestamps",
      .kind = FLAG_BOOL,
      .help = "ignore mtime, atime and ctime of files",
      .detail = "In tar headers and in PAX records.",
      AT(ignore_file_timestamps),
  },
  {
      .name = "ignore-image-timestamps",
      .kind = FLAG_BOOL,
      .help = "ignore when the image was created",
      .detail = "The fields created of the config and of its history, and the annotation "
                "org.opencontainers.image.created.",
      AT(ignore_image_timestamps),
  },
  {
      .name = "ignore-history",
      .kind = FLAG_BOOL,
      .help = "ignore the history of the config",
      AT(ignore_history),
  },
  {
      .name = "ignore-file-order",
      .kind = FLAG_BOOL,
      .help = "ignore the position of entries in a layer",
      AT(ignore_file_order),
  },
  {
      .name = "ignore-file-mode-redundant-bits",
      .kind = FLAG_BOOL,
      .help = "compare only the low 12 bits of file modes",
      .detail = "Some writers add the file type, which the entry tells anyway.",
      AT(ignore_file_mode_redundant_bits),
  },
  {
      .name = "ignore-image-name",
      .kind = FLAG_BOOL,
      .help = "ignore annotations that hold the image's name",
      .detail = "These are io.containerd.image.name and org.opencontainers.image.ref.name. The "
                "name under which an image stands in index.json is no part of its content and is "
                "compared only with --ignore-image-name=false.",
      AT(ignore_image_name),
  },
  {
      .name = "ignore-tar-format",
      .kind = FLAG_BOOL,
      .help = "ignore whether an entry is USTAR, PAX or GNU",
      .detail = "PAX records that only encode a field of the header again do not count either.",
      AT(ignore_tar_format),
  },
  {
      .name = "treat-canonical-paths-equal",
      .kind = FLAG_BOOL,
      .help = "ignore one leading / and then one leading ./",
      .detail = "In the names of entries and in the targets of links.",
      AT(treat_canonical_paths_equal),
  },
  POLICY_FLAGS(struct diff_flags),
  {
      .name = "platform",
      .kind = FLAG_LIST,
      .value = "P,...",
      .default_text = "linux on this machine's architecture",
      .help = "compare only these platforms of an index",
      .detail = "A platform is OS/ARCHITECTURE[/VARIANT] or ARCHITECTURE. May be given several "
                "times.",
      AT(platforms),
  },
  {
      .name = "all-platforms",
      .kind = FLAG_BOOL,
      .help = "compare every platform of an index",
      AT(all_platforms),
  },
  {
      .name = "attestations",
      .kind = FLAG_BOOL,
      .help = "compare what attests to the images of an index",
      .detail =
          "The in-toto statements that BuildKit attaches: provenance and SBOMs, paired by the "
          "images they are about and by predicate type, field by field. Without this flag, "
          "and without flags that leave something out, it counts only whether there are any.",
      AT(attestations),
  },
  {
      .name = "referrers",
      .kind = FLAG_BOOL,
      .help = "compare what refers to the images: signatures, SBOMs and the like",
      .detail =
          "What registries and image layouts list as having one of the images as its subject, "
          "paired by artifact type.",
      AT(referrers),
  },
  {
      .name = "verbose",
      .letter = 'v',
      .kind = FLAG_BOOL,
      .help = "print every difference in full, instead of the table",
      AT(verbose),
  },
  {
      .name = "explain",
      .kind = FLAG_BOOL,
      .help = "say for each difference why it is there, if that is known",
      .detail = "A column with the name of the cause, and below the table what each cause is and "
                "what to do about it. Reports tell the causes without this flag, too; see CAUSES.",
      AT(explain),
  },
  {
      .name = "verdict",
      .kind = FLAG_BOOL,
      .help = "print the verdict alone: identical, semantic, effective or different",
      .detail = "In one word, in place of the table; see VERDICT.",
      AT(verdict),
  },
  {
      .name = "require",
      .kind = FLAG_CHOICE,
      .value = "VERDICT",
      .choices = "none|identical|semantic|effective",
      .fallback = "none",
      .help = "exit with status 0 if the verdict is this one or a stronger one",
      .detail = "Otherwise with 1, whatever the other flags leave out. With none, the status is 0 "
                "if nothing is different under the given flags.",
      AT(require),
  },
  {
      .name = "report-file",
      .kind = FLAG_PATH,
      .value = "FILE",
      .help = "write a report in JSON",
      .detail = "A leading ~/ is the home directory.",
      AT(report_file),
  },
  {
      .name = "report-dir",
      .kind = FLAG_PATH,
      .value = "DIR",
      .help = "write a report in JSON, and both sides of the files that differ",
      .detail = "DIR is made if it is not there. README.md, report.json, input-0 and input-1 in it "
                "are replaced; nothing else is touched. A leading ~/ is the home directory.",
      AT(report_dir),
  },
  {
      .name = "verify",
      .kind = FLAG_BOOL,
      .help = "read and check blobs even where their digests are equal",
      AT(verify),
  },
  {
      .name = "pull",
      .kind = FLAG_CHOICE,
      .value = "WHEN",
      .choices = "always|missing|never",
      .fallback = "missing",
      .help = "when to fetch an image from its registry",
      .detail =
          "missing looks into the store first and fetches what it lacks; never takes only what "
          "the store has. Without effect on images that lie in files.",
      AT(pull),
  },
  {
      .name = "no-cache",
      .kind = FLAG_BOOL,
      .help = "use no store: neither look images up there nor keep what is fetched",
      AT(no_cache),
  },
  PLACE_FLAGS(struct diff_flags),
  MAX_SCALE_FLAG(offsetof(struct diff_flags, max_scale)),
};

const struct command command_diff = {
  .name = "diff",
  .arguments = "IMAGE0 IMAGE1",
  .summary = "Compare two images",
  .detail = "An IMAGE is NAME[:TAG][@DIGEST], in the store or its registry, docker://NAME, "
            "podman://NAME or nerdctl://NAME, of that engine, containerd://NAME, oci:DIR[:REF], "
            "oci-archive:FILE[:REF], docker-archive:FILE[:REF], or a "
            "path that begins with /, ./, ../ or ~/. Archives may be compressed. REF is an image "
            "name, a tag or a digest, needed only where there are several. "
            "The exit status is 0 if the images are equal, 1 if they differ, 2 after an error.",
  .min_arguments = 2,
  .max_arguments = 2,
  .completion = COMPLETE_FILES,
  .flags = flags,
  .n_flags = ARRAY_LEN(flags),
  .options_size = sizeof(struct diff_flags),
  .run = diff_command,
};
