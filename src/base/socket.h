/* Bytes and descriptors over Unix sockets between processes of ours. An end that is closed is never
 * a signal. */
#ifndef DIFFOCI_BASE_SOCKET_H
#define DIFFOCI_BASE_SOCKET_H

#include <stddef.h>
#include <sys/types.h>

/* Sends or receives exactly so many bytes: 1; -1 with errno, or, of receiving, 0 where the other
 * end is closed. */
int socket_send(int socket, const void *bytes, size_t len);
int socket_receive(int socket, void *bytes, size_t len);
/* One whole message of a socket whose messages are whole (SOCK_SEQPACKET): as send(2) with
 * MSG_NOSIGNAL and recv(2) with these flags, but never EINTR. What the other end sent before it was
 * closed is received: the kernel may tell of the end, or that the other end left something unread
 * (ECONNRESET), before a message that it sent in that moment. */
ssize_t socket_send_message(int socket, const void *bytes, size_t len);
ssize_t socket_receive_message(int socket, void *bytes, size_t len, int flags);
/* One message of a socket, which may be a part of the bytes, with a descriptor if fd >= 0: as
 * sendmsg(2). */
ssize_t socket_send_with(int socket, const void *bytes, size_t len, int fd);
/* As recvmsg(2). *fd: the descriptor that came with it, or -1. */
ssize_t socket_receive_with(int socket, void *bytes, size_t len, int *fd);
/* One byte and a descriptor: 0, or -1 with errno. */
int socket_send_fd(int socket, int fd);
/* The descriptor, or -1 with errno. */
int socket_receive_fd(int socket);

#endif
