/* What proves a cause: of two contents that differ, whether all of it is, and whether a container
 * does the same with either. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "evidence/content.h"
#include "policy/causes.h"

/* Whether all that differs is proven to have the causes that were found, and whether a container
 * does the same with either: a date is harmless where people read it and nothing else does. */
static void strengths(void **state)
{
#define DAYS(before, behind) STR(before "2026-11-28" behind), STR(before "2026-12-02" behind)
#define DATES(before, behind)                                                                      \
  STR(before "2026-11-28T11:58:20Z" behind), STR(before "2026-12-02T11:59:31Z" behind)
#define DEBUGGING "usr/bin/x!/.debug_str"
#define HASH_A "0123456789abcdef0123456789abcdef01234567"
#define HASH_B "0123456789abcdef0123456789abcdef89abcdef"
  static const struct {
    const char *path;
    bool executable;
    struct str a, b;
    bool proven, harmless;
  } rows[] = {
    { "usr/share/doc/x/README", false, DATES("on ", "\n"), true, true },
    { "./usr/share/man/man1/x.1", false, DATES(".TH X 1 \"", "\"\n"), true, true },
    /* what a manual page has in the place of its date, whenever that is; and in another place */
    { "usr/share/man/man1/x.1", false, STR(".TH \"X Y\" 1 \"September 2022\" \"x 1\"\n"),
      STR(".TH \"X Y\" 1 \"March 2023\" \"x 1\"\n"), true, true },
    { "usr/share/man/man1/x.1", false, STR(".Dd May 1, 2020\n"), STR(".Dd June 30, 2021\n"), true,
      true },
    { "usr/share/man/man1/x.1", false, STR(".TH \"September 2022\" 1 x y\n"),
      STR(".TH \"March 2023\" 1 x y\n"), false, false },
    { "usr/share/man/man1/x.1", false, STR(".TH x 1 y \"September 2022\"\n"),
      STR(".TH x 1 y \"March 2023\"\n"), false, false },
    { "usr/share/man/man1/x.1", false, STR("x\n.TH x 1 2026-01-03\n"),
      STR("x\n.TH x 1 2031-01-03\n"), false, false },
    { "etc/lic.conf", false, STR(".TH expires 9 2026-01-03\n"), STR(".TH expires 9 2031-01-03\n"),
      false, false },
    { "etc/lic.conf", false, STR(".Dd May 1, 2020\n"), STR(".Dd June 30, 2021\n"), false, false },
    { "usr/share/doc/x/page.html", false, DATES("<p>", "</p>"), true, true },
    { "usr/share/doc/x/page.html", false, DATES("<ScRiPt>if (now > '", "') evil()</script>"), true,
      false },
#define PAGE(name, before, behind, plain)                                                          \
  { "usr/share/doc/x/" name, false, DATES(before, behind), true, plain }
    PAGE("x.html", "<html><body class=a><p>made on ", "<br><a href=\"b.html#c\">", true),
    PAGE("x.html", "<!DOCTYPE html>\n<meta charset=utf-8><link rel=StyleSheet href=a.css><p>", "",
         true),
    PAGE("x.html", "<meta http-equiv='Content-Type' content='text/html'><img src=a:80/b.png>", "",
         false),
    PAGE("x.html", "<meta http-equiv=content-type content=x><a href=' HTTPS://a/b:c'>x</a>", "",
         true),
    PAGE("x.html", "<meta http-equiv=refresh content='0; url=x'>", "", false),
    PAGE("x.html", "<p OnClick='if (Date.now() > ", ") evil()'>x", false),
    PAGE("x.html", "<body/onload=evil()>", "", false),
    PAGE("x.html", "<p><img src=x\nonerror=evil() alt='", "'>", false),
    PAGE("x.html", "<a href='javascript:evil()'>", "</a>", false),
    PAGE("x.html", "<a href='\x01 JaVa\tscript:evil()'>", "</a>", false),
    PAGE("x.html", "<a href='&#106;avascript:evil()'>", "</a>", false),
    PAGE("x.html", "<a href='jav&Tab;ascript:evil()'>", "</a>", false),
    PAGE("x.html", "<a href='data:text/html,x'>", "</a>", false),
    PAGE("x.html", "<form action=x><button formaction='javascript:x'>", "", false),
    PAGE("x.html", "<iframe srcdoc='&lt;script>", "'></iframe>", false),
    PAGE("x.html", "<object data=x>", "</object>", false),
    PAGE("x.html", "<embed src=x>", "", false),
    PAGE("x.html", "<svg><script>", "</script></svg>", false),
    PAGE("x.html", "<svg><a xlink:href='javascript:x'>", "</a></svg>", false),
    PAGE("x.html", "<math><mtext>", "</mtext></math>", false),
    PAGE("x.html", "<base href=//evil/><p>", "</p>", false),
    PAGE("x.html", "<link rel=import href=x><p>", "</p>", false),
    PAGE("x.html", "<p>", "</p><!--#exec cmd=x -->", false),
    PAGE("x.html", "<p>", "</p><!--[if IE]> x <![endif]-->", false),
    PAGE("x.html", "<p>", "</p><!-- written by hand -->", true),
    PAGE("x.html", "<p>", "</p><?php evil() ?>", false),
    PAGE("x.html", "<p>", "</p><% evil() %>", false),
    PAGE("x.xhtml", "<?xml version='1.0'?><!DOCTYPE html [<!ENTITY x '<script>'>]><p>", "&x;</p>",
         false),
    PAGE("x.xml", "<?xml version='1.0'?><h:script xmlns:h='http://www.w3.org/1999/xhtml'>",
         "</h:script>", false),
    PAGE("x.xml", "<?xml version='1.0'?><?xml-stylesheet href='x'?><p>", "</p>", false),
    PAGE("README", "x <x@example.org> ", "\n#include <stdio.h>\n<http://x/>", true),
    PAGE("README.md", "x ", "\n<IFRAME src=x>", false),
    { "usr/share/doc/x/x.shtml", false, DATES("on ", ""), false, false },
#undef PAGE
    { "usr/share/doc/x/examples/y", false, DATES("on ", "\n"), true, false },
    { "usr/share/doc/../../bin/y", false, DATES("on ", "\n"), true, false },
    { "etc/x.conf", false, DATES("on ", "\n"), true, false },
    { "etc/x.conf", false, DATES("expires = ", "\n"), false, false },
    { "etc/x.conf", false, DATES("not valid after ", "\n"), false, false },
    { "var/log/apt/history.log", false, DAYS("Start-Date: ", "  10:00:00\n"), true, false },
    { "var/log/apt/history.log", false,
      STR("Start-Date: 2026-11-28  10:00:00\nCommandline: apt install a\n"),
      STR("Start-Date: 2026-12-02  10:00:00\nCommandline: apt install b\n"), false, false },
    { "var/log/apt/history.log", false, STR("Start-Date: 2025-11-28\n"),
      STR("Start-Date: 2026-12-02\n"), false, false },
    { "var/log/../x", false, DATES("Start-Date: ", "\n"), false, false },
    { "srv/x.tar!/var/log/x", false, DATES("Start-Date: ", "\n"), false, false },
    /* dates of no build, for all that is known: far from when the file was written, on one side */
    { "etc/x.conf", false, STR("on 2025-11-28\n"), STR("on 2026-12-02\n"), false, false },
    { "etc/x.conf", false, STR("on 2026-11-28\n"), STR("on 2027-12-02\n"), false, false },
    { "etc/x.conf", false, STR("on Nov 28\n"), STR("on Dec 2\n"), false, false },
    /* a day is near when somebody changes the file by hand, too: proof only where people read it */
    { "etc/x.conf", false, STR("on 28 November 2026\n"), STR("on 2 Dec 2026\n"), false, false },
    { "etc/x.conf", false, STR("on 11/28/2026\n"), STR("on 12/02/2026\n"), false, false },
    { "usr/share/doc/x/y", false, STR("on 11/28/2026\n"), STR("on 12/02/2026\n"), true, true },
    { "usr/share/doc/x/y", false, STR("on 11/28/2026\n"), STR("on 12/07/2026\n"), false, false },
    { "etc/x.conf", false, DAYS("on ", "\n"), false, false },
    { "etc/x.conf", false, DAYS("hold: ", "\n"), false, false },
    { "etc/x.conf", false, DAYS("kill_at: ", "\n"), false, false },
    { "etc/x.conf", false, DAYS("window = ", "T02:00:00Z\n"), false, false },
    { "etc/x.conf", false, DAYS("enabled=", "T00:00:00\n"), false, false },
    { "etc/x.conf", false, DAYS("mindate: ", " 23:59:59\n"), false, false },
    { "etc/x.conf", false, DAYS("build_window: ", "\n"), false, false },
    { "etc/x.conf", false, DAYS("update: ", "\n"), false, false },
    { "etc/x.conf", false, DAYS("created_hold: ", "\n"), false, false },
    { "etc/x.conf", false, DAYS("runs after what was built on ", "\n"), false, false },
    /* to the second, and no more than minutes before; where no zone is told, in any */
    { "etc/x.conf", false, STR("on 20261128115505Z\n"), STR("on 20261202115959Z\n"), true, false },
    { "etc/x.conf", false, STR("on 20261128115455Z\n"), STR("on 20261202115959Z\n"), false, false },
    { "etc/x.conf", false, STR("on 20261128115505Z\n"), STR("on 20261202120003Z\n"), false, false },
    { "etc/x.conf", false, STR("on Sat Nov 28 11:59:00 UTC 2026\n"),
      STR("on Wed Dec  2 06:59:00 EST 2026\n"), true, false },
    { "etc/x.conf", false, STR("on Sat Nov 28 11:59:00 UTC 2026\n"),
      STR("on Wed Dec  2 08:59:00 EST 2026\n"), false, false },
    { "etc/x.conf", false, STR("on 2026-11-28 13:59:10+02:00\n"),
      STR("on 2026-12-02 06:29:10 -0530\n"), true, false },
    { "etc/x.conf", false, STR("on 2026-11-28 13:59:10+03:00\n"),
      STR("on 2026-12-02 06:29:10 -0530\n"), false, false },
    { "etc/x.conf", false, STR("on 2026-11-28 17:29:10\n"), STR("on 12/02/2026 06:59:10\n"), true,
      false },
    { "etc/x.conf", false, STR("on 2026-11-28 17:28:10\n"), STR("on 12/02/2026 06:59:10\n"), false,
      false },
    { "etc/x.conf", false, STR("on 2026-11-28 17:29:59\n"), STR("on 2026-12-02 23:59:59\n"), false,
      false },
    { "etc/x.conf", false, STR("on 11/28/2026 11:59:10 AM\n"), STR("on 12/02/2026 05:59:10 PM\n"),
      true, false },
    { "etc/x.conf", false, STR("t=1795867160\n"), STR("t=1796212790.5\n"), true, false },
    { "etc/x.conf", false, STR("hold=1795867160\n"), STR("hold=1796212790\n"), false, false },
    { "etc/x.conf", false, STR("at 11:58:20\n"), STR("at 06:29:58\n"), false, false },
    { "etc/x.conf", false, STR("at 11:58:20\n"), STR("at 06:39:58\n"), false, false },
    { "usr/share/doc/x/y", false, STR("at 11:58:20\n"), STR("at 06:29:58\n"), true, true },
    /* a time of day beside a date that is the build's; one that is not near is something else */
    { "etc/x.conf", false, DATES("on ", "\nx\nat 11:58:21\n"), true, false },
    { "etc/x.conf", false, STR("on 2026-11-28T11:58:20Z\nat 03:28:21\n"),
      STR("on 2026-12-02T11:59:31Z\nat 04:59:09\n"), true, false },
    { "etc/x.conf", false, STR("on 2026-11-28T11:58:20Z\nat 03:10:07\n"),
      STR("on 2026-12-02T11:59:31Z\nat 04:11:09\n"), false, false },
    { "etc/x.conf", false, STR("on 2026-11-28\nat 11:58:20\n"), STR("on 2026-12-02\nat 11:58:21\n"),
      false, false },
    /* what something calls the time of the build is that, if the day fits */
    { "etc/x.conf", false, DAYS("Build-Date: ", "\n"), true, false },
    { "etc/x.conf", false, DAYS("generated on ", "\n"), true, false },
    { "etc/x.conf", false, DAYS("{\"lastModified\":\"", "\"}\n"), true, false },
    { "etc/x.conf", false, DAYS("POT-Creation-Date: ", " 08:00+0000\n"), true, false },
    { "etc/x.conf", false, STR("Build-Date: 1999-01-01\n"), STR("Build-Date: 2001-01-02\n"), false,
      false },
    { "etc/x.conf", false, STR("generated on 1999-01-01\n"), STR("generated on 2001-01-02\n"),
      false, false },
    { "etc/x.conf", false, STR("{\"built_at\":1700000000}"), STR("{\"built_at\":1700000001}"),
      false, false },
    { "etc/x.conf", false, STR("{\"built_at\":1795860000}"), STR("{\"built_at\":1796200000}"), true,
      false },
    /* what it lies below, or the head of its column, says something else */
    { "etc/x.yaml", false, DATES("valid:\n  at: ", "\n"), false, false },
    { "etc/x.yaml", false, DATES("valid:\n- at: ", "\n"), false, false },
    { "etc/x.yaml", false, DATES("valid:\n  x:\n    y: 1\n    at: ", "\n"), false, false },
    { "etc/x.yaml", false, DATES("valid:\n  x: 1\ny:\n  at: ", "\n"), true, false },
    { "etc/x.yaml", false, DATES("valid:\n  x: 1\nat: ", "\n"), true, false },
    { "etc/x.json", false, DATES("{\n  \"expires\": {\n    \"at\": \"", "\"\n  }\n}\n"), false,
      false },
    { "etc/x.json", false, DATES("{\"expires\":{\"by\":\"x\",\"at\":\"", "\"}}\n"), false, false },
    { "etc/x.json", false, DAYS("{\"expires\":[{\"by\":\"x\"},{\"built\":\"", "\"}]}\n"), false,
      false },
    { "etc/x.json", false, DAYS("{\"expires\":[{\"by\":\"x\"}],\"built\":\"", "\"}\n"), true,
      false },
    { "etc/x.xml", false, DATES("<a>\n <expires>\n  <at>", "</at>\n </expires>\n</a>\n"), false,
      false },
    { "etc/x.ini", false, DATES("[expiry]\nx=1\nat = ", "\n"), false, false },
    { "etc/x.ini", false, DATES("[expiry]\nx=1\n[y]\nat = ", "\n"), true, false },
    { "etc/x.csv", false, DATES("name,expires,note\na,", ",x\n"), false, false },
    { "etc/x.csv", false, DATES("name,note,expires\na,", ",x\n"), true, false },
    { "etc/x.tsv", false, DATES("name\tvalid until\na\t", "\n"), false, false },
    { "etc/x.txt", false, DATES("name  valid until  note\nabc   ", "  x\n"), false, false },
    { "etc/x.txt", false, DATES("name               expires\nabc   ", "\n"), false, false },
    { "etc/x.txt", false, DATES("name  note    valid until\nabc   ", "  x\n"), true, false },
    { "etc/x.txt", false, DATES("when it expires is above\n\n", "\n"), true, false },
    { "etc/x.conf", false, STR("max_size=1234567890\n"), STR("max_size=1234567891\n"), false,
      false },
    { "etc/x.conf", false, STR("max_size=1795867200\n"), STR("max_size=1796212800\n"), false,
      false },
    { "etc/x.conf", false, STR("n=1234567890\n"), STR("n=1234567891\n"), false, false },
#define SECONDS(before) STR(before "1795867160\n"), STR(before "1796212790\n")
    /* numbers that could be near times, and are users', versions or bounds; and times */
    { "etc/x.conf", false, SECONDS("uid="), false, false },
    { "etc/x.conf", false, SECONDS("user:"), false, false },
    { "etc/x.conf", false, SECONDS("exp: "), false, false },
    { "etc/x.conf", false, SECONDS("created_after="), false, false },
    { "etc/x.conf", false, SECONDS("modifiedBefore="), false, false },
    { "etc/x.conf", false, SECONDS("nextUpdate="), false, false },
    { "etc/x.conf", false, SECONDS("generation="), false, false },
    { "etc/x.conf", false, SECONDS("mtime="), true, false },
    { "etc/x.conf", false, SECONDS("commit_time="), true, false },
    { "etc/x.conf", false, STR("commit_time=1500000000\n"), STR("commit_time=1500000001\n"), false,
      false },
#undef SECONDS
    { "etc/x.conf", false, DATES("exclude-newer = ", "\n"), false, false },
    { "etc/x.conf", false, DATES("from: ", "\n"), false, false },
    { "etc/x.conf", false, DATES("generated from y on ", "\n"), true, false },
    { "etc/x.conf", false, DATES("channel=nightly-", "\n"), false, false },
    { "etc/x.conf", false, DATES("image: x:", "\n"), false, false },
    { "etc/x.conf", false, DATES("built:", "\n"), true, false },
    { "etc/x.conf", false, DATES("api-version: ", "\n"), false, false },
    { "etc/x.conf", false, DATES("x version 1.2 of ", "\n"), true, false },
    { "etc/x.conf", false, DAYS("OnCalendar=", " 11:58:20\n"), false, false },
    /* whole minutes are what people set */
    { "etc/x.conf", false, STR("at 11:58:00\n"), STR("at 06:29:00\n"), false, false },
    /* a name proves nothing: it may be one that is asked, or asked for */
    { "etc/x.conf", false, STR("build_host=a1\n"), STR("build_host=b2\n"), false, false },
    { "etc/x.conf", false, STR("buildHost=a1\n"), STR("buildHost=b2\n"), false, false },
    { "etc/x.conf", false, STR("buildkit_host=a1\n"), STR("buildkit_host=b2\n"), false, false },
    { "etc/x.conf", false, STR("docker_build_host=a1\n"), STR("docker_build_host=b2\n"), false,
      false },
    { "etc/x.conf", false, STR("builtin_user=a\n"), STR("builtin_user=b\n"), false, false },
    { "etc/x.conf", false, STR("jenkins_host=a1\n"), STR("jenkins_host=b2\n"), false, false },
    { "etc/x.conf", false, STR("build_number=1\n"), STR("build_number=2\n"), false, false },
    { "etc/x.conf", false, STR("min_build_number=1\n"), STR("min_build_number=2\n"), false, false },
    { "x.html", false, STR("main.c4ca4238.js\n"), STR("main.c81e728d.js\n"), false, false },
    { "etc/x.conf", false, STR("id 123e4567-e89b-12d3-a456-426614174000\n"),
      STR("id 00000000-e89b-12d3-a456-42661417400f\n"), false, false },
    { "etc/x.conf", false, STR("build 123e4567-e89b-12d3-a456-426614174000\n"),
      STR("build 00000000-e89b-12d3-a456-42661417400f\n"), false, false },
    { "x/MANIFEST.MF.txt", false, STR("Created-By: 11.0.1 (x)\n"), STR("Created-By: 17.0.1 (x)\n"),
      false, false },
    { "x.json", false, STR("{\"a\":-0.0,\"b\":1}"), STR("{\"b\":1,\"a\":0.0}"), false, false },
    { "x.json", false, STR("{\"a\":[0.1],\"b\":1}"), STR("{\"b\":1,\"a\":[0.10]}"), false, false },
    { "x.json", false, STR("{\"a\":1,\"b\":1}"), STR("{\"b\":1,\"a\":1,\"a\":1}"), false, false },
    { "x.json", false, STR("{\"a\":1,\"a\":1,\"b\":1}"), STR("{\"b\":1,\"b\":1,\"a\":1}"), false,
      false },
    { "x.json", false, STR("{\"a\":\"\\\":-1\",\"b\":[-2,1.5e3]}"),
      STR("{\"b\": [-2,1.5e3],\"a\":\"\\\":-1\"}"), true, false },
    { "etc/usr/share/doc/x", false, DATES("on ", "\n"), true, false },
    /* what a program serves is no path of a build, nor is it where it looks for libraries; what a
     * build notes is one, and so is what lies where only builds do */
    { "etc/nginx/a.conf", false, STR("root /srv/www/site;\n"), STR("root /tmp/evil/xx;\n"), false,
      false },
    { "srv/x.bin", false, STR("\0/srv/www/site;\0"), STR("\0/tmp/evil/xx00;\0"), false, false },
    { "usr/bin/x!/.dynstr", false, STR("\0/srv/x/lib\0"), STR("\0/tmp/evi/lib\0"), false, false },
    { "usr/lib/x.pc", false, STR("prefix=/srv/x-1/inst\n"), STR("prefix=/home/ci/inst\n"), false,
      false },
    { "srv/x.js.map", false, STR("[\"/srv/x-1/a.ts\"]\n"), STR("[\"/home/ci/a.ts\"]\n"), true,
      false },
    { "etc/x.conf", false, STR("from /build/x-1/x.c\n"), STR("from /builds/x/x.c\n"), false,
      false },
    { "etc/ld.so.preload", false, STR("/build/a/x.so\n"), STR("/build/b/x.so\n"), false, false },
    { "etc/sudoers.d/x", false, STR("x ALL=NOPASSWD: /build/a/x\n"),
      STR("x ALL=NOPASSWD: /build/b/x\n"), false, false },
    { "usr/lib/x.pth", false, STR("/build/a/lib\n"), STR("/build/b/lib\n"), false, false },
    { "usr/share/doc/x/log", false, STR("from /build/x-1/x.c\n"), STR("from /builds/x/x.c\n"), true,
      false },
    { "etc/x.conf", false, STR("root /build/public\n"), STR("root /build/secret\n"), false, false },
    { "usr/bin/x!/.rodata", false, STR("\0/build/x-1/x.c\0"), STR("\0/builds/x/x.c\0"), false,
      false },
    { "usr/bin/x!/.rodata", false, STR("\0/build/x/good\0"), STR("\0/build/x/evil\0"), false,
      false },
    { "usr/bin/x!/.rodata", false, STR("\0/srv/x/x.c\0"), STR("\0/tmp/x/x.c\0"), false, false },
    /* what only debuggers read */
    { DEBUGGING, false, STR("\0/srv/x\0"), STR("\0/tmp/x\0"), true, true },
    { DEBUGGING, false, STR("GCC /srv/xx/a.c\n"), STR("GCC /home/ci/a.c\n"), true, true },
  /* the source of compiled Python, by its name; a part of a string; what the code may open */
#define CODE "\xda\x08<module>r\3\0\0\0\1\0\0\0s"
    { "x/__pycache__/m.cpython-311.pyc", false, STR("\0\xfa\x0b/srv/x/m.py" CODE),
      STR("\0\xfa\x0e/home/u/x/m.py" CODE), true, false },
    { "x/m.pyc", false,
      STR("\xa7\r\r\n\0\0\0\0\1\0\0\0\2\0\0\0\xfa\x0b/srv/x/m.pyr\1\0\0\0\1\0\0\0s"),
      STR("\xa7\r\r\n\0\0\0\0\1\0\0\0\2\0\0\0\xfa\x0e/home/u/x/m.pyr\1\0\0\0\1\0\0\0s"), true,
      false },
    { "x/m.pyc", false, STR("\0u\x0b\0\0\0/srv/x/m.py" CODE),
      STR("\0u\x0e\0\0\0/home/u/x/m.py" CODE), true, false },
    { "x/m.pyc", false, STR("\0\xfa\x0c/srv/x/am.py" CODE), STR("\0\xfa\x0f/home/u/x/am.py" CODE),
      false, false },
    { "x/m.pyc", false, STR("\0\xfa\x0d/srv/x/m.pyrr" CODE), STR("\0\xfa\x10/home/u/x/m.pyrr" CODE),
      false, false },
    /* a constant of that name, before another one or at the end: something that the code opens */
    { "x/m.pyc", false, STR("\0\xfa\x0b/srv/x/m.pyN\xa9\2\xda\1x"),
      STR("\0\xfa\x0e/home/u/x/m.pyN\xa9\2\xda\1x"), false, false },
    { "x/m.pyc", false, STR("\0\xfa\x0b/srv/x/m.py\xda\1xN\xa9\2"),
      STR("\0\xfa\x0e/home/u/x/m.py\xda\1xN\xa9\2"), false, false },
    { "x/m.pyc", false, STR("\0\xfa\x0b/srv/x/m.py"), STR("\0\xfa\x0e/home/u/x/m.py"), false,
      false },
#undef CODE
    /* beside a path that is longer: a date, and one that rules something */
    { "x.js.map", false, STR("\0\x0b/srv/x/a.ts\0on 2026-11-28 11:58:20\0"),
      STR("\0\x0d/home/ci/a.ts\0on 2026-12-02 11:59:21\0"), true, false },
    { "x.js.map", false, STR("\0\x0b/srv/x/a.ts\0on 2026-11-28\0"),
      STR("\0\x0d/home/ci/a.ts\0on 2026-12-02\0"), false, false },
    { "x.js.map", false, STR("\0\x0b/srv/x/a.ts\0exp 2026-11-28\0"),
      STR("\0\x0d/home/ci/a.ts\0exp 2026-12-02\0"), false, false },
    /* what is run when a day has come, in a source or translated */
    { "x/m.pyc", false,
      STR("\0\xda\x0a"
          "2026-11-28N"),
      STR("\0\xda\x0a"
          "2026-12-02N"),
      false, false },
    { "x.class", false,
      STR("\0\0\x0a"
          "2026-11-28\0"),
      STR("\0\0\x0a"
          "2026-12-02\0"),
      false, false },
    { "etc/x.json", false, STR("{\"expires\":{\"at\":\"2026-11-28\"}}"),
      STR("{\"expires\":{\"at\":\"2026-12-02\"}}"), false, false },
    { "etc/x.json", false, STR("{\"exp\":[{\"time\":1795867200}]}"),
      STR("{\"exp\":[{\"time\":1796212800}]}"), false, false },
    { "x/m.pyc", false, STR("\0\xfa\x0b/srv/x/m.so"), STR("\0\xfa\x0e/home/u/x/m.so"), false,
      false },
    { "x.pickle", false, STR("\x80\4\x8c\x0b/srv/x/m.py"), STR("\x80\4\x8c\x0e/home/u/x/m.py"),
      false, false },
    { "etc/nginx/a.conf", false, STR("root /usr/src/app-1;\n"), STR("root /usr/src/app-2;\n"),
      false, false },
    { "srv/x.ini", false, STR("data=/workspace/one/db\n"), STR("data=/workspace/two/db\n"), false,
      false },
    { "srv/x.ini", false, STR("dir=/builds/x\n"), STR("dir=/go/src/x\n"), false, false },
    /* scripts and sources, by how they begin, by their mode, by their name */
    { "usr/share/doc/x/y", false, DATES("#!/bin/sh\n[ $(date +%F) = ", " ]\n"), false, false },
    { "usr/share/doc/x/y", true, DATES("on ", "\n"), false, false },
    { "srv/x.py", false, DATES("until = '", "'\n"), false, false },
    { "usr/share/doc/x/y.js", false, DATES("until = '", "'\n"), false, false },
    { "srv/Makefile", false, DATES("X = ", "\n"), false, false },
    { "etc/systemd/system/x.timer", false, STR("OnCalendar=03:15\n"), STR("OnCalendar=14:15\n"),
      false, false },
    { "srv/run", true, STR("t=1795867200\n"), STR("t=1796212800\n"), false, false },
    { "srv/run", true, STR("rm a\nmkdir a\n"), STR("mkdir a\nrm a\n"), false, false },
    /* whether the first of two lines counts hangs on who reads them */
    { "srv/acl", false, STR("allow a\ndeny b\n"), STR("deny b\nallow a\n"), false, false },
    { "usr/lib/pam.d/su", false, STR("auth sufficient a\nauth required b\n"),
      STR("auth required b\nauth sufficient a\n"), false, false },
    { "srv/x.pth", false, STR("/opt/a\n/opt/b\n"), STR("/opt/b\n/opt/a\n"), false, false },
    { "srv/SHA1SUMS", false, STR(HASH_A "  a\n" HASH_B " *b\n"), STR(HASH_B " *b\n" HASH_A "  a\n"),
      true, false },
    { "srv/SHA1SUMS", false, STR(HASH_A "  a\n" HASH_B " b\n"), STR(HASH_B " b\n" HASH_A "  a\n"),
      false, false },
    { "lib/x.dist-info/RECORD", false, STR("a,sha256=x,1\nb,sha256=y,2\n"),
      STR("b,sha256=y,2\na,sha256=x,1\n"), true, false },
    /* of two sums of one file either may be the one that counts */
    { "lib/x.dist-info/RECORD", false, STR("a,sha256=x,1\na,sha256=y,2\n"),
      STR("a,sha256=y,2\na,sha256=x,1\n"), false, false },
    { "lib/x.dist-info/RECORD", false, STR("\"a,b\",x,1\n\"a,c\",y,2\n"),
      STR("\"a,c\",y,2\n\"a,b\",x,1\n"), true, false },
    { "srv/SHA1SUMS", false, STR(HASH_A "  a\n" HASH_B " *a\n"), STR(HASH_B " *a\n" HASH_A "  a\n"),
      false, false },
    { "lib/x.dist-info/entry_points.txt", false, STR("a,sha256=x,1\nb,sha256=y,2\n"),
      STR("b,sha256=y,2\na,sha256=x,1\n"), false, false },
    { "usr/share/doc/x/y", false, STR("b\na\n"), STR("a\nb\n"), true, false },
    { "usr/share/doc/x/y", false, STR("t=1795867200\n"), STR("t=1796212800\n"), true, true },
    /* what is pinned: digests, versions that look like dates, snapshots */
    { "srv/x.lock", false, STR("sha1:" HASH_A "\n"), STR("sha1:" HASH_B "\n"), false, false },
    { "srv/Dockerfile", false, STR("FROM x@sha256:" HASH_A HASH_A "\n"),
      STR("FROM x@sha256:" HASH_A HASH_B "\n"), false, false },
    { "usr/share/doc/x/y", false, STR("sum " HASH_A "\n"), STR("sum " HASH_B "\n"), false, false },
    { "srv/requirements.txt", false, STR("certifi==2023.7.22\n"), STR("certifi==2023.11.17\n"),
      false, false },
    { "srv/x.lock", false, STR("ca-certificates_20230311\n"), STR("ca-certificates_20240203\n"),
      false, false },
    { "etc/apt/sources.list", false, STR("deb http://h/debian/20261128T141505Z/ x\n"),
      STR("deb http://h/debian/20261202T141505Z/ x\n"), false, false },
    /* names that say nothing of a build */
    { "etc/x", false, STR("user = root\n"), STR("user = www\n"), false, false },
    { "etc/x", false, STR("host = db\n"), STR("host = db2\n"), false, false },
    { "etc/x", false, STR("port_number = 80\n"), STR("port_number = 81\n"), false, false },
    { "etc/x", false, STR("BUILD_HOST=a\n"), STR("BUILD_HOST=b\n"), false, false },
    { "etc/x", false, STR("image_id: " HASH_A "\n"), STR("image_id: " HASH_B "\n"), false, false },
    /* which of a package's files is taken hangs on the order (Node, "Conditional exports") */
    { "package.json", false, STR("{\"exports\":{\"import\":\"./a\",\"default\":\"./b\"}}"),
      STR("{\"exports\":{\"default\":\"./b\",\"import\":\"./a\"}}"), false, false },
    { "x.json", false, STR("{\"exports\":{\"import\":\"./a\",\"default\":\"./b\"}}"),
      STR("{\"exports\":{\"default\":\"./b\",\"import\":\"./a\"}}"), true, false },
  };

  size_t failed = 0;

  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    const struct content_file file = { .path = str_of(rows[i].path),
                                       .executable = rows[i].executable,
                                       .debugging = strcmp(rows[i].path, DEBUGGING) == 0,
                                       .changed = {
                                           { 1795867200 },
                                           { 1796212800 } } /* 2026-11-28, 2026-12-02, 12:00 */ };
    struct arena arena = ARENA_INIT;
    struct content_evidence found;
    bool proven;
    bool harmless;

    content_look((const struct str[2]) { rows[i].a, rows[i].b }, &file, &arena, &found);
    proven = found.n && !found.left;
    harmless = true;
    for (size_t j = 0; j < found.n; j++) {
      proven = proven && !found.found[j].assumed;
      harmless = harmless && !found.found[j].acts &&
                 cause_is_harmless(cause_named(str_of(found.found[j].id)));
    }
    if (proven != rows[i].proven || (proven && harmless) != rows[i].harmless) {
      print_error("%s, \"%.*s\": proven %d, harmless %d, cause %s\n", rows[i].path,
                  STR_ARGS(rows[i].b), proven, proven && harmless,
                  found.n ? found.found[0].id : "-");
      failed++;
    }
    arena_release(&arena);
  }
  assert_int_equal(failed, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(strengths) };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
