/* A program that is run for what it writes: a container engine's command line. */
#ifndef DIFFOCI_SOURCE_ENGINE_ENGINE_PROGRAM_H
#define DIFFOCI_SOURCE_ENGINE_ENGINE_PROGRAM_H

#include "base/buf.h"
#include "base/error.h"
#include "base/stream.h"

struct engine_program; /* running, or ended */

/* Starts argv[0], looked up in $PATH, without a shell: its input is empty, its output is read with
 * the functions below; of what it says on standard error the last lines are kept. Nothing else is
 * open in it. variable: the environment variable that names another program, for messages.
 * timeout_seconds: how long it may write nothing. The words are copied. */
struct engine_program *engine_program_start(const char *const *argv, const char *variable,
                                            unsigned timeout_seconds, struct error *err);
/* What it writes, as a stream that borrows it. Reading may end with ERROR_TIMEOUT. */
struct stream *engine_program_output(struct engine_program *program);
/* Waits for it, once all of its output was read. An exit status other than 0, or its death, is an
 * error with what it said and a hint; ERROR_NOT_FOUND, ERROR_PERMISSION or ERROR_NETWORK where its
 * words tell. ERROR_TIMEOUT if it stays. */
MUST_CHECK int engine_program_finish(struct engine_program *program, struct error *err);
/* Reads all that it writes, at most out->max bytes (ERROR_LIMIT), and finishes it. */
MUST_CHECK int engine_program_read_all(struct engine_program *program, struct buf *out,
                                       struct error *err);
/* Whether all that it writes has been read. */
bool engine_program_is_at_end(const struct engine_program *program);
/* Ends the program if it runs. NULL allowed. */
void engine_program_free(struct engine_program *program);

#endif
