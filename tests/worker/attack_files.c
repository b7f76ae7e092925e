/* What an attacker would try with files, by name or by what is open. */
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attack.h"
#include "base/alloc.h"

static char *in_victim(const char *name)
{
  return xasprintf("%s/%s", victim, name);
}

static int read_shadow(void)
{
  return open("/etc/shadow", O_RDONLY);
}

static int read_shadow_by_number(void)
{
  return (int)syscall(SYS_openat, AT_FDCWD, "/etc/shadow", O_RDONLY, 0);
}

static int read_environment(void)
{
  return open("/proc/self/environ", O_RDONLY);
}

static int write_outside(void)
{
  AUTO_FREE char *path = in_victim("planted");

  return open(path, O_WRONLY | O_CREAT, 0600);
}

/* Files there have no names: nothing has to be made under one. */
static int plant_temporary(void)
{
  const char *temporary = getenv("TMPDIR");
  AUTO_FREE char *path = xasprintf("%s/planted", temporary ? temporary : "/tmp");

  return open(path, O_WRONLY | O_CREAT, 0600);
}

static int list_temporary(void)
{
  const char *temporary = getenv("TMPDIR");

  return open(temporary ? temporary : "/tmp", O_RDONLY | O_DIRECTORY);
}

static int make_directory(void)
{
  AUTO_FREE char *path = in_victim("planted");

  return mkdir(path, 0700);
}

static int remove_outside(void)
{
  return rmdir(victim);
}

static int change_mode(void)
{
  return chmod(victim, 0777);
}

static int truncate_outside(void)
{
  return truncate("/etc/hostname", 0);
}

/* Before its third version Landlock does not see that a file is cut when it is opened, and sees
 * none of the rights to it where that is neither for reading nor for writing (the access mode 3 of
 * open(2)). */
static int truncate_by_opening(void)
{
  AUTO_FREE char *path = in_victim("../file");
  struct open_how how = { .flags = O_ACCMODE | O_TRUNC };
  int fd = open(path, O_ACCMODE | O_TRUNC);

  if (fd < 0)
    fd = open(path, O_RDONLY | O_TRUNC);
  return fd >= 0 ? fd : (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
}

/* What is open can be given a mode. Landlock sees no right where a file is opened neither for
 * reading nor for writing, in any version, and none where it may be read. */
static int change_mode_by_opening(void)
{
  AUTO_FREE char *path = in_victim("../file");
  struct open_how how = { .flags = O_ACCMODE };
  int fd = open(path, O_ACCMODE);

  if (fd < 0)
    fd = (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
  return fd < 0 ? -1 : fchmod(fd, 0777);
}

/* The archive, which it may read; and has no need to change. */
static int change_mode_of_input(void)
{
  const int fd = open("a.tar", O_RDONLY);

  return fd < 0 ? -1 : fchmod(fd, 0777);
}

/* A program that runs with the rights of who runs us, where files may be made. */
static int set_user_id(void)
{
  AUTO_FREE char *path = in_victim("../report/set-id");
  int fd = open(path, O_WRONLY | O_CREAT, 04755);

  if (fd >= 0)
    return fd;
  fd = open(path, O_WRONLY | O_CREAT, 0600);
  if (fd >= 0 && fchmod(fd, 04755) == 0)
    return 0;
  return mknod(path, S_IFREG | 04755, 0);
}

static int more_files(void)
{
  const struct rlimit limit = { 100000, 100000 };

  return setrlimit(RLIMIT_NOFILE, &limit);
}

static int mount_something(void)
{
  return mount("none", victim, "tmpfs", 0, NULL);
}

static int handle_of_file(void)
{
  return (int)syscall(SYS_name_to_handle_at, AT_FDCWD, "/etc/shadow", NULL, NULL, 0);
}

/* Past all that mmap and mprotect are not allowed. */
static int own_memory(void)
{
  return open("/proc/self/mem", O_RDWR);
}

static int begin_mount(void)
{
  return (int)syscall(SYS_fsopen, "tmpfs", 0);
}

static int change_root(void)
{
  return chroot(victim);
}

const struct attack attacks_on_files[] = {
  { "read-shadow", read_shadow },
  { "read-shadow-by-number", read_shadow_by_number },
  { "read-environment", read_environment },
  { "write-outside", write_outside },
  { "plant-temporary", plant_temporary },
  { "list-temporary", list_temporary },
  { "make-directory", make_directory },
  { "remove-outside", remove_outside },
  { "change-mode", change_mode },
  { "truncate-outside", truncate_outside },
  { "truncate-by-opening", truncate_by_opening },
  { "change-mode-by-opening", change_mode_by_opening },
  { "change-mode-of-input", change_mode_of_input },
  { "set-user-id", set_user_id },
  { "more-files", more_files },
  { "mount", mount_something },
  { "file-handle", handle_of_file },
  { "own-memory", own_memory },
  { "begin-mount", begin_mount },
  { "change-root", change_root },
  { NULL, NULL },
};
