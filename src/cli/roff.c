#include "cli/roff.h"

#include "cli/help.h"

void roff_text(struct buf *out, const char *text)
{
  const char *start = text;
  bool in_flag = false;

  if (*text == '.' || *text == '\'')
    buf_puts(out, "\\&");
  for (; *text; text++) {
    bool word_start = text == start || text[-1] == ' ' || text[-1] == '(';

    if (word_start && text[0] == '-' && text[1] == '-')
      in_flag = true;
    if (*text == ' ')
      in_flag = false;
    if (text > start && text[0] == ' ' && text[1] >= 'A' && text[1] <= 'Z' && text[-1] == '.')
      buf_putc(out, '\n'); /* a new sentence, a new line: roff then sets the space between */
    else if (*text == '\\')
      buf_puts(out, "\\e");
    else if (*text == '-' && in_flag)
      buf_puts(out, "\\-");
    else
      buf_putc(out, *text);
  }
}

/* Lines of at most 80 bytes, as far as there are spaces to end them at. None begins with what roff
 * takes for a request. */
static void roff_fill(struct buf *out, char *text)
{
  char *start = text, *space = NULL;

  for (char *at = text; *at; at++) {
    if (*at == '\n') {
      start = at + 1;
      space = NULL;
    } else if (*at == ' ' && at[1] != '.' && at[1] != '\'' && at[1] != ' ' && at[-1] != ' ') {
      space = at;
    }
    if (at - start >= 80 && space) {
      *space = '\n';
      start = space + 1;
      space = NULL;
    }
  }
  buf_puts(out, text);
}

void roff_sentence(struct buf *out, const char *text)
{
  AUTO_BUF line = BUF_INIT(HELP_MAX);

  roff_text(&line, text);
  if (line.len == 0)
    return;
  if (line.ptr[0] >= 'a' && line.ptr[0] <= 'z')
    line.ptr[0] = (char)(line.ptr[0] - 'a' + 'A');
  if (line.ptr[line.len - 1] != '.')
    buf_putc(&line, '.');
  roff_fill(out, line.ptr);
  buf_putc(out, '\n');
}
