#include "report/patches/patches.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/escape.h"
#include "base/spool.h"

/* Steps of aligning lines, of all files together: a minute, most often. */
#define WORK (UINT64_C(1) << 34)

enum { TEXT_MAX = INT32_MAX };

/* Where a patch lies in the spool. */
struct kept {
  uint64_t at;
  size_t len;
  uint64_t more;
  enum patch_kind kind;
  bool waits; /* for the contents */
};

/* What was shown in one report. */
struct shown {
  const void *report;
  uint64_t bytes, lines;
  bool full;
};

struct patches {
  const struct diff_options *options;
  struct later *later;
  struct later_taker taker;
  struct spool *spool;
  struct kept *items; /* owned; the first is that of nothing */
  size_t n, cap;
  uint64_t work;
  struct buf text;     /* of the one being made */
  struct shown *shown; /* owned */
  size_t n_shown, cap_shown;
  bool failed;
  struct error err;
};

static size_t patches_add(struct patches *patches)
{
  patches->items = xgrow(patches->items, patches->n, &patches->cap, sizeof(*patches->items));
  patches->items[patches->n] = (struct kept) { .kind = PATCH_NONE };
  return patches->n++;
}

static void patches_keep(struct patches *patches, size_t number, const struct patch *patch)
{
  patches->items[number] = (struct kept) {
    .at = spool_size(patches->spool),
    .len = patch->text.len,
    .more = patch->more,
    .kind = patch->kind,
  };
  if (!patches->failed && patch->text.len &&
      spool_add(patches->spool, patch->text.ptr, patch->text.len, &patches->err))
    patches->failed = true;
}

static void patches_make(struct patches *patches, size_t number, const struct str content[2])
{
  const struct patch_limits limits = {
    .lines = patches->options->patch_lines,
    .work = &patches->work,
    .memory = patches->options->limits->memory,
  };
  struct patch patch;

  patch_make(content, &limits, &patches->text, &patch);
  patches_keep(patches, number, &patch);
  buf_release(&patches->text);
}

static void patches_take(void *context, size_t number, const struct later_content *contents)
{
  struct patches *patches = context;

  if (contents)
    patches_make(patches, number, (const struct str[]) { contents[0].bytes, contents[1].bytes });
  else
    patches_keep(patches, number, &(const struct patch) { .kind = PATCH_UNREAD });
}

struct patches *patches_new(const struct diff_options *options, struct later *later)
{
  struct patches *patches = xcalloc(1, sizeof(*patches));

  *patches = (struct patches) {
    .options = options,
    .later = later,
    .taker = { patches_take, patches, options->limits->file_bytes },
    .spool = spool_new(options->limits->memory),
    .work = WORK,
    .text = BUF_INIT(TEXT_MAX),
  };
  patches_add(patches);
  return patches;
}

void patches_free(struct patches *patches)
{
  if (!patches)
    return;
  spool_free(patches->spool);
  buf_release(&patches->text);
  free(patches->items);
  free(patches->shown);
  free(patches);
}

static bool patches_is_whole(const struct event_input *input)
{
  return input->head.ptr && input->entry->size == (int64_t)input->head.len;
}

unsigned patches_event(struct patches *patches, const struct event *event)
{
  const struct event_input *inputs = event->inputs;
  size_t number;

  if (!event->patch && (!event_content_counts(event) || !inputs[0].layer || !inputs[1].layer))
    return 0;
  number = patches_add(patches);
  if (event->patch) {
    patches_keep(patches, number, event->patch);
  } else if (patches_is_whole(&inputs[0]) && patches_is_whole(&inputs[1])) {
    patches_make(patches, number, (const struct str[]) { inputs[0].head, inputs[1].head });
  } else {
    patches->items[number].waits = true;
    later_want(
        patches->later,
        (const struct later_place[]) { later_place_of(&inputs[0]), later_place_of(&inputs[1]) },
        &patches->taker, number);
  }
  return (unsigned)MIN_OF(number, (size_t)UINT32_MAX);
}

/* ---- reading ---- */

bool patches_is_known(const struct patches *patches, unsigned number)
{
  return !patches || number >= patches->n || !patches->items[number].waits;
}

static struct shown *shown_in(struct patches *patches, const void *report)
{
  for (size_t i = 0; i < patches->n_shown; i++)
    if (patches->shown[i].report == report)
      return &patches->shown[i];
  patches->shown =
      xgrow(patches->shown, patches->n_shown, &patches->cap_shown, sizeof(*patches->shown));
  patches->shown[patches->n_shown] = (struct shown) { .report = report };
  return &patches->shown[patches->n_shown++];
}

/* Whether there is room for so much; where there once was none there is none any more, so that what
 * is shown is a beginning. */
static bool has_room(struct patches *patches, const void *report, struct str text)
{
  struct shown *shown = shown_in(patches, report);

  shown->bytes += text.len;
  for (size_t i = 0; i < text.len; i++)
    shown->lines += text.ptr[i] == '\n';
  shown->full = shown->full || shown->bytes > PATCHES_BYTES_MAX || shown->lines > PATCHES_LINES_MAX;
  return !shown->full;
}

