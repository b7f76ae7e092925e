/* net/url and the heads of responses (net/http_head), against RFC 3986 and RFC 9110. What a whole
 * exchange does is tested in tests/registry. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "net/http/http_transfer.h"
#include "net/http/link.h"
#include "net/url.h"

static void test_parse(void **state)
{
  static const struct {
    const char *base, *location, *text; /* text NULL: refused */
    const char *host;
    unsigned port;
    bool https;
  } samples[] = {
    { NULL, "https://x.io/v2/", "https://x.io/v2/", "x.io", 443, true },
    { NULL, "http://X.io", "http://X.io/", "x.io", 80, false },
    { NULL, "http://x.io:5000/a?b#c", "http://x.io:5000/a?b", "x.io", 5000, false },
    { NULL, "https://user:secret@x.io/", "https://x.io/", "x.io", 443, true },
    { NULL, "http://[::1]:5000/", "http://[::1]:5000/", "::1", 5000, false },
    { "https://x.io/a/b?c", "/d", "https://x.io/d", "x.io", 443, true },
    { "https://x.io/a/b?c", "d?e", "https://x.io/a/d?e", "x.io", 443, true },
    { "https://x.io/a/b", "//y.io/c", "https://y.io/c", "y.io", 443, true },
    { "https://x.io/a/b", "http://y.io/c", "http://y.io/c", "y.io", 80, false },
    { NULL, "https://%31%32%37.1/", "https://127.0.0.1/", "127.0.0.1", 443, true },
    { NULL, "ftp://x.io/", NULL, NULL, 0, false },
    { NULL, "http://0%7f.0/", NULL, NULL, 0, false },
    { NULL, "http://x%01.io/", NULL, NULL, 0, false },
    { NULL, "http://x%00.io/", NULL, NULL, 0, false },
    { NULL, "http://x%2fy.io/", NULL, NULL, 0, false },
    { NULL, "http://x%40y.io/", NULL, NULL, 0, false },
    { "https://x.io/", "//y%1b.io/", NULL, NULL, 0, false },
    { NULL, "file:///etc/passwd", NULL, NULL, 0, false },
    { NULL, "/relative", NULL, NULL, 0, false },
    { NULL, "", NULL, NULL, 0, false },
    { NULL, "http://x.io:0/", NULL, NULL, 0, false },
    { NULL, "http://x.io:65536/", NULL, NULL, 0, false },
    { "https://x.io/", "file:///etc/passwd", NULL, NULL, 0, false },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
    struct url url = { 0 };
    struct error err;
    int result = url_parse(&url, samples[i].base, samples[i].location, &err);

    if (result != (samples[i].text ? 0 : -1))
      fail_msg("%s", samples[i].location);
    if (samples[i].text) {
      assert_string_equal(url.text, samples[i].text);
      assert_string_equal(url.host, samples[i].host);
      assert_int_equal(url.port, samples[i].port);
      assert_int_equal(url.https, samples[i].https);
    }
    url_release(&url);
  }
}

/* RFC 8288, section 3. */
static void test_link(void **state)
{
  static const struct {
    const char *value, *next;
  } rows[] = {
    { "</v2/a/referrers/x?n=2&last=y>; rel=\"next\"", "/v2/a/referrers/x?n=2&last=y" },
    { "<https://x.io/a>;rel=next", "https://x.io/a" },
    { "<a>; rel=\"prev\", <b>; rel=\"next\"", "b" },
    { "<a>; rel=\"start NEXT\"", "a" },
    { "<a>; title=\"x, <y>; rel=next\"; rel=\"prev\", <b>; Rel = next ; x", "b" },
    { "<a>; rel=prev; rel=next", NULL }, /* the first counts */
    { "<a>;; rel=next", "a" },
    { ", <a>; rel=next", "a" },
    { "<a>; rel=nextone", NULL },
    { "<a>", NULL },
    { "a; rel=next", NULL },
    { "<a; rel=next", NULL },
    { "<a> rel=next", NULL },
    { "<a>; rel=\"next", NULL },
    { "<>; rel=next", "" },
    { "", NULL },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    AUTO_FREE char *next = link_next(str_of(rows[i].value));

    if (!next != !rows[i].next || (next && strcmp(next, rows[i].next) != 0))
      fail_msg("%s: %s", rows[i].value, next ? next : "(none)");
  }
}

static void test_origin(void **state)
{
  static const struct {
    const char *a, *b;
    bool same;
  } samples[] = {
    { "https://x.io/a", "https://X.io:443/b?c", true },
    { "https://x.io/", "http://x.io/", false },
    { "https://x.io/", "http://x.io:443/", false },
    { "https://x.io/", "https://x.io:444/", false },
    { "https://x.io/", "https://y.x.io/", false },
    { "http://[::1]/", "http://[::1]:80/", true },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
    struct url a;
    struct url b;
    struct error err;

    assert_int_equal(url_parse(&a, NULL, samples[i].a, &err), 0);
    assert_int_equal(url_parse(&b, NULL, samples[i].b, &err), 0);
    assert_int_equal(url_same_origin(&a, &b), samples[i].same);
    url_release(&a);
    url_release(&b);
  }
}

