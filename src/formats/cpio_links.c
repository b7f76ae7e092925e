#include "formats/cpio_links.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "formats/record.h"

void cpio_links_release(struct cpio_links *links)
{
  free(links->items);
  *links = (struct cpio_links) { 0 };
}

void cpio_links_add(struct cpio_links *links, struct cpio_link link)
{
  links->items = xgrow(links->items, links->n, &links->cap, sizeof(*links->items));
  links->items[links->n++] = link;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
  return (a > b) - (a < b);
}

static int cpio_links_compare(const struct cpio_link *a, const struct cpio_link *b)
{
  int order = compare_numbers(a->inode, b->inode);

  order = order ? order : compare_numbers(a->device, b->device);
  return order ? order : compare_numbers(a->device_minor, b->device_minor);
}

static int by_file(const void *a, const void *b)
{
  const struct cpio_link *x = a;
  const struct cpio_link *y = b;
  const int order = cpio_links_compare(x, y);

  return order ? order : compare_numbers(x->member, y->member);
}

/* newc has the content once, odc with each name; where there is another, BusyBox makes another
 * file. */
static int cpio_links_join(struct format_parts *parts, struct format_member *first,
                           struct format_member *other, struct error *err)
{
  const struct str content = other->content.stored;

  if (content.len && first->content.stored.len && !str_equal(content, first->content.stored))
    return error_set(err, ERROR_UNSUPPORTED, "\"%.*s\" in it is a hard link with another content",
                     STR_ARGS(other->entry.name));
  if (content.len && first->content.stored.len)
    format_add_record(parts, other, TAR_RECORD_OF_MEMBER "cpio.content", STR("again"));
  if (content.len) {
    first->content = other->content;
    first->entry.size = other->entry.size;
  }
  other->content = (struct format_content) { 0 };
  other->entry.type = TAR_LINK;
  other->entry.size = 0;
  other->entry.link_name = first->entry.name;
  return 0;
}

int cpio_links_resolve(struct cpio_links *links, struct format_parts *parts, struct error *err)
{
  size_t first = 0;

  if (links->n)
    qsort(links->items, links->n, sizeof(*links->items), by_file);
  for (size_t i = 1; i < links->n; i++) {
    /* BusyBox goes by the inode alone. */
    if (links->items[first].inode == links->items[i].inode &&
        cpio_links_compare(&links->items[first], &links->items[i]) != 0)
      return error_set(err, ERROR_UNSUPPORTED, "\"%.*s\" in it has the inode of another device's",
                       STR_ARGS(parts->members[links->items[i].member].entry.name));
    if (links->items[first].inode != links->items[i].inode)
      first = i;
    else if (cpio_links_join(parts, &parts->members[links->items[first].member],
                             &parts->members[links->items[i].member], err))
      return -1;
  }
  return 0;
}
