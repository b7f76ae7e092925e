/* Extraction: entries of every hostile kind, as root and as nobody, with and without openat2. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "extract_place.h"

struct scenario {
  const char *what;
  struct made entries[MAX_MADE];
  const char *tree;
  const char *notes; /* one a line */
};

static const struct scenario scenarios[] = {
  { "files and directories",
    { { 'd', "etc/", NULL, 0750 }, { 'f', "etc/x", "hello", 0 }, { 'f', "run/lib/y", "y", 0600 } },
    "d 750 etc\nf 644 etc/x hello\nd 755 run\nd 755 run/lib\nf 600 run/lib/y y\n",
    "" },
  { "leading slashes and dots do not count",
    { { 'f', "/abs", "1", 0 }, { 'f', "./a//b/./c", "2", 0 }, { 'd', "./", NULL, 0700 } },
    "d 755 a\nd 755 a/b\nf 644 a/b/c 2\nf 644 abs 1\n",
    "" },
  { "no way up",
    { { 'f', "../outside/evil", "x", 0 },
      { 'f', "a/../../outside/evil", "x", 0 },
      { 'd', "..", NULL, 0777 },
      { 'l', "../evil", "x", 0 },
      { 'f', "/", "x", 0 } },
    "",
    "/: \"../outside/evil\": the name has a component \"..\"\n"
    "/: \"a/../../outside/evil\": the name has a component \"..\"\n"
    "/: \"..\": the name has a component \"..\"\n"
    "/: \"../evil\": the name has a component \"..\"\n"
    "/: \"/\": not a directory, at the root of the layer\n" },
  { "a symlink is not written through",
    { { 'l', "up", "../outside", 0 }, { 'f', "up/evil", "x", 0 }, { 'f', "up/dir/evil", "y", 0 } },
    "d 755 up\nd 755 up/dir\nf 644 up/dir/evil y\nf 644 up/evil x\n",
    "" },
  { "nor a deeper one",
    { { 'd', "a", NULL, 0 },
      { 'f', "a/b/keep", "k", 0 },
      { 'l', "a/b", "../../outside/dir", 0 },
      { 'f', "a/b/inner", "x", 0 } },
    "d 755 a\nd 755 a/b\nf 644 a/b/inner x\n",
    "" },
  { "a symlink replaced by a directory",
    { { 'l', "lib", "usr/lib", 0 }, { 'd', "lib/", NULL, 0700 }, { 'f', "lib/x", "x", 0 } },
    "d 700 lib\nf 644 lib/x x\n",
    "" },
  { "a directory replaced by a symlink",
    { { 'd', "lib", NULL, 0700 }, { 'f', "lib/x", "x", 0 }, { 'l', "lib", "../outside/dir", 0 } },
    "l lib -> ../outside/dir\n",
    "" },
  { "a symlink replaced by a file",
    { { 'l', "f", "../outside/secret", 0 }, { 'f', "f", "x", 0777 } },
    "f 777 f x\n",
    "" },
  { "hard links stay inside",
    { { 'h', "h1", "../outside/secret", 0 },
      { 'l', "up", "../outside", 0 },
      { 'h', "h2", "up/secret", 0 },
      { 'h', "h3", "/etc/passwd", 0 },
      { 'h', "h4", "h4", 0 },
      { 'd', "d", NULL, 0 },
      { 'h', "h5", "d", 0 } },
    "d 755 d\nl up -> ../outside\n",
    "/: \"h1\": a hard link to \"../outside/secret\", which is not a name in the layer\n"
    "/: \"h2\": a hard link to \"up/secret\", which is not among the files written\n"
    "/: \"h3\": a hard link to \"/etc/passwd\", which is not among the files written\n"
    "/: \"h4\": a hard link to \"h4\", which is itself\n"
    "/: \"h5\": a hard link to \"d\", which is not a file\n" },
  { "a hard link keeps what it was made to",
    { { 'f', "a", "old", 0 },
      { 'h', "sub/b", "./a", 0 },
      { 'f', "a", "new", 0600 },
      { 'h', "a/c", "sub/b", 0 } },
    "d 755 a\nf 644 a/c old\nd 755 sub\nf 644 sub/b old\n",
    "" },
  { "a file in the place of a hard link to a symlink",
    { { 'l', "s", "../outside/secret", 0 }, { 'h', "h", "s", 0 }, { 'f', "h", "x", 0777 } },
    "f 777 h x\nl s -> ../outside/secret\n",
    "" },
  { "a hard link below its target",
    { { 'f', "a", "a", 0 }, { 'h', "a/b", "a", 0 } },
    "d 755 a\n",
    "/: \"a/b\": a hard link to \"a\", to which no hard link can be made here\n" },
  { "what is no file",
    { { '3', "null", NULL, 0 },
      { '4', "disk", NULL, 0 },
      { 'f', "pipe", "x", 0 },
      { '6', "pipe", NULL, 0 },
      { 'g', "pax_global_header", NULL, 0 } },
    "",
    "/: \"null\": a character device 1:3\n"
    "/: \"disk\": a block device 1:3\n"
    "/: \"pipe\": a named pipe\n"
    "/: \"pax_global_header\": a global header, which is no file\n" },
  { "unknown types are files",
    { { 'V', "v", "x", 0 }, { '7', "c", "y", 0 }, { 'S', "s", "z", 0 } },
    "f 644 c y\nf 644 s z\nf 644 v x\n",
    "" },
  { "no setuid",
    { { 'f', "su", "x", 06755 }, { 'd', "tmp", NULL, 01777 }, { 'f', "neg", "x", -2 } },
    "f 776 neg x\nf 755 su x\nd 1777 tmp\n",
    "" },
  { "no permissions",
    { { 'd', "ro", NULL, 0555 },
      { 'f', "ro/f", "x", -1 },
      { 'd', "none", NULL, -1 },
      { 'd', "none/none", NULL, -1 },
      { 'f', "none/none/f", "y", 0444 },
      { 'h', "none/h", "ro/f", 0 } },
    "d 000 none\nf 000 none/h x\nd 000 none/none\nf 444 none/none/f y\nd 555 ro\n"
    "f 600 ro/f x\n",
    "" },
  { "the later entry wins",
    { { 'f', "x", "1", 0 },
      { 'f', "x", "22", 0600 },
      { 'f', "y/z/1", "1", 0 },
      { 'f', "y", "file", 0 },
      { 'f', "w", "file", 0 },
      { 'f', "w/v", "below", 0 } },
    "d 755 w\nf 644 w/v below\nf 600 x 22\nf 644 y file\n",
    "" },
  { "directories twice",
    { { 'd', "d", NULL, -1 }, { 'f', "d/x", "1", 0 }, { 'd', "d/", NULL, 0711 } },
    "d 711 d\nf 644 d/x 1\n",
    "" },
  { "whiteouts are files",
    { { 'f', ".wh.x", "", 0 }, { 'f', "d/.wh..wh..opq", "", 0 } },
    "f 644 .wh.x \nd 755 d\nf 644 d/.wh..wh..opq \n",
    "" },
  { "symlinks that cannot be",
    { { 'l', "empty", "", 0 }, { 'l', "abs", "/etc/passwd", 0 } },
    "l abs -> /etc/passwd\n",
    "/: \"empty\": a symbolic link to \"\", which cannot be made here\n" },
  { "notes are escaped",
    { { '6', "\x1b[2J\n`x`", NULL, 0 }, { 'h', "h", "\xff\n", 0 } },
    "",
    "/: \"\\x1b[2J\\n`x`\": a named pipe\n"
    "/: \"h\": a hard link to \"\\xff\\n\", which is not among the files written\n" },
};

