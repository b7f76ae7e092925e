/* Public keys of OpenSSH, which ssh-keygen writes beside the private ones. Private to evidence/. */
#ifndef DIFFOCI_EVIDENCE_PUBLIC_KEY_H
#define DIFFOCI_EVIDENCE_PUBLIC_KEY_H

#include "evidence/content.h"

/* Whether both contents are nothing but a public key of one kind (sshd(8), "AUTHORIZED_KEYS FILE
 * FORMAT", without options), in a file that is called as ssh-keygen calls them ("…_key.pub",
 * "id_….pub"): then the cause generated-key is assumed, as it is of the private key. The comment is
 * made with the key; it may differ in the host alone, which is told. Lists of keys that are let in
 * have other names. */
bool public_key_look(const struct str content[2], const struct content_file *file,
                     struct arena *arena, struct content_evidence *out);

#endif
