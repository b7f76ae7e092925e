/* What the confined process asks the broker for, as bytes, and how the broker answers. A request is
 * one message of a SOCK_SEQPACKET socket, from strangers' hands: it is bounded, and all of it is
 * checked. An answer comes over a socket of its own, so that a slow one holds up nobody. Private to
 * worker/. */
#ifndef DIFFOCI_WORKER_WIRE_H
#define DIFFOCI_WORKER_WIRE_H

#include "base/buf.h"
#include "base/stream.h"
#include "image/descriptor.h"

enum {
  WIRE_REQUEST_MAX = 64 * 1024, /* bytes of a request */
  WIRE_TEXT_MAX = 4096,         /* of its text */
  WIRE_URL_MAX = 4096,          /* of one URL in it; those that are longer are left out */
  WIRE_URLS_MAX = 16,           /* URLs of one blob */
  WIRE_FRAME_MAX = 64 * 1024,   /* of one piece of a stream */
  WIRE_SIDES = 2,
};

enum wire_ask {
  WIRE_OPEN = 1,  /* side: open this image. -> WIRE_FILE: an archive; WIRE_DONE: see wire_place */
  WIRE_RESOLVE,   /* side -> WIRE_DONE with the descriptor as JSON */
  WIRE_BLOB,      /* side, blob, from -> WIRE_FILE or WIRE_STREAM: as it is stored */
  WIRE_ELSEWHERE, /* side, blob, text: the error until now -> the same, from its urls */
  WIRE_AT_HAND,   /* side, blob -> WIRE_DONE with one byte, 0 or 1 */
  WIRE_MEND,      /* side -> WIRE_DONE with one byte, 0 or 1: as source_mend */
  WIRE_REFERRERS, /* side, blob -> WIRE_DONE with a JSON array of descriptors */
  WIRE_MEMBER,    /* side, text: a path in a directory -> WIRE_FILE */
  WIRE_TEMPORARY, /* -> WIRE_FILE: one without a name */
  WIRE_OUTPUT,    /* text: the path of a report -> WIRE_FILE, for writing */
  WIRE_COMMIT,    /* text: that report is complete -> WIRE_DONE */
  WIRE_CLEAR,     /* text: the report directory, to be cleared -> WIRE_DONE */
  WIRE_QUIET,     /* what is written from now on is for the user's eyes -> WIRE_DONE */
  WIRE_PAGER,     /* -> WIRE_FILE: where standard output goes now, to a pager; WIRE_DONE: there is
                     none to be started */
  WIRE_PAGER_END, /* all of it is written -> WIRE_DONE when its reader has left it */
  WIRE_END,       /* number: the exit status, or -1 and the error: its code and text -> nothing */
  WIRE_ASKS,      /* how many there are, and one */
};

struct wire_request {
  enum wire_ask ask;
  int side;               /* 0 or 1 */
  struct descriptor blob; /* owned; of those that have one: digest, size, media type, urls */
  uint64_t from;          /* WIRE_BLOB: how many of its first bytes are not wanted */
  char *text;             /* owned, NULL: none; at most WIRE_TEXT_MAX bytes */
  int status;             /* WIRE_END: -1 to 255 */
  struct error error;     /* WIRE_END with -1 */
};

/* ERROR_LIMIT: it does not fit. */
MUST_CHECK int wire_request_write(struct buf *out, const struct wire_request *request,
                                  struct error *err);
/* ERROR_CORRUPT: it is none that wire_request_write could have written. */
MUST_CHECK int wire_request_read(struct str bytes, struct wire_request *out, struct error *err);
void wire_request_release(struct wire_request *request);

enum wire_kind { WIRE_FAILED = 1, WIRE_DONE, WIRE_FILE, WIRE_STREAM };

/* What an answer begins with; len bytes follow: of WIRE_FAILED the message, of WIRE_DONE what was
 * asked for. Of WIRE_FILE a descriptor comes with it. Of WIRE_STREAM frames follow: a uint32_t with
 * the length, and so many bytes; 0 is the end; WIRE_FRAME_FAILED is followed by another answer,
 * WIRE_FAILED. */
struct wire_answer {
  uint32_t kind, code, len;
  int32_t sys;
  uint64_t offset, size; /* WIRE_FILE: of what lies in the file */
};
enum { WIRE_FRAME_FAILED = INT32_MAX };

/* What WIRE_OPEN tells of an image that is no archive, in one byte; behind that of a source stands
 * its line on what is not compared (unseen of struct source), if it has one. */
enum wire_place { WIRE_PLACE_DIRECTORY = 1, WIRE_PLACE_SOURCE, WIRE_PLACE_SOURCE_FETCHES };

/* Sends the answer, the len bytes behind it, and fd (-1: none). -1 with errno. */
int wire_answer_send(int socket, const struct wire_answer *answer, const void *bytes, int fd);
int wire_failed_send(int socket, const struct error *error);
/* Receives an answer and its descriptor (-1: none); len is not above max. */
MUST_CHECK int wire_answer_receive(int socket, struct wire_answer *out, int *fd, uint32_t max,
                                   struct error *err);
/* The other end is gone, as errnum says. A passing fault: whoever starts the program again goes on
 * with what was written. Returns -1. */
int wire_broken(int errnum, struct error *err);
/* The error that WIRE_FAILED with this message stands for. */
void wire_error(const struct wire_answer *answer, const char *message, struct error *err);

#endif
