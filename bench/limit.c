/* bench-limit BLOB BLOB: the yardstick. Reads both files on a thread each, checks the SHA-256 of
 * their bytes, inflates them (gzip, zstd, or neither, told by the first bytes) and throws the
 * result away: what a comparison of two layers cannot do without. Shares no code with the program
 * that it is held against, only the libraries.
 *
 * A file named by 64 hex digits must have that digest. Silent and 0 on success, 1 otherwise. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <zlib.h>
#include <zstd.h>
#ifdef HAVE_ISAL
#include <isa-l/igzip_lib.h>
#endif

enum { PIECE = 256 * 1024, DIGEST_BYTES = 32, MESSAGE = 160 };

struct task {
  const char *path;
  int fd;
  EVP_MD_CTX *hash;
  unsigned char *in;  /* PIECE bytes */
  unsigned char *out; /* PIECE bytes */
  char message[MESSAGE];
};

static int fail(struct task *task, const char *what, const char *detail)
{
  snprintf(task->message, sizeof(task->message), "%s%s%s", what, detail ? ": " : "",
           detail ? detail : "");
  return -1;
}

/* Bytes read into task->in and hashed, 0 at the end, -1. */
static ssize_t next_piece(struct task *task)
{
  ssize_t n;
  do {
    n = read(task->fd, task->in, PIECE);
  } while (n < 0 && errno == EINTR);
  if (n < 0)
    return fail(task, "read", strerror(errno));
  if (n > 0 && EVP_DigestUpdate(task->hash, task->in, (size_t)n) != 1)
    return fail(task, "SHA-256 failed", NULL);
  return n;
}

#ifdef HAVE_ISAL
static int inflate_isal(struct task *task, struct inflate_state *state, ssize_t n)
{
  bool inside = true; /* a member has begun and not ended */

  isal_inflate_init(state);
  state->crc_flag = ISAL_GZIP;
  for (; n > 0; n = next_piece(task)) {
    state->next_in = task->in;
    state->avail_in = (uint32_t)n;
    do {
      if (!inside) {
        isal_inflate_reset(state);
        state->crc_flag = ISAL_GZIP;
        inside = true;
      }
      state->next_out = task->out;
      state->avail_out = PIECE;
      if (isal_inflate(state) != ISAL_DECOMP_OK)
        return fail(task, "corrupt gzip data", NULL);
      inside = state->block_state != ISAL_BLOCK_FINISH;
    } while (state->avail_in > 0 || (inside && state->avail_out == 0));
  }
  if (n == 0 && inside)
    return fail(task, "truncated gzip data", NULL);
  return (int)n;
}

static int inflate_gzip(struct task *task, ssize_t n)
{
  struct inflate_state *state = malloc(sizeof(*state));
  if (!state)
    return fail(task, "out of memory", NULL);
  int result = inflate_isal(task, state, n);
  free(state);
  return result;
}
#else
static int inflate_zlib(struct task *task, z_stream *z, ssize_t n)
{
  bool inside = true;

  for (; n > 0; n = next_piece(task)) {
    z->next_in = task->in;
    z->avail_in = (uInt)n;
    do {
      if (!inside && inflateReset(z) != Z_OK)
        return fail(task, "inflateReset failed", NULL);
      z->next_out = task->out;
      z->avail_out = PIECE;
      int status = inflate(z, Z_NO_FLUSH);
      if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
        return fail(task, "corrupt gzip data", z->msg);
      inside = status != Z_STREAM_END;
    } while (z->avail_in > 0 || (inside && z->avail_out == 0));
  }
  if (n == 0 && inside)
    return fail(task, "truncated gzip data", NULL);
  return (int)n;
}

static int inflate_gzip(struct task *task, ssize_t n)
{
  z_stream z = { 0 };
  if (inflateInit2(&z, 15 + 16) != Z_OK)
    return fail(task, "inflateInit2 failed", NULL);
  int result = inflate_zlib(task, &z, n);
  inflateEnd(&z);
  return result;
}
#endif

