#include "report/changes/change_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/amount.h"
#include "base/escape.h"
#include "report/changes/change_values.h"
#include "report/changes/shorten.h"

enum {
  MAX_PHRASES = 3,
  PERMISSIONS = 07777,
  PRIVILEGES = 06000, /* setuid and setgid */
  EXECUTABLE = 0111,
  WRITABLE = 0002, /* by everybody */
  STICKY = 01000,
};

static bool is_one_of(const char *name, const char *const *list)
{
  for (; *list; list++)
    if (strcmp(name, *list) == 0)
      return true;
  return false;
}

/* Whether anybody may change what it holds. */
static bool is_open_to_all(const struct tar_entry *entry)
{
  return entry->type != TAR_SYMLINK && (entry->mode & WRITABLE) &&
         !(entry->type == TAR_DIR && (entry->mode & STICKY));
}

static enum change_weight weight_of_field(const struct event *event,
                                          const struct event_field *field)
{
  static const char *const contents[] = { "Digest", "Size",     "Typeflag", "Linkname",
                                          "Dev",    "Hardlink", NULL };
  static const char *const owners[] = { "Mode", "Uid", "Gid", "Uname", "Gname", NULL };
  const struct tar_entry *e0 = event->inputs[0].entry;
  const struct tar_entry *e1 = event->inputs[1].entry;

  if (strcmp(field->name, "Xattr security.capability") == 0)
    return WEIGHT_PRIVILEGE;
  if (strcmp(field->name, "Mode") == 0 && e0 && e1 &&
      ((e0->mode & PRIVILEGES) != (e1->mode & PRIVILEGES) ||
       is_open_to_all(e0) != is_open_to_all(e1)))
    return WEIGHT_PRIVILEGE;
  if (is_one_of(field->name, contents))
    return WEIGHT_CONTENT;
  if (is_one_of(field->name, owners) || strncmp(field->name, "Xattr ", strlen("Xattr ")) == 0)
    return WEIGHT_METADATA;
  return WEIGHT_RECORD;
}

static bool is_regular(const struct tar_entry *entry)
{
  return entry->type == TAR_REGULAR || entry->type == TAR_CONTIGUOUS ||
         entry->type == TAR_GNU_SPARSE;
}

static void size_words(struct buf *out, const struct event *event)
{
  const struct tar_entry *e0 = event->inputs[0].entry;
  const struct tar_entry *e1 = event->inputs[1].entry;
  char text[2][AMOUNT_MAX];

  if (!e0 || !e1 || e0->size < 0 || e1->size < 0)
    return;
  amount_bytes((uint64_t)e0->size, text[0]);
  amount_bytes((uint64_t)e1->size, text[1]);
  if (e0->size == e1->size)
    buf_printf(out, ", %s", text[0]);
  else if (strcmp(text[0], text[1]) == 0) /* the difference is smaller than what is shown */
    buf_printf(out, ", %s, %s", text[0], amount_change(e1->size - e0->size, text[1]));
  else
    buf_printf(out, ", %s" CHANGE_ARROW "%s", text[0], text[1]);
}

static void mode_words(struct buf *out, const struct event *event)
{
  const struct tar_entry *e0 = event->inputs[0].entry;
  const struct tar_entry *e1 = event->inputs[1].entry;
  int64_t mask = (e0->mode & PERMISSIONS) == (e1->mode & PERMISSIONS) ? -1 : PERMISSIONS;

  buf_printf(out, "mode 0%" PRIo64 CHANGE_ARROW "0%" PRIo64, (uint64_t)(e0->mode & mask),
             (uint64_t)(e1->mode & mask));
}

static void xattr_words(struct buf *out, const struct event_field *field)
{
  escape_terminal(out, str_of(field->name + strlen("Xattr ")));
  buf_puts(out, !field->value[0].ptr ? " set" : !field->value[1].ptr ? " removed" : " changed");
}

/* How fields are called here; those that are not listed keep their name. */
static const char *word_of(const char *field)
{
  static const struct {
    const char *field, *word;
  } words[] = {
    { "Linkname", "target" },  { "Typeflag", "type" },      { "Uid", "uid" },
    { "Gid", "gid" },          { "Uname", "user" },         { "Gname", "group" },
    { "Dev", "device" },       { "ModTime", "mtime" },      { "AccessTime", "atime" },
    { "ChangeTime", "ctime" }, { "Index", "position" },     { "Format", "format" },
    { "Size", "size" },        { "Hardlink", "linked to" },
  };

  for (size_t i = 0; i < ARRAY_LEN(words); i++)
    if (strcmp(field, words[i].field) == 0)
      return words[i].word;
  return field;
}

