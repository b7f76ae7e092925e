/* Debug messages on stderr, off unless asked for (--debug, $DEBUG). Never a secret, never a byte
 * that was not escaped. */
#ifndef DIFFOCI_BASE_LOG_H
#define DIFFOCI_BASE_LOG_H

#include <stdbool.h>

#include "base/macros.h"

void log_enable_debug(bool on); /* before any thread is started */
/* One line "debug: …"; the formatted text is escaped for a terminal. */
void log_debug(const char *fmt, ...) PRINTF_LIKE(1, 2);

#endif
