/* What goes with this program when SIGINT, SIGTERM or SIGHUP ends it: processes that would go on,
 * files that would stay. Any thread. What SIGKILL leaves, nobody can help. */
#ifndef DIFFOCI_BASE_ENDING_H
#define DIFFOCI_BASE_ENDING_H

#include <sys/types.h>

/* From here on the signals do that, and then end the program as ever. One that is ignored stays so.
 */
void ending_install(void);
/* What a signal would do but end the program, which its caller does at once. Not from ending_hold
 * to ending_release. */
void ending_end_others(void);
/* From ending_hold to ending_release a signal waits: a process is started, and nobody knows its
 * number yet. For a moment only; any number of threads. */
void ending_hold(void);
void ending_release(void);
/* pid is sent SIGTERM; -pid: the process group. Returns what ending_forget takes; -1: no room, and
 * it is left alone. */
int ending_add_process(pid_t pid);
/* pid, a child, is sent SIGTERM, and waited for a second so that it can clean up behind itself. */
int ending_add_confined(pid_t pid);
/* The file below the directory dir (or AT_FDCWD) is removed. The path is copied. */
int ending_add_file(int dir, const char *path);
/* It is ended or removed already, or is to stay. -1 allowed. */
void ending_forget(int place);

#endif
