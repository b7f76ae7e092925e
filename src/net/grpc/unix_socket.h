/* Connections to Unix sockets. */
#ifndef DIFFOCI_NET_GRPC_UNIX_SOCKET_H
#define DIFFOCI_NET_GRPC_UNIX_SOCKET_H

#include <stdint.h>

#include "base/error.h"
#include "base/starter.h"

/* Until the socket can be read (POLLIN) or written (POLLOUT), or the deadline (of clock_ms).
 * Returns what it can; -1: ERROR_TIMEOUT, or what poll says. */
MUST_CHECK int socket_wait(int fd, int events, int64_t deadline, struct error *err);

/* A connected, non-blocking stream socket. The path must be absolute and at most 107 bytes long
 * (ERROR_USAGE). ERROR_NOT_FOUND: nothing is there; ERROR_PERMISSION; ERROR_NETWORK: nobody
 * listens; ERROR_TIMEOUT: nobody took the connection in time. Errors name the path. */
MUST_CHECK int unix_connect(const char *path, unsigned timeout_ms, struct error *err);
/* Tells who will connect for a process that may not any more: then unix_connect asks for it. The
 * path is borrowed until the starter has begun. */
void unix_connect_allow(const char *path, struct starter *starter);

#endif
