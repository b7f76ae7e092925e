#include "report/directory/readme.h"

#include <inttypes.h>
#include <limits.h>

#include "base/alloc.h"
#include "base/escape.h"
#include "diff/verdict/verdict.h"
#include "report/about.h"

static const char introduction[] =
    "# Differences between two container images\n"
    "\n"
    "Written by `diffoci diff --report-dir`.\n"
    "\n"
    "- `report.json`: every difference, as a tree\n"
    "- `input-0/`, `input-1/`: the files that differ, or that only one of the images has, as they\n"
    "  are in the first and in the second image\n"
    "\n"
    "A file stands at the context of its layer and its own name: `layers-0/etc/hosts` is "
    "`etc/hosts`\n"
    "of the first layer, `manifests-1/layers-0/etc/hosts` the same of the second manifest of an\n"
    "index. To compare:\n"
    "\n"
    "    diff -r --no-dereference input-0 input-1\n"
    "\n"
    "(Symbolic links point where they point in the image, which here may be anywhere; without\n"
    "`--no-dereference`, `diff` follows them.)\n"
    "\n"
    "Files and directories have the permissions and the modification time of the image. Not kept:\n"
    "owners, extended attributes, the setuid, setgid and sticky bits; `report.json` has them. A\n"
    "leading `/` or `./` of a name does not count, a file may have taken the place of an earlier "
    "one\n"
    "of the same name. Files that are equal in both images are not here, and neither are the\n"
    "directories, users and links that the files would need to work.\n";

static void write_escaped(struct writer *writer, const char *text)
{
  AUTO_BUF escaped = BUF_INIT(INT_MAX);

  escape_terminal(&escaped, str_of(text));
  writer_str(writer, buf_str(&escaped));
}

/* Names and arguments stand in indented blocks, where Markdown takes nothing for markup. */
static void write_input(struct writer *writer, int side, const struct readme_input *input)
{
  writer_printf(writer, "\n## input-%d\n\n    ", side);
  write_escaped(writer, input->label);
  writer_puts(writer, "\n\n");
  if (input->failure) {
    writer_puts(writer, "Not complete:\n\n    ");
    write_escaped(writer, input->failure);
    writer_puts(writer, "\n\n");
  }
  if (input->without_attributes > 0)
    writer_printf(writer, "Of %zu files or directories, permissions or time could not be set.\n\n",
                  input->without_attributes);
  if (input->notes->n == 0) {
    writer_puts(writer, "Nothing was left out.\n");
    return;
  }
  writer_puts(writer, "Left out:\n\n");
  for (size_t i = 0; i < input->notes->n; i++) {
    writer_puts(writer, "    ");
    writer_puts(writer, input->notes->lines[i]);
    writer_putc(writer, '\n');
  }
  if (input->notes->more > 0)
    writer_printf(writer, "\nand %zu more.\n", input->notes->more);
}

static void readme_write_rules(struct writer *writer, const struct policy *policy)
{
  AUTO_BUF text = BUF_INIT(INT_MAX);

  about_rules(&text, policy, "    ");
  if (!text.len)
    return;
  writer_puts(writer, "\n## What rules left out\n\nDifferences that are not here:\n\n");
  writer_str(writer, buf_str(&text));
}

/* The same lines as on standard error, but for the program's name. */
static void write_notices(struct writer *writer, const struct report_about *about)
{
  AUTO_BUF failure = BUF_INIT(INT_MAX);

  writer_puts(writer, "\n## To be known\n\n");
  about_failure(&failure, about);
  if (failure.len) {
    writer_puts(writer, "    ");
    writer_str(writer, buf_str(&failure));
    writer_putc(writer, '\n');
  }
  for (size_t i = 0; i < about->n_notices; i++) {
    writer_puts(writer, about->notices[i].is_warning ? "    warning: " : "    ");
    write_escaped(writer, about->notices[i].text);
    writer_putc(writer, '\n');
  }
}

static void readme_write_verdict(struct writer *writer, const struct verdict *verdict)
{
  AUTO_BUF text = BUF_INIT(INT_MAX);
  char digest[DIGEST_MAX_TEXT];

  verdict_describe(verdict, &text);
  writer_puts(writer, "\n## Verdict\n\n    ");
  writer_str(writer, buf_str(&text));
  writer_puts(writer, "\n\n");
  for (int side = 0; side < 2; side++)
    writer_printf(writer, "    input-%d is %s\n", side,
                  digest_format(&verdict->digests[side], digest));
}

/* All of it comes from diffoci's own table. */
static void readme_write_causes(struct writer *writer, const struct explain *explain)
{
  AUTO_FREE struct explain_count *counts = xcalloc(causes_count(), sizeof(*counts));
  struct explain_totals totals;
  const size_t n = explain_counts(explain, counts, &totals);

  if (!totals.differences)
    return;
  writer_puts(writer, "\n## Causes\n\n");
  for (size_t i = 0; i < n; i++) {
    const struct cause *cause = counts[i].cause;
    const uint64_t likely = counts[i].by_strength[CAUSE_LIKELY];

    writer_printf(writer, "- %" PRIu64 ", `%s`", counts[i].differences, cause_id(cause));
    if (likely)
      writer_printf(writer, " (%" PRIu64 " not looked into whole)", likely);
    writer_puts(writer, ": ");
    writer_puts(writer, cause_title(cause));
    writer_puts(writer, ". ");
    writer_puts(writer, cause_text(cause));
    writer_puts(writer, " ");
    writer_puts(writer, cause_fix(cause));
    writer_printf(writer, " <%s>\n", cause_sources(cause)[0]);
  }
  writer_printf(writer, "- %" PRIu64 " without a known cause\n", totals.unexplained);
}

void readme_write(struct writer *writer, const struct readme_input inputs[2],
                  const struct report_about *about)
{
  writer_puts(writer, introduction);
  if (about && about->verdict)
    readme_write_verdict(writer, about->verdict);
  if (about && (about->n_notices || about->failure))
    write_notices(writer, about);
  for (int side = 0; side < 2; side++)
    write_input(writer, side, &inputs[side]);
  if (about && about->policy)
    readme_write_rules(writer, about->policy);
  if (about && about->explain)
    readme_write_causes(writer, about->explain);
}