static void test_display(void **state)
{
  static const char *const samples[][2] = {
    { "https://x.io/a?signature=secret", "https://x.io/a" },
    { "https://user:secret@x.io/a@b?c", "https://x.io/a@b" },
    { "https://x.io/a@b", "https://x.io/a@b" },
    { "https://x.io#x", "https://x.io" },
    { "https://user:secret@x.io", "https://x.io" },
    { "https://x.io?u@v", "https://x.io" },
    { "nonsense", "nonsense" },
    { "", "" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
    char *shown = url_display(samples[i][0]);

    assert_string_equal(shown, samples[i][1]);
    free(shown);
  }
}

static void test_encode(void **state)
{
  char *encoded = url_encode(STR("repository:a/b-_.~:pull,x y\xff&=%+"));

  (void)state;
  assert_string_equal(encoded, "repository%3Aa%2Fb-_.~%3Apull%2Cx%20y%FF%26%3D%25%2B");
  free(encoded);
}

static void test_loopback(void **state)
{
  static const char *const yes[] = { "localhost",   "LOCALHOST", "a.localhost", "127.0.0.1",
                                     "127.255.0.3", "::1",       "[::1]" };
  static const char *const no[] = { "localhost.x.io", "127.0.0.1.x.io", "127.0.0.256",
                                    "127.1",          "128.0.0.1",      "::2",
                                    "xlocalhost",     "127.0.0.1.1",    "" };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(yes); i++)
    assert_true(host_is_loopback(yes[i]));
  for (size_t i = 0; i < ARRAY_LEN(no); i++)
    assert_false(host_is_loopback(no[i]));
}

static struct transfer_head head_of(const char *const *lines)
{
  struct transfer_head head = { .length = -1, .range_start = -1 };

  for (; *lines; lines++)
    transfer_head_line(&head, str_of(*lines));
  return head;
}

static void test_head(void **state)
{
  static const char *const lines[] = { "HTTP/1.1 100 Continue\r\n",
                                       "Location: /early\r\n",
                                       "HTTP/1.1 206 Partial Content\r\n",
                                       "content-LENGTH:  12 \r\n",
                                       "Content-Type: text/plain; charset=utf-8\r\n",
                                       "Docker-Content-Digest: sha256:x\r\n",
                                       "ETag: \"a\"\r\n",
                                       "Content-Range: bytes 100-111/112\r\n",
                                       "Retry-After: 7\r\n",
                                       "WWW-Authenticate: Basic\r\n",
                                       "www-authenticate: Bearer\r\n",
                                       "no colon\r\n",
                                       NULL };
  struct transfer_head head = head_of(lines);

  (void)state;
  assert_int_equal(head.status, 206);
  assert_int_equal(head.length, 12);
  assert_int_equal(head.range_start, 100);
  assert_int_equal(head.retry_after, 7);
  assert_true(head.framed);
  assert_string_equal(head.content_type, "text/plain; charset=utf-8");
  assert_string_equal(head.content_digest, "sha256:x");
  assert_string_equal(head.etag, "\"a\"");
  assert_null(head.location);
  assert_int_equal(head.n_challenges, 2);
  assert_string_equal(head.challenges[1], "Bearer");
  transfer_head_release(&head);
}

static void test_odd_heads(void **state)
{
  static const char *const odd[] = { "HTTP/1.0 200\r\n", "Content-Length: -1\r\n",
                                     "Content-Range: bytes */100\r\n", "Retry-After: soon\r\n",
                                     NULL };
  static const char *const huge[] = { "HTTP/1.0 999999 x\r\n",
                                      "Content-Length: 99999999999999999999\r\n",
                                      "Content-Range: bytes 99999999999999999999-/1\r\n",
                                      "Retry-After: 99999999999999999999\r\n", NULL };
  static const char *const second[] = { "HTTP/2 200\r\n", "content-range: items 1-2/3\r\n",
                                        "retry-after: Thu, 01 Jan 1970 00:00:00 GMT\r\n", NULL };
  struct transfer_head head = head_of(odd);

  (void)state;
  assert_int_equal(head.status, 200);
  assert_int_equal(head.length, -1);
  assert_int_equal(head.range_start, -1);
  assert_int_equal(head.retry_after, 0);
  assert_false(head.framed);
  transfer_head_release(&head);
  head = head_of(huge);
  assert_int_equal(head.length, -1);
  assert_int_equal(head.range_start, -1);
  assert_int_equal(head.retry_after, 24 * 3600);
  transfer_head_release(&head);
  head = head_of(second);
  assert_true(head.framed);
  assert_int_equal(head.range_start, -1);
  assert_int_equal(head.retry_after, 0);
  transfer_head_release(&head);
}

static void test_retry_date(void **state)
{
  struct transfer_head head = { 0 };
  time_t when = time(NULL) + 100;
  struct tm utc;
  char line[100];

  (void)state;
  gmtime_r(&when, &utc);
  strftime(line, sizeof(line), "Retry-After: %a, %d %b %Y %H:%M:%S GMT\r\n", &utc);
  transfer_head_line(&head, str_of(line));
  assert_in_range(head.retry_after, 90, 100);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_parse),      cmocka_unit_test(test_link),
    cmocka_unit_test(test_origin),     cmocka_unit_test(test_display),
    cmocka_unit_test(test_encode),     cmocka_unit_test(test_loopback),
    cmocka_unit_test(test_head),       cmocka_unit_test(test_odd_heads),
    cmocka_unit_test(test_retry_date),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
