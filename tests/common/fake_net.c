#include "fake_net.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
  CONNECTIONS = 1024,
  REQUEST_MAX = 64 * 1024,
  ANSWER_MAX = 1024 * 1024,
  TLS_HANDSHAKE = 0x16
};

/* The names that the linker knows these by: the C library's functions are replaced in this program.
 */
int fake_getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                     struct addrinfo **out) __asm__("getaddrinfo");
int fake_connect(int fd, const struct sockaddr *address, socklen_t len) __asm__("connect");
ssize_t fake_send(int fd, const void *bytes, size_t len, int flags) __asm__("send");
int fake_nanosleep(const struct timespec *rest, struct timespec *left) __asm__("nanosleep");

struct connection {
  int peer; /* the server's end; 0: there is none */
  struct sockaddr_storage address;
  struct buf request;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct connection connections[CONNECTIONS]; /* by the client's descriptor */
static fake_answer answering;                      /* NULL: the network is the real one */
static void *answer_context;
static bool is_shut; /* it was once another: the real one is never reached again */

static void forget(struct connection *connection)
{
  if (connection->peer > 0)
    close(connection->peer);
  buf_release(&connection->request);
  *connection = (struct connection) { 0 };
}

/* What libraries call is ours: else they would reach the real network. */
static void check_replaced(void)
{
  static const struct {
    const char *name;
    void *ours;
  } functions[] = {
    { "getaddrinfo", (void *)fake_getaddrinfo },
    { "connect", (void *)fake_connect },
    { "send", (void *)fake_send },
  };

  for (size_t i = 0; i < ARRAY_LEN(functions); i++)
    if (dlsym(RTLD_DEFAULT, functions[i].name) != functions[i].ours)
      abort();
}

void fake_net_begin(fake_answer answer, void *context)
{
  check_replaced();
  pthread_mutex_lock(&lock);
  answering = answer;
  answer_context = context;
  is_shut = true;
  pthread_mutex_unlock(&lock);
}

void fake_net_end(void)
{
  pthread_mutex_lock(&lock);
  answering = NULL;
  for (size_t i = 0; i < CONNECTIONS; i++)
    forget(&connections[i]);
  pthread_mutex_unlock(&lock);
}

static bool is_real(void)
{
  bool result;

  pthread_mutex_lock(&lock);
  result = !is_shut;
  pthread_mutex_unlock(&lock);
  return result;
}

static const char *address_of(const char *host)
{
  static const char *const special[][2] = {
    { "link", "169.254.169.254" },
    { "inner", "10.1.2.3" },
    { "six", "fe80::1" },
  };

  for (size_t i = 0; i < ARRAY_LEN(special); i++)
    if (strncasecmp(host, special[i][0], strlen(special[i][0])) == 0)
      return special[i][1];
  return strncasecmp(host, "none", 4) == 0 ? NULL : "198.51.100.7";
}

/* The C library's own, of addresses in digits: it asks nobody. */
int fake_getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                     struct addrinfo **out)
{
  static int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
  struct addrinfo numeric = hints ? *hints : (struct addrinfo) { 0 };

  if (!real)
    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
  if (!is_real()) {
    name = name ? address_of(name) : NULL;
    if (!name)
      return EAI_NONAME;
    numeric.ai_family = AF_UNSPEC;
    numeric.ai_flags |= AI_NUMERICHOST;
  }
  return real(name, service, &numeric, out);
}

static unsigned port_of(const struct sockaddr *address)
{
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;

  if (address->sa_family == AF_INET) {
    memcpy(&v4, address, sizeof(v4));
    return ntohs(v4.sin_port);
  }
  memcpy(&v6, address, sizeof(v6));
  return ntohs(v6.sin6_port);
}

/* Puts one end of a pair in the place of the socket. */
static void join(int fd, const struct sockaddr *address, socklen_t len)
{
  int pair[2];
  int room = ANSWER_MAX;

  if (fd >= CONNECTIONS ||
      socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
    abort();
  if (dup3(pair[0], fd, O_CLOEXEC) < 0)
    abort();
  close(pair[0]);
  setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
  forget(&connections[fd]);
  connections[fd].peer = pair[1];
  memcpy(&connections[fd].address, address, MIN_OF((size_t)len, sizeof(connections[fd].address)));
  connections[fd].request = BUF_INIT(REQUEST_MAX);
}

int fake_connect(int fd, const struct sockaddr *address, socklen_t len)
{
  bool refused = false;

  if (is_real() || (address->sa_family != AF_INET && address->sa_family != AF_INET6))
    return (int)syscall(SYS_connect, fd, address, len);
  pthread_mutex_lock(&lock);
  refused = !answering || port_of(address) == 1;
  if (!refused)
    join(fd, address, len);
  pthread_mutex_unlock(&lock);
  errno = refused ? ECONNREFUSED : 0;
  return refused ? -1 : 0;
}

/* Whether a request is there to its end. */
static bool is_whole(struct str request)
{
  const char *end = request.ptr ? memmem(request.ptr, request.len, "\r\n\r\n", 4) : NULL;
  const char *length;
  size_t body;

  if (!end)
    return false;
  length = memmem(request.ptr, (size_t)(end - request.ptr), "Content-Length: ", 16);
  body = length ? strtoul(length + 16, NULL, 10) : 0;
  return (size_t)(request.ptr + request.len - end) >= 4 + body;
}

/* Called with the lock held. What does not go into the socket at once is cut off. */
static void serve(struct connection *connection, bool is_tls)
{
  const struct fake_request request = { (const struct sockaddr *)&connection->address,
                                        buf_str(&connection->request), is_tls };
  AUTO_BUF out = BUF_INIT(ANSWER_MAX);
  bool stays = answering(answer_context, &request, &out);

  if (out.len && syscall(SYS_sendto, connection->peer, out.ptr, out.len, MSG_NOSIGNAL, NULL, 0) !=
                     (long)out.len)
    stays = false;
  if (!stays)
    shutdown(connection->peer, SHUT_WR);
  buf_clear(&connection->request);
}

ssize_t fake_send(int fd, const void *bytes, size_t len, int flags)
{
  struct connection *connection;
  bool is_ours;

  pthread_mutex_lock(&lock);
  connection = fd >= 0 && fd < CONNECTIONS && answering ? &connections[fd] : NULL;
  is_ours = connection && connection->peer > 0;
  if (is_ours) {
    bool is_tls = len && !connection->request.len && *(const unsigned char *)bytes == TLS_HANDSHAKE;

    buf_add(&connection->request, bytes, len);
    if (is_tls || is_whole(buf_str(&connection->request)))
      serve(connection, is_tls);
  }
  pthread_mutex_unlock(&lock);
  return is_ours ? (ssize_t)len : (ssize_t)syscall(SYS_sendto, fd, bytes, len, flags, NULL, 0);
}

/* Pauses before further attempts. */
int fake_nanosleep(const struct timespec *rest, struct timespec *left)
{
  return is_real() ? (int)syscall(SYS_nanosleep, rest, left) : 0;
}
