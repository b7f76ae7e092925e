#include "report/json/json_run.h"
#include "report/packages/about.h"

#include "base/alloc.h"
#include "base/escape.h"
#include "base/version.h"
#include "diff/diff.h"
#include "diff/verdict/verdict.h"
#include "packages/changes.h"
#include "policy/policy.h"
#include "report/changes/totals.h"
#include "report/explain/explain.h"

static void write_platforms(struct json_writer *json, const struct event_roots *roots, int side)
{
  if (!roots->n_platforms[side])
    return;
  json_array_open(json, "platforms");
  for (size_t i = 0; i < roots->n_platforms[side]; i++)
    json_write_text(json, NULL, roots->platforms[side][i]);
  json_array_close(json);
}

static void write_inputs(struct json_writer *json, const struct report_about *about)
{
  const struct event_roots *roots = about->roots;
  char digest[DIGEST_MAX_TEXT];

  json_array_open(json, "inputs");
  for (int side = 0; side < 2; side++) {
    json_object_open(json, NULL);
    json_write_text(json, "name", about->run->inputs[side]);
    if (roots) {
      json_write_text(json, "digest", digest_format(&roots->descriptors[side]->digest, digest));
      write_platforms(json, roots, side);
    }
    json_object_close(json);
  }
  json_array_close(json);
}

void json_run_members(struct json_writer *json, const struct report_about *about)
{
  const struct digest rules = policy_digest(about ? about->policy : NULL);
  char digest[DIGEST_MAX_TEXT];

  json_write_number(json, "formatVersion", JSON_FORMAT_VERSION);
  json_object_open(json, "tool");
  json_write_text(json, "name", "diffoci");
  json_write_text(json, "version", diffoci_version);
  json_object_close(json);
  if (!about || !about->run)
    return;
  json_array_open(json, "arguments");
  for (size_t i = 0; i < about->run->n_arguments; i++)
    json_write_text(json, NULL, about->run->arguments[i]);
  json_array_close(json);
  write_inputs(json, about);
  if (policy_is_empty(about->policy))
    return;
  json_object_open(json, "policy");
  json_write_text(json, "digest", digest_format(&rules, digest));
  json_object_close(json);
}

void json_run_verdict(struct json_writer *json, const struct report_about *about)
{
  const struct verdict *verdict = about ? about->verdict : NULL;
  char digest[DIGEST_MAX_TEXT];

  if (!verdict)
    return;
  json_object_open(json, "verdict");
  json_write_text(json, "verdict", verdict_name(verdict->level));
  json_array_open(json, "digests");
  for (int side = 0; side < 2; side++)
    json_write_text(json, NULL, digest_format(&verdict->digests[side], digest));
  json_array_close(json);
  if (verdict->open != VERDICT_UNKNOWN) {
    json_write_text(json, "unknown", verdict_name(verdict->open));
    json_write_text(json, "reason", verdict->why);
  }
  if (verdict->hidden && verdict->open == VERDICT_UNKNOWN)
    json_write_bool(json, "effective", false);
  json_object_close(json);
}

void json_run_failure(struct json_writer *json, const struct report_about *about)
{
  if (about && about->failure)
    json_write_text(json, "error", about->failure);
}

void json_run_notices(struct json_writer *json, const struct report_about *about)
{
  if (!about || !about->n_notices)
    return;
  json_array_open(json, "notices");
  for (size_t i = 0; i < about->n_notices; i++) {
    json_object_open(json, NULL);
    json_write_bool(json, "warning", about->notices[i].is_warning);
    json_write_text(json, "text", about->notices[i].text);
    json_object_close(json);
  }
  json_array_close(json);
}

void json_run_package(struct json_writer *json, const struct package_change *change)
{
  json_write_text(json, "type", change->type);
  json_write_str(json, "name", change->name);
  if (change->architecture.len)
    json_write_str(json, "architecture", change->architecture);
  if (packages_tell_place(change))
    json_write_str(json, "place", change->place);
  if (change->n_places > 1)
    json_write_number(json, "places", (int64_t)change->n_places);
  json_array_open(json, "versions");
  for (int side = 0; side < 2; side++)
    if (change->version[side].ptr)
      json_write_str(json, NULL, change->version[side]);
    else
      json_write_text(json, NULL, NULL);
  json_array_close(json);
}

void json_run_packages(struct json_writer *json, const struct report_about *about)
{
  const struct package_changes *packages = about ? about->packages : NULL;

  if (!packages)
    return;
  json_array_open(json, "packages");
  for (size_t i = 0; i < packages->n; i++) {
    json_object_open(json, NULL);
    json_run_package(json, &packages->items[i]);
    json_object_close(json);
  }
  json_array_close(json);
}

