#include "report/ci/junit.h"

#include <inttypes.h>
#include <limits.h>

#include "base/escape.h"
#include "diff/verdict/verdict.h"
#include "report/about.h"
#include "report/changes/listing.h"

enum { SHOWN_PER_TEST = 100 };

static bool is_xml_char(uint32_t rune)
{
  return rune == '\t' || rune == '\n' || rune == '\r' || (rune >= 0x20 && rune <= 0xd7ff) ||
         (rune >= 0xe000 && rune <= 0xfffd) || rune >= 0x10000;
}

/* Appends text as character data or an attribute's value of XML 1.0 (sections 2.2 and 2.4): markup
 * and quotes as references, what no document may hold as U+FFFD. */
static void junit_escape(struct buf *out, struct str text)
{
  while (text.len > 0) {
    uint32_t rune;
    const size_t len = utf8_decode(text, &rune);

    if (len == 0 || !is_xml_char(rune))
      buf_puts(out, "\xef\xbf\xbd");
    else if (rune == '<')
      buf_puts(out, "&lt;");
    else if (rune == '>')
      buf_puts(out, "&gt;");
    else if (rune == '&')
      buf_puts(out, "&amp;");
    else if (rune == '"')
      buf_puts(out, "&quot;");
    else
      buf_add(out, text.ptr, len);
    text = str_skip(text, len ? len : 1);
  }
}

static void write_escaped(struct writer *writer, const char *text)
{
  AUTO_BUF escaped = BUF_INIT(INT_MAX);

  junit_escape(&escaped, str_of(text));
  writer_str(writer, buf_str(&escaped));
}

static void write_changes(const struct listing *listing, enum change_kind kind,
                          struct writer *writer)
{
  const uint64_t n = listing->changes.totals.by_kind[kind];
  size_t written = 0;

  for (size_t i = 0; i < listing->shown && written < SHOWN_PER_TEST; i++) {
    const struct change *change = &listing->changes.items[i];

    if (change->kind != kind)
      continue;
    write_escaped(writer, change->title);
    writer_puts(writer, ": ");
    write_escaped(writer, change->words);
    writer_putc(writer, '\n');
    written++;
  }
  if (written < n)
    writer_printf(writer, "and %" PRIu64 " more\n", n - written);
}

/* With --require the exit status is the answer: what differs beside is told, but fails nothing. */
static bool junit_passed(const struct report_about *about)
{
  return about && about->verdict && about->passed;
}

static void write_kind(const struct listing *listing, enum change_kind kind, struct writer *writer)
{
  static const char *const names[] = {
    [CHANGE_ADDED] = "no file was added",
    [CHANGE_REMOVED] = "no file was removed",
    [CHANGE_CONTENT] = "files have the same content",
    [CHANGE_METADATA] = "files have the same modes, owners, times and attributes",
    [CHANGE_IMAGE] = "the image has the same settings",
  };
  const uint64_t n = listing->changes.totals.by_kind[kind];
  const bool passed = junit_passed(listing->report.about);

  writer_printf(writer, "  <testcase classname=\"diffoci\" name=\"%s\"", names[kind]);
  if (n == 0) {
    writer_puts(writer, "/>\n");
    return;
  }
  if (passed)
    writer_printf(writer, ">\n    <system-out>allowed: %" PRIu64 " difference%s\n", n,
                  n == 1 ? "" : "s");
  else
    writer_printf(writer, ">\n    <failure message=\"%" PRIu64 " difference%s\">", n,
                  n == 1 ? "" : "s");
  write_changes(listing, kind, writer);
  writer_printf(writer, "</%s>\n  </testcase>\n", passed ? "system-out" : "failure");
}

/* That what was required holds: the exit status, as a test. */
static void junit_write_verdict(const struct report_about *about, struct writer *writer)
{
  AUTO_BUF text = BUF_INIT(INT_MAX);

  writer_puts(writer,
              "  <testcase classname=\"diffoci\" name=\"the images are as alike as required\"");
  if (about->passed) {
    writer_puts(writer, "/>\n");
    return;
  }
  if (about->failure)
    about_failure(&text, about);
  else
    verdict_describe(about->verdict, &text);
  writer_printf(writer, ">\n    <%s message=\"", about->failure ? "error" : "failure");
  write_escaped(writer, text.ptr);
  writer_puts(writer, "\"/>\n  </testcase>\n");
}

static void write_properties(const struct report_about *about, struct writer *writer)
{
  char digest[DIGEST_MAX_TEXT];

  writer_puts(writer, "  <properties>\n");
  for (int side = 0; about->run && side < 2; side++) {
    writer_printf(writer, "    <property name=\"input-%d\" value=\"", side);
    write_escaped(writer, about->run->inputs[side]);
    writer_puts(writer, "\"/>\n");
  }
  for (int side = 0; about->verdict && side < 2; side++)
    writer_printf(writer, "    <property name=\"digest-%d\" value=\"%s\"/>\n", side,
                  digest_format(&about->verdict->digests[side], digest));
  if (about->verdict)
    writer_printf(writer, "    <property name=\"verdict\" value=\"%s\"/>\n",
                  verdict_name(about->verdict->level));
  writer_puts(writer, "  </properties>\n");
}

/* Lines that are no differences. */
static void write_notices(const struct report_about *about, struct writer *writer)
{
  if (!about->n_notices)
    return;
  writer_puts(writer, "  <system-err>");
  for (size_t i = 0; i < about->n_notices; i++) {
    writer_puts(writer, about->notices[i].is_warning ? "warning: " : "");
    write_escaped(writer, about->notices[i].text);
    writer_putc(writer, '\n');
  }
  writer_puts(writer, "</system-err>\n");
}

static void write_junit(const struct listing *listing, struct writer *writer)
{
  const struct report_about *about = listing->report.about;
  const bool with_verdict = about && about->verdict;
  const unsigned errors = with_verdict && about->failure;
  unsigned failures = with_verdict && !about->passed && !errors;

  for (size_t kind = 0; kind < N_CHANGE_KINDS && !junit_passed(about); kind++)
    failures += listing->changes.totals.by_kind[kind] > 0;
  writer_printf(writer,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                "<testsuites tests=\"%d\" failures=\"%u\" errors=\"%u\">\n"
                " <testsuite name=\"diffoci\" tests=\"%d\" failures=\"%u\" errors=\"%u\">\n",
                N_CHANGE_KINDS + with_verdict, failures, errors, N_CHANGE_KINDS + with_verdict,
                failures, errors);
  if (about)
    write_properties(about, writer);
  for (int kind = 0; kind < N_CHANGE_KINDS; kind++)
    write_kind(listing, (enum change_kind)kind, writer);
  if (with_verdict)
    junit_write_verdict(about, writer);
  if (about)
    write_notices(about, writer);
  writer_puts(writer, " </testsuite>\n</testsuites>\n");
}

struct report *report_junit_make(const char *path, const struct diff_options *options,
                                 const struct output_style *style)
{
  return listing_new(path, style, CHANGES_KEEP, options->limits->memory, write_junit);
}
