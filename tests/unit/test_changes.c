/* Differences as people think of them: kinds, weights, words, totals, and what is but a
 * consequence. Wanted results were worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/amount.h"
#include "report/changes/changes.h"
#include "report/text/markdown.h"
#include "report_events.h"

static void amounts(void **state)
{
  static const struct {
    uint64_t bytes;
    const char *text;
  } cases[] = {
    { 0, "0 B" },
    { 999, "999 B" },
    { 1000, "1.0 kB" },
    { 1049, "1.0 kB" },
    { 1050, "1.1 kB" },
    { 9949, "9.9 kB" },
    { 9950, "10 kB" },
    { 31500, "32 kB" },
    { 999499, "999 kB" },
    { 999950, "1.0 MB" },
    { 1234567, "1.2 MB" },
    { 4294967296, "4.3 GB" },
    { UINT64_MAX, "18 EB" },
  };
  char out[AMOUNT_MAX];

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++)
    assert_string_equal(amount_bytes(cases[i].bytes, out), cases[i].text);
  assert_string_equal(amount_change(-25, out), "-25 B");
  assert_string_equal(amount_change(1200000, out), "+1.2 MB");
  assert_string_equal(amount_change(INT64_MIN, out), "-9.2 EB");
}

static void code_spans(void **state)
{
  static const struct {
    const char *text, *span;
  } cases[] = {
    { "a", "`a`" },       { "@everyone <b>", "`@everyone <b>`" },
    { "a`b", "``a`b``" }, { "``", "``` `` ```" },
    { " a ", "`  a  `" }, { "", "`  `" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    AUTO_BUF out = BUF_INIT(1000);

    markdown_code(&out, str_of(cases[i].text));
    assert_string_equal(out.ptr, cases[i].span);
  }
}

/* An event about a pair of entries. */
static struct event entry_event(const char *context, const struct tar_entry *e0,
                                const struct tar_entry *e1, const struct event_field *fields,
                                size_t n_fields)
{
  struct event event = make_event(context, EVENT_TARENTRY, "", fields, n_fields);

  event.inputs[0].entry = e0;
  event.inputs[1].entry = e1;
  return event;
}

static void entries(void **state)
{
  static const char context[] = "/layers-3/layer/tarentry";
  struct event_field fields[] = {
    make_field("Mode", "Mode ", "0x1ed", "0x9ed"),
    make_field("Digest", "", "aa", "bb"),
    make_field("ModTime", "", "x", "y"),
  };
  struct tar_entry e0 = make_entry("usr/bin/x");
  struct tar_entry e1 = make_entry("usr/bin/x");
  struct changes changes;
  struct event event;

  (void)state;
  e0.mode = 0755;
  e1.mode = 04755;
  e0.size = 1200000;
  e1.size = 1300000;
  fields[2].ignored = true;
  changes_init(&changes, 100, NULL);
  event = entry_event(context, &e0, &e1, fields, 3);
  changes_add(&changes, &event);
  event = entry_event(context, &e0, &e0, &fields[1], 1);
  changes_add(&changes, &event);
  assert_int_equal(changes_sort(&changes, CHANGE_ORDER_WEIGHT), 2);
  assert_int_equal(changes.items[0].kind, CHANGE_CONTENT);
  assert_int_equal(changes.items[0].weight, WEIGHT_PRIVILEGE);
  assert_int_equal(changes.items[0].layer[1], 3);
  assert_int_equal(changes.items[0].n_fields, 2);
  assert_string_equal(changes.items[0].words,
                      "mode 0755 \xe2\x86\x92 04755; content, 1.2 MB \xe2\x86\x92 1.3 MB");
  assert_int_equal(changes.items[1].weight, WEIGHT_EXECUTABLE);
  assert_string_equal(changes.items[1].words, "content, 1.2 MB");
  assert_int_equal(changes.totals.bytes_added, 100000);
  changes_release(&changes);
}

/* A digest that differs is a consequence where something below is listed, and else is not. */
static void consequences(void **state)
{
  const struct event_field digest = make_field("digest", "", "aa", "bb");
  const struct event_field layers[] = { make_field("layers[0].digest", "", "aa", "bb"),
                                        make_field("layers[1].digest", "", "cc", "dd") };
  const struct event_field config[] = { make_field("config.User", "", "nobody", "root"),
                                        make_field("rootfs.diff_ids[0]", "", "ee", "ff") };
  struct tar_entry entry = make_entry("etc/x");
  const struct event_field content = make_field("Digest", "", "aa", "bb");
  const struct event events[] = {
    make_event("/desc", EVENT_DESCRIPTOR, "", &digest, 1),
    make_event("/manifest", EVENT_MANIFEST, "", layers, 2),
    make_event("/layers-0/desc", EVENT_DESCRIPTOR, "", &digest, 1),
    make_event("/config/config", EVENT_CONFIG, "", config, 2),
    entry_event("/layers-0/layer/tarentry", &entry, &entry, &content, 1),
  };
  struct changes changes;

  (void)state;
  changes_init(&changes, 100, NULL);
  for (size_t i = 0; i < ARRAY_LEN(events); i++)
    changes_add(&changes, &events[i]);
  /* Left: the user, the file, and the second layer, of which nothing else is told. */
  assert_int_equal(changes_sort(&changes, CHANGE_ORDER_WEIGHT), 3);
  assert_int_equal(changes.totals.consequences, 4);
  assert_string_equal(changes.items[0].name, "config.User");
  assert_string_equal(changes.items[0].words, "nobody \xe2\x86\x92 root");
  assert_string_equal(changes.items[1].name, "etc/x");
  assert_string_equal(changes.items[2].name, "layers[1].digest");
  changes_release(&changes);
}

/* Whatever the order they come in, the weightiest are kept. */
static void keeps_the_weightiest(void **state)
{
  const struct event_field content = make_field("Digest", "", "aa", "bb");
  const struct event_field time = make_field("ModTime", "", "x", "y");

  (void)state;
  for (int backwards = 0; backwards < 2; backwards++) {
    struct changes changes;

    changes_init(&changes, 3, NULL);
    for (int i = 0; i < 100; i++) {
      const int number = backwards ? 99 - i : i;
      char name[8];
      struct tar_entry entry;
      struct event event;

      name[0] = (char)('0' + number / 10);
      name[1] = (char)('0' + number % 10);
      name[2] = '\0';
      entry = make_entry(name);
      event = entry_event("/layers-0/layer/tarentry", &entry, &entry,
                          number % 25 == 7 ? &content : &time, 1);
      changes_add(&changes, &event);
    }
    assert_int_equal(changes_sort(&changes, CHANGE_ORDER_WEIGHT), 3);
    assert_string_equal(changes.items[0].name, "07");
    assert_string_equal(changes.items[1].name, "32");
    assert_string_equal(changes.items[2].name, "57");
    assert_int_equal(changes.totals.by_kind[CHANGE_CONTENT], 4);
    assert_int_equal(changes.totals.by_kind[CHANGE_METADATA], 96);
    changes_release(&changes);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(amounts),
    cmocka_unit_test(code_spans),
    cmocka_unit_test(entries),
    cmocka_unit_test(consequences),
    cmocka_unit_test(keeps_the_weightiest),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
