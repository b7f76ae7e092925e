/* Commands of the history as a Dockerfile has them. What builders write: docker build (the old
 * builder, 20.10), BuildKit 0.8 to 0.13, buildah 1.28; the right column is what was in the
 * Dockerfile. */
#include "image/history.h"

#include <stdlib.h>

#include "base/macros.h"
#include "image/json.h"

/* cmocka.h needs these. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void instructions(void **state)
{
  static const struct {
    const char *created_by, *wanted;
  } cases[] = {
    { "/bin/sh -c make", "RUN make" },
    { "/bin/sh -c #(nop)  CMD [\"bash\"]", "CMD [\"bash\"]" },
    { "/bin/sh -c #(nop) ADD file:6088a1cb in / ", "ADD file:6088a1cb in /" },
    { "|1 A=b /bin/sh -c make all", "RUN make all" },
    { "RUN /bin/sh -c make # buildkit", "RUN make" },
    { "RUN |2 A=b C=d e /bin/sh -c make # buildkit", "RUN make" },
    { "RUN /bin/bash -o pipefail -c make # buildkit", "RUN /bin/bash -o pipefail -c make" },
    { "COPY . /app # buildkit", "COPY . /app" },
    { "WORKDIR /app", "WORKDIR /app" },
    { "ENV A=b", "ENV A=b" },
    { "RUN /bin/sh -c set -x \t  && a\n\t&& b # buildkit", "RUN set -x && a && b" },
    { "bazel build ...", "bazel build ..." },
    { "debuerreotype 0.15", "debuerreotype 0.15" },
    { "|no shell", "|no shell" },
    { "", "" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    AUTO_BUF out = BUF_INIT(4096);

    history_instruction(&out, cases[i].created_by);
    assert_string_equal(out.ptr ? out.ptr : "", cases[i].wanted);
  }
}

static void layers(void **state)
{
  const char text[] = "[{\"created_by\":\"ADD\"},{\"created_by\":\"ENV\",\"empty_layer\":true},"
                      "{\"created_by\":\"\"}]";
  struct error err;
  AUTO_JSON history = json_parse(str_of(text), &err);
  const json_t *items[3];

  (void)state;
  assert_non_null(history);
  history_of_layers(history, 2, items);
  assert_string_equal(history_created_by(items[0]), "ADD");
  assert_non_null(items[1]);
  assert_null(history_created_by(items[1]));
  /* Where the numbers do not agree, nothing is known. */
  for (size_t n = 1; n <= 3; n += 2) {
    history_of_layers(history, n, items);
    for (size_t i = 0; i < n; i++)
      assert_null(items[i]);
  }
  history_of_layers(NULL, 1, items);
  assert_null(items[0]);
  assert_null(history_created_by(NULL));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(instructions),
    cmocka_unit_test(layers),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
