/* Answers of other processes' that could not be received (recvmsg(2) and read(2) fail where there
 * is no memory): they come yet, and are not to be taken for those of what is asked next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/socket.h"
#include "base/starter.h"
#include "report/directory/frames.h"
#include "report/directory/place.h"
#include "worker/client.h"
#include "worker/wire.h"

static bool lose_message, lose_read; /* the next one, in this process */

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
  if (!lose_message)
    return syscall(SYS_recvmsg, fd, message, flags);
  lose_message = false;
  errno = ENOMEM;
  return -1;
}

static bool ends_early; /* the next one, with this errno, or as at the end */
static int early;

ssize_t recv(int fd, void *buf, size_t n, int flags)
{
  if (!ends_early)
    return syscall(SYS_recvfrom, fd, buf, n, flags, NULL, NULL);
  ends_early = false;
  errno = early;
  return early ? -1 : 0;
}

ssize_t read(int fd, void *buf, size_t nbytes)
{
  if (!lose_read)
    return syscall(SYS_read, fd, buf, nbytes);
  lose_read = false;
  errno = ENOMEM;
  return -1;
}

/* ---- of the process that starts programs ---- */

static int does(void *context, int *fd, struct error *err)
{
  (void)context;
  (void)fd;
  (void)err;
  return 0;
}

static int refuses(void *context, int *fd, struct error *err)
{
  (void)context;
  (void)fd;
  return error_set(err, ERROR_IO, "it is refused");
}

static void test_of_the_starter(void **state)
{
  struct starter *starter = starter_new();
  struct error err;
  int fd;

  (void)state;
  starter_allow_task(starter, "do", does, NULL, -1);
  starter_allow_task(starter, "refuse", refuses, NULL, -1);
  assert_int_equal(starter_begin(starter, &err), 0);
  assert_int_equal(starter_do("refuse", &fd, &err), -1);
  assert_string_equal(err.message, "it is refused");
  assert_int_equal(starter_do("do", &fd, &err), 0);
  lose_message = true;
  assert_int_equal(starter_do("do", &fd, &err), -1);
  assert_false(lose_message);
  assert_int_equal(starter_do("refuse", &fd, &err), -1);
  starter_free(starter);
}

/* ---- of the broker ---- */

static void answer(int channel, const struct error *failure)
{
  const struct wire_answer done = { .kind = WIRE_DONE };
  int ends[2];

  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  assert_int_equal(
      failure ? wire_failed_send(ends[0], failure) : wire_answer_send(ends[0], &done, NULL, -1), 1);
  assert_int_equal(socket_send_fd(channel, ends[1]), 0);
  close(ends[0]);
  close(ends[1]);
}

static void test_of_the_broker(void **state)
{
  struct worker_note note;
  struct client client;
  struct error failure;
  struct error err;
  int channel[2];

  (void)state;
  memset(&note, 0, sizeof(note));
  error_set(&failure, ERROR_IO, "the report cannot be written");
  assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, channel), 0);
  client_init(&client, channel[0], &note);
  answer(channel[1], NULL);
  assert_int_equal(client_commit(&client, "out.json", &err), 0);
  answer(channel[1], NULL);
  answer(channel[1], &failure);
  lose_message = true;
  client_quiet(&client); /* which tells no error */
  assert_false(lose_message);
  assert_int_equal(client_commit(&client, "out.json", &err), -1);
  assert_string_equal(err.message, "the broker has ended (Cannot allocate memory)");
  progress_free(client.progress);
  close(channel[0]);
  close(channel[1]);
}

/* ---- of the process that writes the report directory ---- */

static void result(int socket, bool failed)
{
  struct frame_result sent = { .failed = failed };
  AUTO_BUF payload = BUF_INIT(FRAME_MAX);

  if (failed)
    error_set(&sent.error, ERROR_IO, "it cannot be made");
  frame_put_result(&payload, &sent);
  assert_int_equal(frame_send(socket, failed ? FRAME_FAILED : FRAME_DONE, payload.ptr, payload.len),
                   1);
}

static void test_of_the_writer(void **state)
{
  int ours[PLACE_SIDES + 1];
  int theirs[PLACE_SIDES + 1];
  struct dir_place *place;
  struct error err;

  (void)state;
  for (int i = 0; i <= PLACE_SIDES; i++) {
    int ends[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    ours[i] = ends[0];
    theirs[i] = ends[1];
  }
  place = dir_place_there(ours, "out");
  result(theirs[PLACE_SIDES], false);
  assert_int_equal(dir_place_begin(place, &err), 0);
  result(theirs[PLACE_SIDES], true);
  assert_int_equal(dir_place_begin(place, &err), -1);
  assert_string_equal(err.message, "it cannot be made");
  result(theirs[PLACE_SIDES], false);
  result(theirs[PLACE_SIDES], true);
  lose_read = true;
  assert_int_equal(dir_place_begin(place, &err), -1);
  assert_false(lose_read);
  assert_int_equal(dir_place_begin(place, &err), -1);
  dir_place_free(place);
  for (int i = 0; i <= PLACE_SIDES; i++) {
    close(ours[i]);
    close(theirs[i]);
  }
}

/* The kernel looks for a message, and then, without a lock, whether the other end is closed
 * (net/unix/af_unix.c, unix_dgram_recvmsg): what was sent in between is there all the same. */
static void test_of_a_message_behind_the_end(void **state)
{
  static const int codes[] = { 0, ECONNRESET };
  int ends[2], told = 7, heard = 0;

  (void)state;
  for (size_t i = 0; i < 2; i++) {
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    assert_int_equal(socket_send_message(ends[1], &told, sizeof(told)), sizeof(told));
    close(ends[1]);
    early = codes[i];
    ends_early = true;
    heard = 0;
    assert_int_equal(socket_receive_message(ends[0], &heard, sizeof(heard), 0), sizeof(heard));
    assert_int_equal(heard, told);
    assert_int_equal(socket_receive_message(ends[0], &heard, sizeof(heard), 0), 0);
    close(ends[0]);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_of_a_message_behind_the_end),
    cmocka_unit_test(test_of_the_starter),
    cmocka_unit_test(test_of_the_broker),
    cmocka_unit_test(test_of_the_writer),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
