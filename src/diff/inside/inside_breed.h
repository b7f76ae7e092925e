/* What goes between who asks (inside_worker.c), the process that has children, and the child that
 * looks (inside_breed.c). Private to diff/inside. */
#ifndef DIFFOCI_DIFF_INSIDE_INSIDE_BREED_H
#define DIFFOCI_DIFF_INSIDE_INSIDE_BREED_H

#include "diff/inside/inside_worker.h"

enum { INSIDE_NAME_MAX = 1024, INSIDE_ANSWER_SECONDS = 180, INSIDE_FDS = 3 };

/* With three descriptors: both contents, and a file for the rows. */
struct inside_request {
  uint64_t offsets[2], sizes[2];
  uint64_t max_bytes;
  uint64_t patch_lines;
  uint32_t patch;  /* 0 or 1 */
  uint32_t heads;  /* 0 or 1 */
  uint32_t ignore; /* IGNORE_…, of those that --semantic implies */
  uint32_t name_lens[2];
  char names[2][INSIDE_NAME_MAX];
};

enum inside_death {
  INSIDE_LIVES,   /* it is done, and wrote len bytes */
  INSIDE_ENDED,   /* it ended by itself */
  INSIDE_KILLED,  /* by the signal len */
  INSIDE_IDLE,    /* it did not answer in time */
  INSIDE_USED_UP, /* there was no processor time left to begin; len seconds were there */
};

struct inside_answer {
  uint32_t died; /* enum inside_death */
  uint32_t len;
  uint32_t seconds; /* of processor time that the child says to have used */
  uint32_t cause;   /* of INSIDE_KILLED: enum death_cause */
};

/* Sends what has these descriptors with it; receives one: 1; 0: the other end is closed; -1. */
int inside_request_send(int socket, const struct inside_request *request,
                        const int fds[INSIDE_FDS]);
int inside_request_receive(int socket, struct inside_request *request, int fds[INSIDE_FDS]);

/* All that the process does that has children: it parses nothing, holds no more than the socket,
 * and takes and gives no more than what stands above. */
_Noreturn void inside_breed(int socket, const struct inside_worker_options *options);

/* Puts descriptors that can only be read in the place of both contents', and closes these: contents
 * of many pairs lie in one file, and whoever asks has it open to write them, but one who looks and
 * was taken over must not change what others see. Where files cannot be opened anew, for there is
 * no /proc, the contents are copied, and their offsets in the request become 0. 0, or -1, after
 * which the descriptors are the caller's all the same. */
MUST_CHECK int inside_contents_reopen(int fds[INSIDE_FDS], struct inside_request *request);

/* A descriptor of a copy of so many bytes, which nobody can write to; -1: there is no memory for
 * it, or they cannot be read. */
int inside_content_copy(int from, uint64_t offset, uint64_t size);

#endif
