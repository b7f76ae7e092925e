/* Paragraphs of files such as dpkg's status. Private to policy/. */
#ifndef DIFFOCI_POLICY_PARAGRAPHS_H
#define DIFFOCI_POLICY_PARAGRAPHS_H

#include <stdbool.h>

#include "base/str.h"

/* Whether two contents have the same paragraphs (deb822(5)) in another order that means nothing:
 * each is about one package, which its field Package names, once, in whatever spelling dpkg takes;
 * and those about one package, of which readers of dpkg's status take the last, stand in the same
 * order. False where a paragraph does not say what it is about. */
bool same_paragraphs(const struct str content[2]);

#endif
