#include "cli/sandbox.h"

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
