#include "diff/inside/inside_fields.h"

#include <string.h>

#include "base/alloc.h"
#include "diff/inside/inside_members.h"

/* The next field from *at on that counts; NULL: none. */
static const struct format_field *next_field(const struct looking *looking,
                                             const struct format_parts *parts, size_t *at)
{
  while (*at < parts->n_fields) {
    const struct format_field *field = &parts->fields[(*at)++];

    if (looking_counts(looking, field->class))
      return field;
  }
  return NULL;
}

static bool same_field(const struct format_field *a, const struct format_field *b)
{
  return a && b && strcmp(a->name, b->name) == 0 && str_equal(a->value, b->value);
}

/* Two fields of other names: tells of the one that the other side lacks, if the next one of its
 * side is the other; else of both. Returns which were told of, as bits. */
static unsigned tell_unlike(struct looking *looking, const struct format_parts parts[2],
                            const struct format_field *const fields[2], const size_t at[2])
{
  const struct str absent = { NULL, 0 };
  unsigned told = 3;

  for (int side = 0; side < 2 && fields[0] && fields[1] && told == 3; side++) {
    size_t next = at[side];

    if (same_field(next_field(looking, &parts[side], &next), fields[!side]))
      told = 1U << side;
  }
  if (fields[0] && told & 1)
    looking_tell_field(looking, fields[0]->name, fields[0]->value, absent);
  if (fields[1] && told & 2)
    looking_tell_field(looking, fields[1]->name, absent, fields[1]->value);
  return told;
}

/* Fields stand in an order that is part of what they say. */
bool inside_compare_fields(struct looking *looking, const struct format_parts parts[2])
{
  size_t at[2] = { 0, 0 };
  bool differ = false;

  for (;;) {
    const size_t before[2] = { at[0], at[1] };
    const struct format_field *a = next_field(looking, &parts[0], &at[0]);
    const struct format_field *b = next_field(looking, &parts[1], &at[1]);

    if (!a && !b)
      return differ;
    if (a && b && strcmp(a->name, b->name) == 0) {
      if (str_equal(a->value, b->value))
        continue;
      looking_tell_field(looking, a->name, a->value, b->value);
    } else {
      const unsigned told =
          tell_unlike(looking, parts, (const struct format_field *const[2]) { a, b }, at);

      for (int side = 0; side < 2; side++)
        at[side] = told >> side & 1 ? at[side] : before[side];
    }
    differ = true;
  }
}

/* The next range from *at on that a rule calls meaningless; NULL: none. */
static const struct format_range *next_range(const struct format_parts *parts,
                                             const struct format_rule *rule, size_t *at)
{
  while (*at < parts->n_ranges) {
    const struct format_range *range = &parts->ranges[(*at)++];

    if (range->rule == rule)
      return range;
  }
  return NULL;
}

/* Whether the bytes of a rule differ, or are another member's. */
static bool rule_differs(const struct format_parts parts[2], const struct format_rule *rule)
{
  size_t at[2] = { 0, 0 };

  for (;;) {
    const struct format_range *a = next_range(&parts[0], rule, &at[0]);
    const struct format_range *b = next_range(&parts[1], rule, &at[1]);

    if (!a || !b)
      return a || b;
    if (a->member != b->member || a->to - a->from != b->to - b->from ||
        memcmp(parts[0].bytes.ptr + a->from, parts[1].bytes.ptr + b->from, a->to - a->from) != 0)
      return true;
  }
}

/* Takes note of the rules by which bytes that differ mean nothing; true if one does not hold under
 * the flags given. */
bool inside_compare_meaningless(struct looking *looking, const struct format_parts parts[2])
{
  const struct format_rule *seen[64];
  size_t n_seen = 0;
  bool differ = false;

  for (int side = 0; side < 2; side++)
    for (size_t i = 0; i < parts[side].n_ranges; i++) {
      const struct format_rule *rule = parts[side].ranges[i].rule;
      size_t known = 0;

      while (known < n_seen && seen[known] != rule)
        known++;
      if (!rule || known < n_seen)
        continue;
      if (n_seen == ARRAY_LEN(seen))
        return true;
      seen[n_seen++] = rule;
      if (!rule_differs(parts, rule))
        continue;
      looking_add_word(looking->result->rules, rule->id);
      if (looking_counts(looking, rule->class)) {
        looking_tell_field(looking, rule->id, str_of(rule->text), str_of(rule->text));
        differ = true;
      }
    }
  return differ;
}

/* ---- what no member tells of ---- */

/* Of all bytes outside of ranges, and of how many of them lie before each. The ranges are in order,
 * and may overlap where the format only shows. */
static struct digest digest_rest(const struct format_parts *parts)
{
  AUTO_HASHER hasher = hasher_new(DIGEST_SHA256);
  uint64_t at = 0;

  for (size_t i = 0; i < parts->n_ranges; i++) {
    const uint64_t from = parts->ranges[i].from;
    const uint64_t gap = from > at ? from - at : 0;

    hasher_add(hasher, &gap, sizeof(gap));
    hasher_add(hasher, parts->bytes.ptr + at, gap);
    at = MAX_OF(at, parts->ranges[i].to);
  }
  hasher_add(hasher, parts->bytes.ptr + at, parts->bytes.len - at);
  return hasher_finish(hasher);
}

static size_t count_lines(const struct format_parts *parts, const struct format_range *range)
{
  size_t n = 0;

  for (uint64_t at = range->from; at < range->to; at++)
    n += parts->bytes.ptr[at] == '\n';
  return n;
}

/* Whether each range has as many lines as the one in its place. A member may lie in several ranges,
 * with something between them that is told elsewhere (an element in a text, a comment in a section
 * of a manual page), and what it holds does not tell at which of its lines that stands. */
static bool same_lines(const struct format_parts parts[2])
{
  if (parts[0].n_ranges != parts[1].n_ranges)
    return false;
  for (size_t i = 0; i < parts[0].n_ranges; i++)
    if (count_lines(&parts[0], &parts[0].ranges[i]) != count_lines(&parts[1], &parts[1].ranges[i]))
      return false;
  return true;
}

/* Whether members that have partners stand in the order of these: names alone (sections of a manual
 * page, whose headings are shown by them) do not tell their places. */
static bool same_order(const struct looking *looking, const struct format_parts parts[2])
{
  size_t n;
  AUTO_FREE struct inside_pair *pairs = inside_pair_members(parts, &looking->rules, &n);
  const struct format_member *before = NULL;

  for (size_t i = 0; i < n; i++) {
    const struct format_member *partner = pairs[i].members[0] ? pairs[i].members[1] : NULL;

    if (partner && before && partner < before)
      return false;
    before = partner ? partner : before;
  }
  return true;
}

bool inside_tells_all(struct looking *looking, const struct format *format,
                      const struct format_parts parts[2])
{
  struct digest digests[2];
  char text[2][DIGEST_MAX_TEXT];

  if (parts[0].untold.len && str_equal(parts[0].untold, parts[1].untold))
    return true;
  if ((!parts[0].n_ranges && !parts[1].n_ranges) || parts[0].n_members != parts[1].n_members)
    return false;
  for (int side = 0; side < 2; side++)
    digests[side] = digest_rest(&parts[side]);
  if (!digest_equal(&digests[0], &digests[1]))
    looking_tell_field(looking, "rest", str_of(digest_hex(&digests[0], text[0])),
                       str_of(digest_hex(&digests[1], text[1])));
  return format->is_text && same_lines(parts) && same_order(looking, parts);
}
