#include "dir_writer.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"

static void *writer_run(void *context)
{
  struct dir_writer *writer = context;

  report_dir_serve(writer->directory, writer->path, writer->theirs);
  return NULL;
}

static int writer_clear(void *context, const char *path, struct error *err)
{
  struct dir_writer *writer = context;

  if (report_dir_check(path, err))
    return -1;
  writer->directory = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (report_dir_clear(writer->directory, path, err))
    return -1;
  writer->path = xstrdup(path);
  if (pthread_create(&writer->thread, NULL, writer_run, writer))
    abort();
  return 0;
}

void dir_writer_start(struct dir_writer *writer)
{
  *writer = (struct dir_writer) {
    .keeper = { .clear = writer_clear, .directory = writer->ours, .context = writer },
    .directory = -1,
  };
  for (int i = 0; i < REPORT_DIR_SOCKETS; i++) {
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
      abort();
    writer->ours[i] = ends[0];
    writer->theirs[i] = ends[1];
  }
  outfile_set_keeper(&writer->keeper);
}

void dir_writer_stop(struct dir_writer *writer)
{
  outfile_set_keeper(NULL);
  for (int i = 0; i < REPORT_DIR_SOCKETS; i++)
    close(writer->ours[i]);
  if (writer->path && pthread_join(writer->thread, NULL))
    abort();
  for (int i = 0; i < REPORT_DIR_SOCKETS; i++)
    close(writer->theirs[i]);
  cleanup_close(&writer->directory);
  free(writer->path);
}
