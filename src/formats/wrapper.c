#include "formats/wrapper.h"

#include <stdlib.h>

#include "base/alloc.h"

struct str wrapper_name(struct format_parts *parts, const char *suffix, const char *tar_suffix)
{
  const struct str base = format_base_name(parts->name, "");
  const struct str stem = format_base_name(parts->name, tar_suffix);

  if (stem.len < base.len)
    return str_of(arena_printf(&parts->arena, "%.*s.tar", STR_ARGS(stem)));
  return format_base_name(parts->name, suffix);
}

void wrapper_pieces_release(struct wrapper_pieces *pieces)
{
  free(pieces->cuts);
  buf_release(&pieces->ends);
}

int wrapper_begin_piece(struct wrapper_pieces *pieces, size_t at, struct error *err)
{
  if (!pieces->n++)
    return 0;
  if (pieces->n > WRAPPER_PIECES_MAX)
    return error_set(err, ERROR_LIMIT, "it has more than %d %s", WRAPPER_PIECES_MAX, pieces->what);
  buf_printf(&pieces->ends, "%s%zu", pieces->n > 2 ? ", " : "", at);
  pieces->cuts = xgrow(pieces->cuts, pieces->n_cuts, &pieces->cap_cuts, sizeof(*pieces->cuts));
  pieces->cuts[pieces->n_cuts++] = at;
  return 0;
}

static int wrapper_add_count(struct format_parts *parts, const struct wrapper_pieces *pieces,
                             struct error *err)
{
  const char *number = arena_printf(&parts->arena, "%llu", (unsigned long long)pieces->n);

  return format_add_field(parts, FORMAT_COUNTS, pieces->what, str_of(number), err) ||
                 format_add_field(parts, FORMAT_COUNTS,
                                  arena_printf(&parts->arena, "ends of %s", pieces->what),
                                  arena_str(&parts->arena, buf_str(&pieces->ends)), err)
             ? -1
             : 0;
}

int wrapper_add_content(struct format_parts *parts, struct str name, struct str content,
                        const struct wrapper_pieces *pieces, struct error *err)
{
  struct format_member *member = format_add_file(parts, name, content, err);
  const size_t size = pieces->n_cuts * sizeof(*pieces->cuts);
  uint64_t *cuts;

  if (!member)
    return -1;
  if (pieces->n < 2)
    return 0;
  cuts = format_memory(parts, size, err);
  if (!cuts)
    return -1;
  memcpy(cuts, pieces->cuts, size);
  member->content.cuts = cuts;
  member->content.n_cuts = pieces->n_cuts;
  return wrapper_add_count(parts, pieces, err);
}

int wrapper_read(struct format_parts *parts, const struct wrapper *wrapper, struct error *err)
{
  struct format_output out = format_output_begin(parts, parts->bytes.len);
  AUTO_WRAPPER_PIECES pieces = WRAPPER_PIECES_INIT(wrapper->count);
  size_t at = 0;

  while (at < parts->bytes.len) {
    size_t used = 0;

    if (wrapper_begin_piece(&pieces, out.len, err)) {
      format_output_drop(&out);
      return -1;
    }
    if (wrapper->codec->decode(str_skip(parts->bytes, at), &out, &used, err)) {
      format_output_drop(&out);
      return at ? error_wrap(err, "behind its first %zu bytes", at) : -1;
    }
    if (wrapper->look &&
        wrapper->look(parts, (struct str) { parts->bytes.ptr + at, used }, pieces.n, err)) {
      format_output_drop(&out);
      return -1;
    }
    format_account(parts, at, used, wrapper->rule);
    at += used;
  }
  return wrapper_add_content(parts, wrapper_name(parts, wrapper->suffix, wrapper->tar_suffix),
                             format_output_keep(parts, &out), &pieces, err);
}
