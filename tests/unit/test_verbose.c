/* --verbose: one block for each event. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "report_events.h"

static char *run(const struct event *events, size_t n)
{
  char *text = NULL;
  size_t len;
  FILE *out = open_memstream(&text, &len);
  struct report *report = report_verbose_new(out, NULL, false, NULL);
  struct error err;

  for (size_t i = 0; i < n; i++)
    report_event(report, &events[i]);
  assert_int_equal(report_finish(report, &err), 0);
  report_free(report);
  fclose(out);
  return text;
}

static void nothing(void **state)
{
  char *text = run(NULL, 0);

  (void)state;
  assert_string_equal(text, "");
  free(text);
}

static void blocks(void **state)
{
  struct event_field fields[] = {
    make_field("Mode", "Mode ", "0x1a4", "0x180"),
    make_field("Xattr user.x", "Xattr user.x ", NULL, "line\nline\x1b"),
  };
  struct event_field env = make_field("config.Env[1]", "", "A=1", NULL);
  struct event events[] = {
    make_event("/layers-10/layer", EVENT_LAYER, "name \"tab\\tin\" only appears in input 0", NULL,
               0),
    make_event("/layers-9/layer/tarentry", EVENT_TARENTRY, "name \"b\"", fields, 2),
    make_event("/layers-9/layer/tarentry", EVENT_TARENTRY, "name \"a\"", fields, 1),
    make_event("/config/config", EVENT_CONFIG, "", &env, 1),
  };
  struct tar_entry a = make_entry("a");
  struct tar_entry b = make_entry("b");
  char *text;

  (void)state;
  events[1].inputs[0].entry = &b;
  events[2].inputs[1].entry = &a;
  text = run(events, ARRAY_LEN(events));
  assert_string_equal(text, "Event: \"ConfigBlobMismatch\"\n"
                            "  Context: /config/config\n"
                            "- config.Env[1]: A=1\n"
                            "\n"
                            "Event: \"TarEntryMismatch\" (name \"a\")\n"
                            "  Context: /layers-9/layer/tarentry\n"
                            "- Mode: 0x1a4\n"
                            "+ Mode: 0x180\n"
                            "\n"
                            "Event: \"TarEntryMismatch\" (name \"b\")\n"
                            "  Context: /layers-9/layer/tarentry\n"
                            "- Mode: 0x1a4\n"
                            "+ Mode: 0x180\n"
                            "+ Xattr user.x: line\\nline\\x1b\n"
                            "\n"
                            "Event: \"LayerBlobMismatch\" (name \"tab\\tin\" only appears in input "
                            "0)\n"
                            "  Context: /layers-10/layer\n");
  free(text);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(nothing),
    cmocka_unit_test(blocks),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
