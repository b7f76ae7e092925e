#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/escape.h"

static bool debug_on;

void log_enable_debug(bool on)
{
  debug_on = on;
}

void log_debug(const char *fmt, ...)
{
  AUTO_BUF line = BUF_INIT(8192);
  char *text;
  va_list args;
  int len;

  if (!debug_on)
    return;
  va_start(args, fmt);
  len = vasprintf(&text, fmt, args);
  va_end(args);
  if (len < 0)
    return;
  escape_terminal(&line, str_of(text));
  free(text);
  fprintf(stderr, "debug: %s\n", line.ptr ? line.ptr : "");
}