bool patches_get(struct patches *patches, const void *report, unsigned number, struct buf *text,
                 struct patch *out)
{
  const struct kept *kept = &patches->items[number < patches->n ? number : 0];
  void *bytes;

  buf_clear(text);
  *out = (struct patch) { .kind = kept->kind, .more = kept->more };
  if (patches->failed || kept->kind == PATCH_NONE)
    return false;
  bytes = buf_reserve(text, kept->len);
  if (!bytes || spool_read(patches->spool, kept->at, bytes, kept->len, &patches->err)) {
    patches->failed = true;
    return false;
  }
  text->len += kept->len;
  out->text = buf_str(text);
  if (!has_room(patches, report, out->text))
    *out = (struct patch) { .kind = PATCH_BEYOND };
  return true;
}

int patches_check(const struct patches *patches, struct error *err)
{
  if (!patches->failed)
    return 0;
  *err = patches->err;
  return error_wrap(err, "what differs in files");
}

/* ---- for people ---- */

static const char *kind_words(enum patch_kind kind)
{
  static const char *const words[N_PATCH_KINDS] = {
    [PATCH_JSON] = "(as JSON with a member a line)",
    [PATCH_XML] = "(as XML with a tag a line)",
    [PATCH_STRINGS] = "(strings)",
    [PATCH_LARGE] = "(bytes: aligning the lines would take more memory than --memory-limit)",
    [PATCH_UNREAD] = "(not shown: it could not be read a second time, or is beyond --max-scale)",
    [PATCH_DROPPED] = "(not shown: too much differs in this file)",
    [PATCH_BEYOND] = "(not shown: what differs in the files before fills 32 MiB or 500000 lines)",
  };

  return words[kind];
}

static enum patch_mark mark_of(char c)
{
  return c == '-' ? PATCH_REMOVED : c == '+' ? PATCH_ADDED : c == '@' ? PATCH_HUNK : PATCH_SAME;
}

/* Whether what begins here is written as an escape, or looks like one. */
static bool looks_escaped(struct str s)
{
  AUTO_BUF shown = BUF_INIT(16);
  uint32_t rune;
  size_t len;

  if (!s.len || s.ptr[0] == '\t')
    return false;
  len = utf8_decode(s, &rune);
  escape_terminal(&shown, (struct str) { s.ptr, len ? len : 1 });
  return shown.ptr[0] == '\\' || strchr("abvfrxuU", s.ptr[0]);
}

/* Tabs are what people expect in a text, and do no harm. */
static void put_shown(struct buf *out, struct str s)
{
  while (s.len) {
    size_t plain = 0;
    size_t backslashes = 0;

    while (plain < s.len && s.ptr[plain] != '\\' && s.ptr[plain] != '\t')
      plain++;
    escape_terminal(out, (struct str) { s.ptr, plain });
    s = str_skip(s, plain);
    while (backslashes < s.len && s.ptr[backslashes] == '\\')
      backslashes++;
    if (s.len && !backslashes) {
      buf_putc(out, '\t');
      s = str_skip(s, 1);
      continue;
    }
    s = str_skip(s, backslashes);
    for (size_t i = backslashes * (looks_escaped(s) ? 2 : 1); i > 0; i--)
      buf_putc(out, '\\');
  }
}

static void show_lines(struct str text, void (*line)(void *, enum patch_mark, struct str),
                       void *context)
{
  AUTO_BUF shown = BUF_INIT(TEXT_MAX);

  while (text.len) {
    const char *newline = memchr(text.ptr, '\n', text.len);
    const struct str one = { text.ptr, newline ? (size_t)(newline - text.ptr) : text.len };

    buf_clear(&shown);
    put_shown(&shown, one);
    if (shown.len)
      line(context, mark_of(shown.ptr[0]), buf_str(&shown));
    text = str_skip(text, one.len + 1);
  }
}

void patches_show(struct patches *patches, const void *report, unsigned number,
                  void (*line)(void *context, enum patch_mark mark, struct str text), void *context)
{
  AUTO_BUF text = BUF_INIT(TEXT_MAX);
  struct patch patch;
  char more[96];

  if (!patches || !number || !patches_get(patches, report, number, &text, &patch))
    return;
  if (kind_words(patch.kind))
    line(context, PATCH_SAYS, str_of(kind_words(patch.kind)));
  show_lines(patch.text, line, context);
  if (!patch.more)
    return;
  snprintf(more, sizeof(more), "(%" PRIu64 " more line%s differ%s, see --patch-lines)", patch.more,
           patch.more == 1 ? "" : "s", patch.more == 1 ? "s" : "");
  line(context, PATCH_SAYS, str_of(more));
}

static void add_line(void *context, enum patch_mark mark, struct str text)
{
  struct buf *out = context;

  (void)mark;
  buf_add_str(out, text);
  buf_putc(out, '\n');
}

void patches_text(struct patches *patches, const void *report, unsigned number, struct buf *out)
{
  patches_show(patches, report, number, add_line, out);
}
