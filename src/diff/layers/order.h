/* Whether the order of a layer's entries may mean something. Private to src/diff. */
#ifndef DIFFOCI_DIFF_LAYERS_ORDER_H
#define DIFFOCI_DIFF_LAYERS_ORDER_H

#include "diff/layers/names.h"

/* False only if each of the two layers comes to the same with its entries in the other one's order,
 * whichever engine unpacks it (layer/overlay/overlay.h). In each:
 * - no path stands twice, however it is spelled, a whiteout counting as the path that it removes;
 * - nothing lies below what is no directory, and nothing in a directory that an opaque marker
 *   empties;
 * - a directory's entry stands before what lies below it: one that an entry implies may take a
 *   group from above and attributes from lower layers;
 * - a hard link's target is a regular file of the layer, which stands before it; several hard links
 *   give the file the same mode, owner and xattrs;
 * - but in the lowest layer, no directory is only implied: where layers are unpacked upon each
 *   other, a link of a lower one may lead from there to other paths of this one;
 * - there is nothing that engines do not unpack, a PAX global header among it, no name with "..",
 *   none of AUFS.
 * True where the names were forgotten. lowest: nothing lies below the layers. memory: for sorting;
 * NULL: no limit. */
bool order_counts(struct names *names, bool lowest, struct budget *memory);

#endif