/* Times are all in UTC here, and say so in the table. */
static struct str without_zone(struct str time)
{
  const struct str zone = STR(" +0000 UTC");

  if (str_has_suffix(time, zone))
    time.len -= zone.len;
  return time;
}

static void field_words(struct buf *out, const struct event *event, const struct event_field *field)
{
  if (strcmp(field->name, "Digest") == 0) {
    buf_puts(out, "content");
    size_words(out, event);
  } else if (strcmp(field->name, "Mode") == 0 && event->inputs[0].entry && event->inputs[1].entry) {
    mode_words(out, event);
  } else if (strncmp(field->name, "Xattr ", strlen("Xattr ")) == 0) {
    xattr_words(out, field);
  } else {
    escape_terminal(out, str_of(word_of(field->name)));
    buf_putc(out, ' ');
    change_values_pair(out, without_zone(field->value[0]), without_zone(field->value[1]));
  }
}

static bool has_field(const struct event *event, const char *name)
{
  for (size_t i = 0; i < event->n_fields; i++)
    if (!event->fields[i].ignored && strcmp(event->fields[i].name, name) == 0)
      return true;
  return false;
}

/* "regular file" of "regular file (0)". */
static struct str type_name(struct str value)
{
  const char *open = value.len ? memchr(value.ptr, '(', value.len) : NULL;

  return open && open > value.ptr + 1 ? (struct str) { value.ptr, (size_t)(open - value.ptr) - 1 }
                                      : value;
}

/* What is another kind of thing has another content and other rights, which tells nothing. */
static bool add_type(struct buf *out, const struct event *event)
{
  for (size_t i = 0; i < event->n_fields; i++) {
    const struct event_field *field = &event->fields[i];

    if (field->ignored || strcmp(field->name, "Typeflag") != 0)
      continue;
    change_values_pair(out, type_name(field->value[0]), type_name(field->value[1]));
    return true;
  }
  return false;
}

void change_words_entry(struct buf *out, const struct event *event)
{
  const bool content = has_field(event, "Digest");
  bool ignored;
  const bool more = change_weight_entry(event, &ignored) > WEIGHT_RECORD;
  size_t phrases = 0;

  if (add_type(out, event))
    return;
  for (size_t i = 0; i < event->n_fields; i++) {
    const struct event_field *field = &event->fields[i];

    /* The sizes stand beside the content; times and order go with what weighs more. */
    if (field->ignored || (content && strcmp(field->name, "Size") == 0) ||
        (more && weight_of_field(event, field) == WEIGHT_RECORD))
      continue;
    if (phrases++ < MAX_PHRASES) {
      buf_puts(out, phrases > 1 ? "; " : "");
      field_words(out, event, field);
    }
  }
  if (phrases > MAX_PHRASES)
    buf_printf(out, " (+%zu more)", phrases - MAX_PHRASES);
  if (phrases == 0)
    escape_terminal(out, str_of(event->note));
}

void change_words_lone(struct buf *out, const struct tar_entry *entry)
{
  char text[AMOUNT_MAX];

  switch (entry->type) {
  case TAR_DIR:
    buf_puts(out, "directory");
    break;
  case TAR_SYMLINK:
  case TAR_LINK:
    buf_puts(out, entry->type == TAR_LINK ? "hard link to " : "symlink to ");
    escape_terminal(out, entry->link_name);
    break;
  case TAR_CHAR:
  case TAR_BLOCK:
    buf_printf(out, "device %" PRId64 ":%" PRId64, entry->device_major, entry->device_minor);
    break;
  case TAR_FIFO:
    buf_puts(out, "fifo");
    break;
  default:
    buf_puts(out, amount_bytes(entry->size < 0 ? 0 : (uint64_t)entry->size, text));
  }
  if (entry->mode & PRIVILEGES)
    buf_printf(out, ", mode 0%" PRIo64, (uint64_t)(entry->mode & PERMISSIONS));
}

/* ---- weights ---- */

static bool has_capability(const struct tar_entry *entry)
{
  struct str name;

  for (size_t i = 0; i < entry->n_records; i++)
    if (tar_record_xattr(&entry->records[i], &name) && str_equal(name, STR("security.capability")))
      return true;
  return false;
}

