/* What programs that do not go by a zip's directory see of it: some read it as a stream, from its
 * beginning, and some take members in place, out of the file. To them the order, and whether a
 * member is stored or compressed, mean something. Private to formats/zip*.c. */
#ifndef DIFFOCI_FORMATS_ZIP_READERS_H
#define DIFFOCI_FORMATS_ZIP_READERS_H

#include "formats/format.h"
#include "formats/zip_record.h"

/* The two members that lie first in the file. */
struct zip_firsts {
  struct zip_record records[2];
  size_t n;
};

void zip_firsts_add(struct zip_firsts *firsts, const struct zip_record *record);

/* Adds fields that count, and in an Android package the record "zip.stored" of members:
 * - "manifest": whether META-INF/MANIFEST.MF lies first, or behind META-INF/ alone, where Java's
 *   JarInputStream takes it for the manifest; nothing where there is none.
 * - "content types": that [Content_Types].xml lies first, by which file(1) knows Office's files.
 * - "mimetype": that a member of this name lies first, stored, as programs that look at a file's
 *   beginning need it (EPUB Open Container Format 3.3, 4.2.4; OpenDocument 1.3, part 2, 3.3). */
MUST_CHECK int zip_add_firsts(struct format_parts *parts, const struct zip_firsts *firsts,
                              struct error *err);

/* Gives each member that lies at another place among the others than the directory has it a record
 * "zip.place" that tells which: who reads from a pipe unpacks them as they lie, so that of a link
 * and what lies below it the one or the other comes first. To be called once all are known. 0/-1.
 */
MUST_CHECK int zip_mark_places(struct format_parts *parts, struct error *err);

/* How a member lies in the file if programs take it from there, else NULL: "stored" for an archive
 * in the archive (Spring Boot's loader opens no other), and to what a library, or Android's code
 * (dex, useEmbeddedDex) or table of resources is aligned, which are mapped (zipalign). data: where
 * its content begins. */
const char *zip_in_place(const struct format_parts *parts, const struct zip_record *record,
                         uint64_t data);

#endif
