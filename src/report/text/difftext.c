#include "report/text/difftext.h"

#include "base/escape.h"

void difftext_add(struct buf *out, const struct event *event)
{
  static const char *const marks[2] = { "- ", "+ " };

  for (size_t i = 0; i < event->n_fields; i++) {
    const struct event_field *field = &event->fields[i];

    for (int side = 0; side < 2 && !field->ignored; side++) {
      if (!field->value[side].ptr)
        continue;
      buf_puts(out, marks[side]);
      escape_terminal(out, str_of(field->name));
      buf_puts(out, ": ");
      escape_terminal(out, field->value[side]);
      buf_putc(out, '\n');
    }
  }
}
