#include "report/directory/notes.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/escape.h"

void notes_release(struct notes *notes)
{
  free(notes->lines);
  arena_release(&notes->arena);
  *notes = (struct notes) { 0 };
}

void notes_add(struct notes *notes, struct str directory, struct str name, const char *fmt,
               va_list args)
{
  AUTO_BUF line = BUF_INIT(INT_MAX);
  char text[1024];

  if (notes->n == NOTES_MAX) {
    notes->more++;
    return;
  }
  vsnprintf(text, sizeof(text), fmt, args);
  buf_putc(&line, '/');
  escape_terminal(&line, directory);
  buf_puts(&line, ": ");
  escape_quote(&line, (struct str) { name.ptr, MIN_OF(name.len, (size_t)NOTES_MAX_NAME) });
  buf_puts(&line, name.len > NOTES_MAX_NAME ? "\xe2\x80\xa6: " : ": ");
  escape_terminal(&line, str_of(text));
  notes->lines = xgrow(notes->lines, notes->n, &notes->cap, sizeof(*notes->lines));
  notes->lines[notes->n++] = arena_strdup(&notes->arena, line.ptr);
}
