#include <string.h>

#include "base/inflate_codec.h"

int inflate_input_need(struct inflate_input *input, size_t want, struct error *err)
{
  while (inflate_input_left(input) < want && !input->end) {
    ssize_t n;

    if (input->pos) {
      memmove(input->bytes, input->bytes + input->pos, inflate_input_left(input));
      input->passed += input->pos;
      input->len -= input->pos;
      input->pos = 0;
    }
    n = stream_read(input->inner, input->bytes + input->len, sizeof(input->bytes) - input->len,
                    err);
    if (n < 0)
      return -1;
    input->end = n == 0;
    input->len += (size_t)n;
  }
  return 0;
}
