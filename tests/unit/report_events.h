/* Hand-made events for the tests of reports. */
#ifndef DIFFOCI_TESTS_REPORT_EVENTS_H
#define DIFFOCI_TESTS_REPORT_EVENTS_H

#include <string.h>

#include "diff/event.h"
#include "report/report.h"

static const struct event_node report_root = { NULL, "/", EVENT_NONE, "", { { 0 } } };

/* A value of a field: text, or absent for NULL. */
static inline struct str field_value(const char *text)
{
  return text ? str_of(text) : (struct str) { NULL, 0 };
}

static inline struct event_field make_field(const char *name, const char *label, const char *value0,
                                            const char *value1)
{
  return (struct event_field) { name, label, { field_value(value0), field_value(value1) }, false };
}

/* As of a strict comparison. */
static inline struct event make_event(const char *context, enum event_type type, const char *note,
                                      const struct event_field *fields, size_t n_fields)
{
  return (struct event) { .parent = &report_root,
                          .context = context,
                          .type = type,
                          .note = note,
                          .fields = fields,
                          .n_fields = n_fields,
                          .digests_count = true };
}

/* A regular file of root's, 0644, without times. */
static inline struct tar_entry make_entry(const char *name)
{
  return (struct tar_entry) { .type = TAR_REGULAR,
                              .format = TAR_FORMAT_USTAR,
                              .name = str_of(name),
                              .user_name = STR("root"),
                              .group_name = STR("root"),
                              .mode = 0644 };
}

/* A descriptor without a document, whose digest's bytes are all `byte`. */
static inline struct descriptor make_descriptor(const char *media_type, uint8_t byte)
{
  struct descriptor descriptor = { .media_type = media_type };

  descriptor.digest.algorithm = DIGEST_SHA256;
  memset(descriptor.digest.bytes, byte, 32);
  return descriptor;
}

#endif
