/* The process that writes the report directory, told what to do by whoever took over the one that
 * compares: whatever it is told, nothing outside the directory changes, and it comes to its end.
 *
 * The input is what comes over the socket of one side and, of kinds with the highest bit set, over
 * that of the whole, but that the length of each message is its own: a kind (one byte), a length
 * (two bytes), and so many bytes; behind an entry's kind stand a type, a mode and two names, each a
 * length (one byte, or 255 and two bytes) and so many bytes. The last message may be cut short. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "report/directory/frames.h"
#include "report/directory/remove_tree.h"
#include "report/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WHOLE = REPORT_DIR_SOCKETS - 1, ALL_MAX = 64 * 1024, TO_THE_WHOLE = 0x80 };

static char place[4096]; /* PLACE/in is written to; PLACE/secret is what a way out would reach */
static int place_fd = -1;

static void require(bool holds, const char *what)
{
  if (holds)
    return;
  perror(what);
  abort();
}

static void remove_place(void)
{
  (void)!remove_tree(AT_FDCWD, place);
}

static void make_place(void)
{
  const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
  int fd;

  snprintf(place, sizeof(place), "%s/diffoci-fuzz-XXXXXX", base);
  require(mkdtemp(place) != NULL, place);
  atexit(remove_place);
  place_fd = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  require(place_fd >= 0, place);
  fd = openat(place_fd, "secret", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  require(fd >= 0 && close(fd) == 0, "secret");
}

struct input {
  const uint8_t *data;
  size_t size;
};

static uint8_t take(struct input *input)
{
  if (!input->size)
    return 0;
  input->size--;
  return *input->data++;
}

static struct str take_bytes(struct input *input, size_t len)
{
  const struct str bytes = { (const char *)input->data, MIN_OF(len, input->size) };

  input->data += bytes.len;
  input->size -= bytes.len;
  return bytes;
}

static void put_frame(struct buf *out, uint32_t kind, struct str payload)
{
  const uint32_t head[2] = { kind, (uint32_t)payload.len };

  buf_add(out, head, sizeof(head));
  buf_add_str(out, payload);
}

static size_t take_length(struct input *input)
{
  const size_t len = (size_t)take(input) << 8;

  return len | take(input);
}

static struct str take_name(struct input *input)
{
  const size_t len = take(input);

  return take_bytes(input, len == UINT8_MAX ? take_length(input) : len);
}

static void put_entry(struct buf *out, struct input *input)
{
  AUTO_BUF payload = BUF_INIT(ALL_MAX);
  struct tar_entry entry = { .type = (char)take(input), .mode = take(input) };

  entry.name = take_name(input);
  entry.link_name = take_name(input);
  frame_put_entry(&payload, &entry);
  put_frame(out, FRAME_ENTRY, buf_str(&payload));
}

static void put_messages(struct buf *side, struct buf *whole, struct input *input)
{
  while (input->size) {
    const uint8_t byte = take(input);
    struct buf *out = byte & TO_THE_WHOLE ? whole : side;
    const uint32_t kind = byte & ~TO_THE_WHOLE;

    if (kind == FRAME_ENTRY)
      put_entry(out, input);
    else
      put_frame(out, kind, take_bytes(input, take_length(input)));
  }
}

static void send_all(int socket, const struct buf *bytes)
{
  require(send(socket, bytes->ptr, bytes->len, 0) == (ssize_t)bytes->len, "send");
}

static void serve(const struct buf *side, const struct buf *whole, int directory)
{
  int ours[REPORT_DIR_SOCKETS];
  int theirs[REPORT_DIR_SOCKETS];

  for (int i = 0; i < REPORT_DIR_SOCKETS; i++) {
    int ends[2];

    require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "socketpair");
    ours[i] = ends[0];
    theirs[i] = ends[1];
  }
  send_all(ours[WHOLE], whole);
  send_all(ours[0], side);
  for (int i = 0; i < REPORT_DIR_SOCKETS; i++)
    shutdown(ours[i], SHUT_WR);
  report_dir_serve(directory, "in", theirs);
  for (int i = 0; i < REPORT_DIR_SOCKETS; i++) {
    close(ours[i]);
    close(theirs[i]);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  AUTO_BUF side = BUF_INIT(ALL_MAX);
  AUTO_BUF whole = BUF_INIT(ALL_MAX);
  struct input input = { data, size };
  struct stat before[2];
  struct stat after[2];
  int directory;

  put_frame(&whole, FRAME_BEGIN, STR(""));
  put_messages(&side, &whole, &input);
  if (side.overflow || whole.overflow)
    return 0;
  if (!*place)
    make_place();
  require(mkdirat(place_fd, "in", 0755) == 0, "in");
  directory = openat(place_fd, "in", O_PATH | O_DIRECTORY | O_CLOEXEC);
  require(fstat(place_fd, &before[0]) == 0 && fstatat(place_fd, "secret", &before[1], 0) == 0,
          "stat");
  serve(&side, &whole, directory);
  require(fstat(place_fd, &after[0]) == 0 && fstatat(place_fd, "secret", &after[1], 0) == 0,
          "stat");
  for (int i = 0; i < 2; i++)
    require(before[i].st_ctim.tv_sec == after[i].st_ctim.tv_sec &&
                before[i].st_ctim.tv_nsec == after[i].st_ctim.tv_nsec,
            "what is outside");
  close(directory);
  require(remove_tree(place_fd, "in") == 0, "remove_tree");
  return 0;
}
