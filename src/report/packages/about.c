#include "report/packages/about.h"

#include <inttypes.h>

#include "base/escape.h"

#define ARROW " \xe2\x86\x92 "

static const char marks[] = {
  [PACKAGE_ADDED] = 'A', [PACKAGE_REMOVED] = 'D', [PACKAGE_CHANGED] = 'M'
};

char packages_mark(const struct package_change *change)
{
  return marks[package_change_kind(change)];
}

void packages_totals(struct buf *out, const struct package_changes *changes)
{
  static const char *const words[] = {
    [PACKAGE_ADDED] = "added", [PACKAGE_REMOVED] = "removed", [PACKAGE_CHANGED] = "changed"
  };
  const char *between = ": ";

  if (!changes->n) {
    buf_puts(out, "no packages differ");
    return;
  }
  buf_printf(out, "%zu package%s", changes->n, changes->n == 1 ? "" : "s");
  for (size_t kind = 0; kind < N_PACKAGE_CHANGES; kind++)
    if (changes->by_kind[kind] == changes->n) {
      buf_printf(out, " %s", words[kind]);
      return;
    }
  for (size_t kind = 0; kind < N_PACKAGE_CHANGES; kind++) {
    if (!changes->by_kind[kind])
      continue;
    buf_printf(out, "%s%" PRIu64 " %s", between, changes->by_kind[kind], words[kind]);
    between = ", ";
  }
}

bool packages_tell_place(const struct package_change *change)
{
  return change->several && change->place.len;
}

void packages_place(struct buf *out, const struct package_change *change)
{
  if (packages_tell_place(change)) {
    buf_puts(out, ", ");
    escape_terminal(out, change->place);
  }
  if (change->n_places > 1)
    buf_printf(out, packages_tell_place(change) ? " and %zu more" : ", in %zu places",
               change->n_places - packages_tell_place(change));
}

void packages_words(struct buf *out, const struct package_change *change)
{
  escape_terminal(out, change->name);
  for (int side = 0; side < 2; side++) {
    if (!change->version[side].ptr)
      continue;
    buf_puts(out, side && change->version[0].ptr ? ARROW : " ");
    escape_terminal(out, change->version[side]);
  }
  buf_printf(out, " (%s", change->type);
  if (change->architecture.len) {
    buf_puts(out, ", ");
    escape_terminal(out, change->architecture);
  }
  packages_place(out, change);
  buf_putc(out, ')');
}

void packages_lines(struct buf *out, const struct package_changes *changes, size_t max)
{
  for (size_t i = 0; i < changes->n && i < max; i++) {
    buf_printf(out, "%c ", packages_mark(&changes->items[i]));
    packages_words(out, &changes->items[i]);
    buf_putc(out, '\n');
  }
  if (changes->n > max)
    buf_printf(out, "  and %zu more\n", changes->n - max);
}
