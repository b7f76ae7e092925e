#include "cli/sandbox.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/log.h"

int sandbox_choose(enum sandbox_mode mode, struct confine_support *out, struct error *err)
{
  char missing[CONFINE_MISSING_MAX];

  *out = (struct confine_support) { 0 };
  if (mode == SANDBOX_OFF) {
    log_debug("sandbox: off");
    return 0;
  }
  confine_look(out);
  confine_describe(out, missing, sizeof(missing));
  log_debug("sandbox: Landlock ABI %d, seccomp %s; missing: %s", out->landlock_abi,
            out->seccomp ? "yes" : "no", missing);
  if (mode == SANDBOX_REQUIRE && !confine_is_whole(out))
    return error_set(err, ERROR_UNSUPPORTED,
                     "flag --sandbox=require: this system lacks %s (auto does with what there is)",
                     missing);
  return 0;
}

int sandbox_add_store(struct confine_wanted *wanted, struct store *store, struct error *err)
{
  static const char *const parts[] = { ".", "blobs", "blobs/sha256" };
  const int directory = store_directory(store);

  if (store_keep_open(store, err))
    return -1;
  /* Somebody may have put the blobs on another disk, behind a symbolic link. */
  for (size_t i = 0; directory >= 0 && i < ARRAY_LEN(parts); i++) {
    const int fd = openat(directory, parts[i], O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0 && wanted->n_directories < CONFINE_DIRECTORIES_MAX)
      wanted->directories[wanted->n_directories++] = fd;
    else if (fd >= 0)
      close(fd);
  }
  return 0;
}

int sandbox_keep(enum sandbox_mode mode, struct store *const *stores, int n, bool reads,
                 struct error *err)
{
  struct confine_wanted wanted = { .role = reads ? CONFINE_LOOKER : CONFINE_KEEPER };
  struct confine_support support;
  int status = 0;

  if (sandbox_choose(mode, &support, err))
    return -1;
  if (mode == SANDBOX_OFF)
    return 0;
  (void)digest_of(DIGEST_SHA256, "", 0); /* the library reads files when it is first used */
  for (int i = 0; i < n && status == 0; i++)
    status = sandbox_add_store(&wanted, stores[i], err);
  confine_forget_environment(NULL, 0);
  if (status == 0 && confine_enter(&wanted, &support, err))
    status = error_wrap(err, "this command cannot be confined (--sandbox=off does without)");
  for (size_t i = 0; i < wanted.n_directories; i++)
    close(wanted.directories[i]);
  return status;
}