static int inflate_zstd_frames(struct task *task, ZSTD_DCtx *zstd, ssize_t n)
{
  size_t rest = 1; /* 0 between frames */

  for (; n > 0; n = next_piece(task)) {
    ZSTD_inBuffer in = { task->in, (size_t)n, 0 };
    ZSTD_outBuffer out;
    do {
      out = (ZSTD_outBuffer) { task->out, PIECE, 0 };
      rest = ZSTD_decompressStream(zstd, &out, &in);
      if (ZSTD_isError(rest))
        return fail(task, "corrupt zstd data", ZSTD_getErrorName(rest));
    } while (in.pos < in.size || out.pos == out.size);
  }
  if (n == 0 && rest != 0)
    return fail(task, "truncated zstd data", NULL);
  return (int)n;
}

static int inflate_zstd(struct task *task, ssize_t n)
{
  ZSTD_DCtx *zstd = ZSTD_createDCtx();
  if (!zstd)
    return fail(task, "out of memory", NULL);
  int result = inflate_zstd_frames(task, zstd, n);
  ZSTD_freeDCtx(zstd);
  return result;
}

static int inflate_nothing(struct task *task, ssize_t n)
{
  while (n > 0)
    n = next_piece(task);
  return (int)n;
}

static int check_digest(struct task *task)
{
  unsigned char digest[EVP_MAX_MD_SIZE];
  char hex[2 * DIGEST_BYTES + 1];
  const char *name = strrchr(task->path, '/');

  name = name ? name + 1 : task->path;
  if (EVP_DigestFinal_ex(task->hash, digest, NULL) != 1)
    return fail(task, "SHA-256 failed", NULL);
  for (size_t i = 0; i < DIGEST_BYTES; i++)
    snprintf(hex + 2 * i, 3, "%02x", digest[i]);
  if (strlen(name) == 2 * DIGEST_BYTES && strcmp(name, hex) != 0)
    return fail(task, "the digest is not the name, but", hex);
  return 0;
}

static int run_opened(struct task *task)
{
  static const unsigned char gzip[] = { 0x1f, 0x8b }, zstd[] = { 0x28, 0xb5, 0x2f, 0xfd };
  int result;

  task->in = malloc(PIECE);
  task->out = malloc(PIECE);
  task->hash = EVP_MD_CTX_new();
  if (!task->in || !task->out || !task->hash ||
      EVP_DigestInit_ex(task->hash, EVP_sha256(), NULL) != 1)
    return fail(task, "out of memory", NULL);
  ssize_t n = next_piece(task);
  if (n >= (ssize_t)sizeof(gzip) && memcmp(task->in, gzip, sizeof(gzip)) == 0)
    result = inflate_gzip(task, n);
  else if (n >= (ssize_t)sizeof(zstd) && memcmp(task->in, zstd, sizeof(zstd)) == 0)
    result = inflate_zstd(task, n);
  else
    result = inflate_nothing(task, n);
  return result == 0 ? check_digest(task) : -1;
}

static void *run_task(void *argument)
{
  struct task *task = argument;

  task->fd = open(task->path, O_RDONLY | O_CLOEXEC);
  if (task->fd < 0) {
    fail(task, "open", strerror(errno));
    return NULL;
  }
  run_opened(task);
  EVP_MD_CTX_free(task->hash);
  free(task->in);
  free(task->out);
  close(task->fd);
  return NULL;
}

int main(int argc, char **argv)
{
  struct task tasks[2] = { { 0 }, { 0 } };
  pthread_t threads[2];
  int status = 0;

  if (argc != 3) {
    fprintf(stderr, "usage: bench-limit BLOB BLOB\n");
    return 2;
  }
  for (int i = 0; i < 2; i++) {
    tasks[i].path = argv[i + 1];
    if (pthread_create(&threads[i], NULL, run_task, &tasks[i]) != 0) {
      fprintf(stderr, "bench-limit: cannot start a thread\n");
      return 1;
    }
  }
  for (int i = 0; i < 2; i++) {
    pthread_join(threads[i], NULL);
    if (tasks[i].message[0]) {
      fprintf(stderr, "bench-limit: %s: %s\n", tasks[i].path, tasks[i].message);
      status = 1;
    }
  }
  return status;
}