void json_run_rules(struct json_writer *json, const struct report_about *about)
{
  size_t n = 0;
  struct policy_rule *const *rules = policy_rules(about ? about->policy : NULL, &n);

  if (!n)
    return;
  json_array_open(json, "rules");
  for (size_t i = 0; i < n; i++) {
    json_object_open(json, NULL);
    json_write_number(json, "hidden", (int64_t)policy_hidden(rules[i]));
    json_write_text(json, "kind", policy_kind_name(rules[i]->kind));
    json_write_text(json, "text", rules[i]->text);
    json_write_text(json, "source", rules[i]->source);
    if (rules[i]->reason)
      json_write_text(json, "reason", rules[i]->reason);
    json_object_close(json);
  }
  json_array_close(json);
}

static void json_run_write_causes(struct json_writer *json, const struct explain *explain)
{
  AUTO_FREE struct explain_count *counts = xcalloc(causes_count(), sizeof(*counts));
  struct explain_totals totals;
  const size_t n = explain_counts(explain, counts, &totals);

  json_object_open(json, "causes");
  for (size_t i = 0; i < n; i++)
    json_write_number(json, cause_id(counts[i].cause), (int64_t)counts[i].differences);
  json_object_close(json);
  json_write_number(json, "unexplained", (int64_t)totals.unexplained);
  json_write_number(json, "proven", (int64_t)totals.proven);
  json_write_number(json, "harmless", (int64_t)totals.harmless);
}

void json_run_totals(struct json_writer *json, const struct change_totals *totals,
                     const struct report_about *about)
{
  static const char *const keys[] = {
    [CHANGE_ADDED] = "added",       [CHANGE_REMOVED] = "removed", [CHANGE_CONTENT] = "changed",
    [CHANGE_METADATA] = "metadata", [CHANGE_IMAGE] = "image",
  };

  json_object_open(json, "totals");
  json_write_number(json, "differences", (int64_t)totals_sum(totals));
  for (size_t kind = 0; kind < N_CHANGE_KINDS; kind++)
    json_write_number(json, keys[kind], (int64_t)totals->by_kind[kind]);
  json_write_number(json, "consequences", (int64_t)totals->consequences);
  if (about && policy_has_causes(about->policy))
    json_write_number(json, "accepted", (int64_t)about->accepted);
  json_write_number(json, "bytesAdded", (int64_t)totals->bytes_added);
  json_write_number(json, "bytesRemoved", (int64_t)totals->bytes_removed);
  if (about && about->explain)
    json_run_write_causes(json, about->explain);
  json_object_close(json);
}

void json_run_fields(struct json_writer *json, const struct change *change)
{
  json_array_open(json, "fields");
  for (size_t i = 0; i < change->n_fields; i++) {
    json_object_open(json, NULL);
    json_write_text(json, "name", change->fields[i].name);
    json_array_open(json, "values");
    json_write_text(json, NULL, change->fields[i].value[0]);
    json_write_text(json, NULL, change->fields[i].value[1]);
    json_array_close(json);
    json_object_close(json);
  }
  json_array_close(json);
}

static bool is_utf8(struct str s)
{
  uint32_t rune;

  while (s.len) {
    const size_t len = utf8_decode(s, &rune);

    if (!len)
      return false;
    s = str_skip(s, len);
  }
  return true;
}

/* Each byte as the character of its number, so that no two texts come out alike. */
static void add_latin1(struct buf *out, struct str s)
{
  for (size_t i = 0; i < s.len; i++) {
    const unsigned char byte = (unsigned char)s.ptr[i];

    if (byte < 0x80) {
      buf_putc(out, (char)byte);
    } else {
      buf_putc(out, (char)(0xc0 | byte >> 6));
      buf_putc(out, (char)(0x80 | (byte & 0x3f)));
    }
  }
}

void json_run_patch(struct json_writer *json, struct patches *patches, unsigned number)
{
  AUTO_BUF text = BUF_INIT(INT32_MAX);
  struct patch patch;

  if (!patches || !patches_get(patches, json->out, number, &text, &patch))
    return;
  json_object_open(json, "patch");
  json_write_text(json, "kind", patch_kind_name(patch.kind));
  if (patch.text.len && !is_utf8(patch.text)) {
    AUTO_BUF latin1 = BUF_INIT(INT32_MAX);

    add_latin1(&latin1, patch.text);
    json_write_text(json, "encoding", "iso-8859-1");
    json_write_str(json, "text", buf_str(&latin1));
  } else if (patch.text.len) {
    json_write_str(json, "text", patch.text);
  }
  if (patch.more)
    json_write_number(json, "more", (int64_t)MIN_OF(patch.more, (uint64_t)INT64_MAX));
  json_object_close(json);
}
