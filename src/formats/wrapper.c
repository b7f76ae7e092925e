#include "formats/wrapper.h"

struct str wrapper_name(struct format_parts *parts, const char *suffix, const char *tar_suffix)
{
  const struct str base = format_base_name(parts->name, "");
  const struct str stem = format_base_name(parts->name, tar_suffix);

  if (stem.len < base.len)
    return str_of(arena_printf(&parts->arena, "%.*s.tar", STR_ARGS(stem)));
  return format_base_name(parts->name, suffix);
}

int wrapper_add_count(struct format_parts *parts, const char *what, uint64_t n, struct error *err)
{
  if (n < 2)
    return 0;
  return format_add_field(parts, FORMAT_COUNTS, what,
                          str_of(arena_printf(&parts->arena, "%llu", (unsigned long long)n)), err);
}

int wrapper_read(struct format_parts *parts, const struct wrapper *wrapper, struct error *err)
{
  struct format_output out = format_output_begin(parts, parts->bytes.len);
  size_t at = 0;
  uint64_t n = 0;

  for (; at < parts->bytes.len; n++) {
    size_t used = 0;

    if (wrapper->codec->decode(str_skip(parts->bytes, at), &out, &used, err)) {
      format_output_drop(&out);
      return at ? error_wrap(err, "behind its first %zu bytes", at) : -1;
    }
    if (wrapper->look && wrapper->look(parts, (struct str) { parts->bytes.ptr + at, used }, err)) {
      format_output_drop(&out);
      return -1;
    }
    format_account(parts, at, used, wrapper->rule);
    at += used;
  }
  return format_add_file(parts, wrapper_name(parts, wrapper->suffix, wrapper->tar_suffix),
                         format_output_keep(parts, &out), err)
             ? wrapper_add_count(parts, wrapper->count, n, err)
             : -1;
}
