#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

#include "base/escape.h"
#include "report/html/html_data.h"
#include "report/patches/patches.h"

/* A value as it is shown, or null. Escaped already. */
static void write_value(struct json_writer *json, const char *value)
{
  AUTO_BUF cut = BUF_INIT(INT_MAX);
  size_t len = value ? strlen(value) : 0;

  if (len <= HTML_VALUE_BYTES) {
    json_write_text(json, NULL, value);
    return;
  }
  buf_add(&cut, value, HTML_VALUE_BYTES);
  while (cut.len > 0 && ((unsigned char)value[cut.len] & 0xc0) == 0x80) /* between characters */
    cut.len--;
  len -= cut.len;
  buf_printf(&cut, "\xe2\x80\xa6 (%zu more bytes)", len);
  json_write_str(json, NULL, buf_str(&cut));
}

static void html_details_write_fields(struct json_writer *json, const struct change *change)
{
  if (change->n_fields == 0)
    return;
  json_array_open(json, "fields");
  for (size_t i = 0; i < change->n_fields; i++) {
    json_array_open(json, NULL);
    json_write_text(json, NULL, change->fields[i].name);
    write_value(json, change->fields[i].value[0]);
    write_value(json, change->fields[i].value[1]);
    json_array_close(json);
  }
  json_array_close(json);
}

static void write_found_value(struct json_writer *json, const struct value_pair *value)
{
  json_array_open(json, NULL);
  json_write_text(json, NULL, value->name);
  for (int side = 0; side < 2; side++) {
    AUTO_BUF text = BUF_INIT(INT_MAX);

    escape_terminal(&text, value->side[side]);
    if (value->side[side].ptr)
      json_write_str(json, NULL, buf_str(&text));
    else
      json_write_text(json, NULL, NULL);
  }
  json_array_close(json);
}

static void html_details_write_found(struct json_writer *json, const struct html_causes *causes,
                                     const struct explain_found *found)
{
  const struct values *values = found->values;

  json_object_open(json, NULL);
  json_write_number(json, "cause", (int64_t)causes->number[cause_index(found->cause)]);
  json_write_text(json, "evidence", explain_evidence_name(found->evidence));
  json_write_text(json, "strength", cause_strength_name(found->strength));
  if (found->harmless)
    json_write_bool(json, "harmless", true);
  if (values && values->n > 0) {
    json_array_open(json, "values");
    for (size_t i = 0; i < values->n; i++)
      write_found_value(json, &values->items[i]);
    json_array_close(json);
    if (values->more)
      json_write_number(json, "more", (int64_t)values->more);
  }
  json_object_close(json);
}

static void write_detail(struct json_writer *json, const struct listing *listing,
                         const struct change *change, const struct html_causes *causes)
{
  struct explain_found own;
  const struct explanation found = listing_causes(listing, change, &own);

  json_object_open(json, NULL);
  html_details_write_fields(json, change);
  if (found.n > 0) {
    json_array_open(json, "evidence");
    for (size_t i = 0; i < found.n; i++)
      html_details_write_found(json, causes, &found.found[i]);
    json_array_close(json);
  }
  if (*found.left) {
    AUTO_BUF left = BUF_INIT(INT_MAX);

    escape_terminal(&left, str_of(found.left));
    json_write_str(json, "left", buf_str(&left));
  }
  if (listing->report.about && listing->report.about->patches) {
    AUTO_BUF patch = BUF_INIT(INT_MAX);

    patches_text(listing->report.about->patches, listing, change->patch_number, &patch);
    if (patch.len)
      json_write_str(json, "patch", buf_str(&patch));
  }
  json_object_close(json);
}

void html_details(const struct listing *listing, const struct html_causes *causes,
                  struct writer *writer)
{
  const struct changes *changes = &listing->changes;

  for (size_t first = 0; first < changes->n && !writer->error; first += HTML_CHUNK) {
    const size_t end = MIN_OF(first + HTML_CHUNK, changes->n);
    struct json_writer json;
    char id[32];

    snprintf(id, sizeof(id), "details-%zu", first / HTML_CHUNK);
    html_json_open(&json, writer, id);
    json_array_open(&json, NULL);
    for (size_t i = first; i < end; i++)
      write_detail(&json, listing, &changes->items[i], causes);
    json_array_close(&json);
    html_json_close(&json);
  }
}