enum change_weight change_weight_lone(const struct tar_entry *entry)
{
  if (!is_regular(entry))
    return entry->type == TAR_DIR ? WEIGHT_METADATA : WEIGHT_CONTENT;
  if (entry->mode & PRIVILEGES || has_capability(entry))
    return WEIGHT_PRIVILEGE;
  return entry->mode & EXECUTABLE ? WEIGHT_EXECUTABLE : WEIGHT_CONTENT;
}

enum change_weight change_weight_entry(const struct event *event, bool *content)
{
  enum change_weight weight = WEIGHT_RECORD;

  *content = false;
  for (size_t i = 0; i < event->n_fields; i++) {
    enum change_weight one;

    if (event->fields[i].ignored)
      continue;
    one = weight_of_field(event, &event->fields[i]);
    *content = *content || one == WEIGHT_CONTENT;
    weight = one > weight ? one : weight;
  }
  for (int side = 0; side < 2 && *content && weight == WEIGHT_CONTENT; side++) {
    const struct tar_entry *entry = event->inputs[side].entry;
    enum change_weight lone = entry ? change_weight_lone(entry) : weight;

    weight = lone > weight ? lone : weight;
  }
  return weight;
}

static bool ends_with(const char *text, const char *end)
{
  return str_has_suffix(str_of(text), str_of(end));
}

static bool is_reference(enum event_type type, const char *field)
{
  static const char *const refers[] = { "digest", "size", "data", NULL };

  if (type == EVENT_CONFIG)
    return strncmp(field, "rootfs.diff_ids[", strlen("rootfs.diff_ids[")) == 0;
  return is_one_of(field, refers) || ends_with(field, ".digest") || ends_with(field, ".size") ||
         ends_with(field, ".data");
}

bool change_is_told_again(enum event_type type, const char *context,
                          const struct event_field *field)
{
  static const char annotations[] = "annotations";
  static const char manifests[] = "manifests[";
  const bool lone = !field->value[0].ptr || !field->value[1].ptr;

  if (!ends_with(context, "/manifest") && !ends_with(context, "/index"))
    return false;
  if (strncmp(field->name, annotations, strlen(annotations)) == 0 &&
      strchr(".[", field->name[strlen(annotations)]))
    return true;
  return type == EVENT_INDEX && lone && ends_with(field->name, "]") &&
         strncmp(field->name, manifests, strlen(manifests)) == 0;
}

void change_refers_to(struct buf *out, const char *field)
{
  static const char diff_ids[] = "rootfs.diff_ids[";
  const bool diff_id = strncmp(field, diff_ids, strlen(diff_ids)) == 0;
  const char *open = strchr(field, '[');
  const char *dot = strchr(field, '.');

  if (strncmp(field, "annotations", strlen("annotations")) == 0)
    buf_puts(out, "annotations");
  else if (open) /* layers[1].digest, manifests[0].size */
    buf_printf(out, "%.*s-%.*s", diff_id ? 6 : (int)(open - field), diff_id ? "layers" : field,
               (int)strcspn(open + 1, "]"), open + 1);
  else if (dot) /* config.digest, subject.size */
    buf_add(out, field, (size_t)(dot - field));
}

enum change_weight change_weight_field(enum event_type type, const char *field)
{
  static const char *const runs[] = { "os", "architecture", "variant", "config", NULL };
  const size_t len = strcspn(field, ".[");
  char first[16];

  if (is_reference(type, field))
    return WEIGHT_CONSEQUENCE;
  if (type != EVENT_CONFIG || len >= sizeof(first))
    return WEIGHT_RECORD;
  memcpy(first, field, len);
  first[len] = '\0';
  if (!is_one_of(first, runs))
    return WEIGHT_RECORD;
  /* Labels say something about the image and start nothing. */
  return strncmp(field, "config.Labels", strlen("config.Labels")) == 0 ? WEIGHT_METADATA
                                                                       : WEIGHT_CONFIG;
}

char change_mark(const struct change *change)
{
  static const char marks[] = {
    [CHANGE_ADDED] = 'A',    [CHANGE_REMOVED] = 'D', [CHANGE_CONTENT] = 'M',
    [CHANGE_METADATA] = 'm', [CHANGE_IMAGE] = 'C',
  };

  return marks[change->kind];
}

const char *change_kind_word(enum change_kind kind)
{
  static const char *const words[] = {
    [CHANGE_ADDED] = "added",        [CHANGE_REMOVED] = "removed",
    [CHANGE_CONTENT] = "changed",    [CHANGE_METADATA] = "metadata changed",
    [CHANGE_IMAGE] = "of the image",
  };

  return words[kind];
}
