/* A network within the process, for fuzz targets: whoever looks up a host or connects to one over
 * TCP meets a server that is a function. No packet leaves the process, whatever host is asked for,
 * and no time passes in pauses. The functions of the C library that this takes are replaced in the
 * program that is linked with this. */
#ifndef DIFFOCI_TESTS_FAKE_NET_H
#define DIFFOCI_TESTS_FAKE_NET_H

#include <sys/socket.h>

#include "base/buf.h"

struct fake_request {
  const struct sockaddr *address; /* that was connected to */
  struct str bytes;               /* all of an HTTP request; of TLS what the client said first */
  bool is_tls;
};

/* Appends to out what the server says. Returns whether the connection stays open after it. Called
 * from the thread that sends, one request at a time. */
typedef bool (*fake_answer)(void *context, const struct fake_request *request, struct buf *out);

/* From now on the network is this one. A host's name says by its beginning what
 * it stands for: "link" a link-local address, "inner" a private one, "six" a link-local one of
 * IPv6, "none" nothing; all other names a public one. Port 1 refuses connections. */
void fake_net_begin(fake_answer answer, void *context);
/* Forgets all connections. What is looked up or connected to from now on is not there. */
void fake_net_end(void);

#endif
