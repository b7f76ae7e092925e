/* WWW-Authenticate, the heads of responses and the answers of token servers. */
#include <stdlib.h>

#include "net/auth/auth_token.h"
#include "net/http/curl_api.h"
#include "net/http/http_transfer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void heads(struct str text)
{
  struct transfer_head head = { .length = -1, .range_start = -1 };

  while (text.len) {
    const char *end = memchr(text.ptr, '\n', text.len);
    size_t len = end ? (size_t)(end + 1 - text.ptr) : text.len;

    transfer_head_line(&head, (struct str) { text.ptr, len });
    text = str_skip(text, len);
  }
  if (head.length < -1 || head.range_start < -1 || head.n_challenges > HTTP_MAX_CHALLENGES)
    abort();
  transfer_head_release(&head);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct str text = { (const char *)data, size };
  struct challenge_list list = { 0 };
  struct token token = { 0 };
  struct error err;

  if (curl_load(&err) < 0) /* it parses dates */
    abort();
  if (challenges_parse(&list, text, &err) < 0 && err.code != ERROR_CORRUPT)
    abort();
  for (size_t i = 0; i < list.n; i++) {
    if (!list.items[i].scheme || !*list.items[i].scheme)
      abort();
  }
  challenges_release(&list);
  if (token_parse(text, &token, &err) == 0 && (strpbrk(token.text, "\r\n ") || !token.seconds))
    abort();
  token_release(&token);
  heads(text);
  return 0;
}