static void hostile_and_other_layers(void **state)
{
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(scenarios); i++) {
    const struct scenario *scenario = &scenarios[i];
    struct place place;
    struct error err = { 0 };

    print_message("  %s\n", scenario->what);
    place_init(&place);
    for (size_t j = 0; j < MAX_MADE && scenario->entries[j].name; j++) {
      struct tar_entry entry = entry_of(&scenario->entries[j]);

      if (put(&place, &entry, scenario->entries[j].text, &err) != 0)
        fail_msg("%s", err.message);
    }
    check(&place, scenario->tree, scenario->notes);
    place_release(&place);
  }
}

static void two_layers(void **state)
{
  struct place place;
  struct tar_entry file = make_entry("etc/x");
  struct tar_entry link = make_entry("h");
  struct tar_entry root = make_entry("./");
  struct error err = { 0 };

  (void)state;
  link.type = TAR_LINK;
  link.link_name = STR("etc/x");
  root.type = TAR_DIR;
  root.mode = 0711;
  place_init(&place);
  extract_in(place.extract, "manifests-0/layers-1");
  assert_int_equal(put(&place, &file, "a", &err), 0);
  extract_in(place.extract, "manifests-0/layers-2");
  assert_int_equal(put(&place, &link, "", &err), 0); /* the target stands in the other layer */
  assert_int_equal(put(&place, &root, "", &err), 0);
  check(&place,
        "d 755 manifests-0\nd 755 manifests-0/layers-1\nd 755 manifests-0/layers-1/etc\n"
        "f 644 manifests-0/layers-1/etc/x a\nd 711 manifests-0/layers-2\n",
        "/manifests-0/layers-2: \"h\": a hard link to \"etc/x\", which is not among the files "
        "written\n");
  place_release(&place);
}

static int run_all(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(hostile_and_other_layers),
    cmocka_unit_test(two_layers),
  };
  int failed;

  use_plain = false;
  failed = cmocka_run_group_tests_name("extract", tests, NULL, NULL);
  use_plain = true;
  return failed + cmocka_run_group_tests_name("extract without openat2", tests, NULL, NULL);
}

int main(void)
{
  return run_as_both(run_all);
}
