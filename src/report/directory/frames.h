/* How the process that compares has another one write the report directory (place.h), as bytes on
 * stream sockets: one for what is about the whole directory, one for the files of each side. The
 * writer takes what it reads for a stranger's: it is bounded, and all of it is checked. */
#ifndef DIFFOCI_REPORT_DIRECTORY_FRAMES_H
#define DIFFOCI_REPORT_DIRECTORY_FRAMES_H

#include "base/buf.h"
#include "base/error.h"
#include "base/limits.h"
#include "tar/entry.h"

enum frame_kind {
  /* To the writer, about the whole; each is answered. */
  FRAME_BEGIN = 1, /* make the directories of both sides -> DONE */
  FRAME_FILE,      /* text: a name of frame_is_file -> DONE, and a descriptor to write to */
  FRAME_COMMIT,    /* that file is complete -> DONE */
  /* To the writer, about one side; answered are END, and whatever fails, which is the last thing
   * that it reads. */
  FRAME_IN,     /* text: the directory, as frame_is_directory has it, for the entries that follow */
  FRAME_ENTRY,  /* an entry: frame_put_entry; if it has content, that follows: */
  FRAME_BYTES,  /* the next of its bytes */
  FRAME_HOLE,   /* a number: so many zeros that are not stored */
  FRAME_WHOLE,  /* that was all */
  FRAME_BROKEN, /* the rest cannot be read */
  FRAME_END,    /* there are no more -> NOTE, …, DONE */
  /* From the writer. */
  FRAME_NOTE,   /* text: a line of struct notes */
  FRAME_DONE,   /* two numbers: files without their attributes, notes that were dropped */
  FRAME_FAILED, /* the same two, the error's code and errno, and its text */
  FRAME_KINDS,  /* how many there are, and one */
};

enum {
  FRAME_TEXT_MAX = 16 * 1024,
  FRAME_MAX = 2 * LIMIT_PAX_BYTES + 1024, /* bytes of what follows the head: two names */
};

/* Sends one frame. 1, or -1 with errno: the other end is closed, mostly. */
int frame_send(int socket, enum frame_kind kind, const void *bytes, size_t len);
/* Receives one. 1; 0: the other end is closed; -1 with *err: ERROR_CORRUPT if it is none that
 * frame_send could have sent. */
int frame_receive(int socket, enum frame_kind *kind, struct buf *payload, struct error *err);

/* What the payloads hold. Of those that are read: ERROR_CORRUPT for anything else. */
void frame_put_entry(struct buf *out, const struct tar_entry *entry);
/* The names are views of the payload, and end with a NUL. */
MUST_CHECK int frame_take_entry(struct str payload, struct tar_entry *out, struct error *err);
MUST_CHECK int frame_take_number(struct str payload, uint64_t *out, struct error *err);
/* No NUL in it; to be freed. */
MUST_CHECK char *frame_take_text(struct str payload, struct error *err);

struct frame_result {
  size_t without_attributes, more_notes;
  bool failed;
  struct error error;
};
void frame_put_result(struct buf *out, const struct frame_result *result);
MUST_CHECK int frame_take_result(enum frame_kind kind, struct str payload, struct frame_result *out,
                                 struct error *err);

/* Whether it is a relative path without "", "." and ".." in it; "" is one. */
bool frame_is_directory(const char *text);
/* Whether it is the name of a file that stands in a report directory. */
bool frame_is_file(const char *text);

#endif
