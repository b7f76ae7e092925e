/* The process that writes the report directory, told what to do by one that was taken over, and
 * their frames. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "file_tree.h"
#include "report/directory/frames.h"
#include "report/directory/place.h"
#include "report/directory/remove_tree.h"
#include "report/report.h"
#include "report_events.h"

enum { WHOLE = REPORT_DIR_SOCKETS - 1 };

/* PLACE/report is written, PLACE/outside is not. */
struct written {
  char *place, *path;
  int ours[REPORT_DIR_SOCKETS], theirs[REPORT_DIR_SOCKETS];
  int directory;
  pthread_t thread;
};

static void *run(void *context)
{
  struct written *written = context;

  report_dir_serve(written->directory, "report", written->theirs);
  for (int i = 0; i < REPORT_DIR_SOCKETS; i++) /* as if it had ended */
    shutdown(written->theirs[i], SHUT_RDWR);
  return NULL;
}

static void start(struct written *written)
{
  AUTO_FREE char *outside = NULL;

  written->place = tree_new();
  written->path = xasprintf("%s/report", written->place);
  outside = xasprintf("%s/outside", written->place);
  assert_int_equal(mkdir(written->path, 0755), 0);
  assert_int_equal(mkdir(outside, 0755), 0);
  written->directory = open(written->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  for (int i = 0; i < REPORT_DIR_SOCKETS; i++) {
    int ends[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    written->ours[i] = ends[0];
    written->theirs[i] = ends[1];
  }
  assert_int_equal(pthread_create(&written->thread, NULL, run, written), 0);
}

/* What stands there afterwards; to be freed. */
static char *stop(struct written *written)
{
  char *text;
  AUTO_FREE char *outside = xasprintf("%s/outside", written->place);
  AUTO_FREE char *beside = NULL;

  for (int i = 0; i < REPORT_DIR_SOCKETS; i++)
    close(written->ours[i]);
  assert_int_equal(pthread_join(written->thread, NULL), 0);
  for (int i = 0; i < REPORT_DIR_SOCKETS; i++)
    close(written->theirs[i]);
  close(written->directory);
  text = tree_list(written->path);
  beside = tree_list(outside);
  assert_string_equal(beside, "");
  assert_int_equal(remove_tree(AT_FDCWD, written->place), 0);
  free(written->place);
  free(written->path);
  return text;
}

static void send_text(const struct written *written, int socket, enum frame_kind kind,
                      const char *text)
{
  assert_int_equal(frame_send(written->ours[socket], kind, text, strlen(text)), 1);
}

static void send_entry(const struct written *written, const struct tar_entry *entry)
{
  AUTO_BUF payload = BUF_INIT(FRAME_MAX);

  frame_put_entry(&payload, entry);
  assert_int_equal(frame_send(written->ours[0], FRAME_ENTRY, payload.ptr, payload.len), 1);
}

/* The next answer has this kind; its message is the error's. */
static void expect(const struct written *written, int socket, enum frame_kind wanted,
                   const char *message)
{
  AUTO_BUF payload = BUF_INIT(FRAME_MAX);
  struct frame_result result;
  enum frame_kind kind;
  struct error err;

  assert_int_equal(frame_receive(written->ours[socket], &kind, &payload, &err), 1);
  assert_int_equal(kind, wanted);
  assert_int_equal(frame_take_result(kind, buf_str(&payload), &result, &err), 0);
  assert_string_equal(result.error.message, message);
}

static void begin(struct written *written)
{
  start(written);
  send_text(written, WHOLE, FRAME_BEGIN, "");
  expect(written, WHOLE, FRAME_DONE, "");
}

static void writes_what_it_is_told(void **state)
{
  struct written written;
  AUTO_FREE char *text = NULL;
  struct tar_entry entry = make_entry("etc/x");

  (void)state;
  begin(&written);
  send_text(&written, 0, FRAME_IN, "layers-0");
  send_entry(&written, &entry);
  send_text(&written, 0, FRAME_BYTES, "on");
  send_text(&written, 0, FRAME_BYTES, "e");
  send_text(&written, 0, FRAME_WHOLE, "");
  entry.name = str_of("../up"); /* its content comes all the same */
  send_entry(&written, &entry);
  send_text(&written, 0, FRAME_BYTES, "no");
  send_text(&written, 0, FRAME_WHOLE, "");
  entry.name = str_of("hole");
  send_entry(&written, &entry);
  assert_int_equal(frame_send(written.ours[0], FRAME_HOLE, &(uint64_t) { 3 }, sizeof(uint64_t)), 1);
  send_text(&written, 0, FRAME_WHOLE, "");
  entry.name = str_of("broken");
  send_entry(&written, &entry);
  send_text(&written, 0, FRAME_BYTES, "half");
  send_text(&written, 0, FRAME_BROKEN, "");
  send_text(&written, 0, FRAME_END, "");
  {
    AUTO_BUF note = BUF_INIT(FRAME_MAX);
    enum frame_kind kind;
    struct error err;

    assert_int_equal(frame_receive(written.ours[0], &kind, &note, &err), 1);
    assert_int_equal(kind, FRAME_NOTE);
    assert_string_equal(note.ptr, "/layers-0: \"../up\": the name has a component \"..\"");
  }
  expect(&written, 0, FRAME_DONE, "");
  text = stop(&written);
  assert_non_null(strstr(text, "f 644 input-0/layers-0/etc/x one\n"));
  assert_non_null(strstr(text, "f 644 input-0/layers-0/hole "));
  assert_null(strstr(text, "broken"));
  assert_null(strstr(text, "up"));
}

/* Each is refused, and the side is over. */
static void refuses_what_is_odd(void **state)
{
  static const struct {
    enum frame_kind kind;
    const char *text;
    const char *message;
  } cases[] = {
    { FRAME_IN, "../outside", "a directory that is none of a report's" },
    { FRAME_IN, "/outside", "a directory that is none of a report's" },
    { FRAME_IN, "a//b", "a directory that is none of a report's" },
    { FRAME_IN, "./a", "a directory that is none of a report's" },
    { FRAME_ENTRY, "short", "an odd message about the report directory" },
    { FRAME_BYTES, "without an entry", "a message that does not belong there" },
    { FRAME_BEGIN, "", "a message that does not belong there" },
    { FRAME_DONE, "", "a message that does not belong there" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    struct written written;
    AUTO_FREE char *text = NULL;

    begin(&written);
    send_text(&written, 0, cases[i].kind, cases[i].text);
    expect(&written, 0, FRAME_FAILED, cases[i].message);
    text = stop(&written);
    assert_string_equal(text, "d 755 input-0\nd 755 input-1\n");
  }
}

static void refuses_entries_that_are_none(void **state)
{
  (void)state;
  for (int way = 0; way < 4; way++) {
    struct written written;
    AUTO_BUF payload = BUF_INIT(FRAME_MAX);
    const struct tar_entry entry = make_entry("x");
    AUTO_FREE char *text = NULL;

    begin(&written);
    frame_put_entry(&payload, &entry);
    if (way == 0)
      buf_putc(&payload, 'x'); /* more than an entry */
    else if (way == 1)
      payload.len--; /* less */
    else if (way == 2)
      payload.ptr[payload.len - 1] = 'x'; /* a name that does not end */
    else
      payload.ptr[1] = 1; /* a type of over 8 bits */
    assert_int_equal(frame_send(written.ours[0], FRAME_ENTRY, payload.ptr, payload.len), 1);
    expect(&written, 0, FRAME_FAILED, "an odd message about the report directory");
    text = stop(&written);
    assert_string_equal(text, "d 755 input-0\nd 755 input-1\n");
  }
}

/* A message without end, and one of a kind that there is not. */
static void refuses_what_is_no_message(void **state)
{
  static const uint32_t heads[][2] = {
    { FRAME_ENTRY, FRAME_MAX + 1 }, { FRAME_KINDS, 0 }, { 0, 0 }, { UINT32_MAX, UINT32_MAX }
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
    struct written written;
    AUTO_FREE char *text = NULL;

    begin(&written);
    assert_int_equal(send(written.ours[0], heads[i], sizeof(heads[i]), 0), sizeof(heads[i]));
    expect(&written, 0, FRAME_FAILED, "an odd message about the report directory");
    text = stop(&written);
    assert_string_equal(text, "d 755 input-0\nd 755 input-1\n");
  }
}

static void opens_only_a_reports_files(void **state)
{
  static const char *const names[] = { "../outside/x", "x", "", "/etc/passwd", "input-0" };
  struct written written;
  AUTO_FREE char *text = NULL;

  (void)state;
  begin(&written);
  for (size_t i = 0; i < ARRAY_LEN(names); i++) {
    send_text(&written, WHOLE, FRAME_FILE, names[i]);
    expect(&written, WHOLE, FRAME_FAILED, "a file that is none of a report's");
  }
  send_text(&written, WHOLE, FRAME_COMMIT, "");
  expect(&written, WHOLE, FRAME_FAILED, "no file is open");
  send_text(&written, WHOLE, FRAME_BEGIN, "");
  expect(&written, WHOLE, FRAME_FAILED, "the report directory is begun already");
  text = stop(&written);
  assert_string_equal(text, "d 755 input-0\nd 755 input-1\n");
}

/* Who vanishes leaves no half a file behind. */
/* While the sides are open: who waits for an answer would wait for ever. */
static void tells_that_no_answer_comes(void **state)
{
  static const uint32_t no_message[2] = { FRAME_KINDS, 0 };
  const struct timeval patience = { .tv_sec = 20 };
  struct written written;
  char byte;

  (void)state;
  begin(&written);
  assert_int_equal(send(written.ours[WHOLE], no_message, sizeof(no_message), 0),
                   sizeof(no_message));
  setsockopt(written.ours[WHOLE], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  assert_int_equal(recv(written.ours[WHOLE], &byte, 1, 0), 0);
  free(stop(&written));
}

static void ends_with_the_other(void **state)
{
  struct written written;
  AUTO_FREE char *text = NULL;
  const struct tar_entry entry = make_entry("x");

  (void)state;
  begin(&written);
  send_entry(&written, &entry);
  send_text(&written, 0, FRAME_BYTES, "half");
  text = stop(&written);
  assert_string_equal(text, "d 755 input-0\nd 755 input-1\n");
}

static int next_none(void *context, struct tar_chunk *chunk, struct error *err)
{
  (void)context;
  (void)chunk;
  (void)err;
  return 0;
}

/* What cannot be written is told, first of all, however much is sent behind it. */
static void tells_what_it_cannot_write(void **state)
{
  struct written written;
  const struct tar_entry entry = make_entry("x");
  const struct extract_content none = { next_none, NULL };
  struct dir_place *place;
  AUTO_FREE char *text = NULL;
  AUTO_FREE char *inner = NULL;
  struct error err;
  int status = 0;

  (void)state;
  start(&written);
  place = dir_place_there(written.ours, "report");
  assert_int_equal(dir_place_begin(place, &err), 0);
  inner = xasprintf("%s/input-0", written.path);
  assert_int_equal(rmdir(inner), 0); /* somebody removes it meanwhile */
  for (int i = 0; i < 100000 && status == 0; i++)
    status = dir_place_entry(place, 0, &entry, &none, &err);
  assert_int_equal(dir_place_end(place, 0, &err), -1);
  assert_string_equal(err.message, "report/input-0/x: No such file or directory");
  dir_place_free(place);
  text = stop(&written);
  assert_string_equal(text, "d 755 input-1\n");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(writes_what_it_is_told),     cmocka_unit_test(refuses_what_is_odd),
    cmocka_unit_test(refuses_what_is_no_message), cmocka_unit_test(refuses_entries_that_are_none),
    cmocka_unit_test(opens_only_a_reports_files), cmocka_unit_test(ends_with_the_other),
    cmocka_unit_test(tells_what_it_cannot_write), cmocka_unit_test(tells_that_no_answer_comes),
  };

  umask(022);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
