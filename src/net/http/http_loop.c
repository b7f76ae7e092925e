#include "net/http/http_loop.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>

#include "net/http/http_transfer.h"

static struct transfer *next_command(struct http_loop *loop, unsigned *commands, bool *stop)
{
  struct transfer *transfer;

  pthread_mutex_lock(&loop->lock);
  transfer = loop->queue;
  if (transfer) {
    loop->queue = transfer->node.next;
    *commands = transfer->node.commands;
    transfer->node.commands = 0;
  }
  *stop = loop->stop;
  pthread_mutex_unlock(&loop->lock);
  return transfer;
}

static void carry_out(struct http_loop *loop, struct transfer *transfer, unsigned commands)
{
  if ((commands & LOOP_ADD) && !(commands & LOOP_REMOVE)) {
    CURLMcode code = curl_multi_add_handle(loop->multi, transfer->easy);

    transfer->node.attached = code == CURLM_OK;
    if (code != CURLM_OK)
      transfer_finished(transfer, CURLE_FAILED_INIT);
  }
  if ((commands & LOOP_UNPAUSE) && transfer->node.attached)
    curl_easy_pause(transfer->easy, CURLPAUSE_CONT);
  if (commands & LOOP_REMOVE) {
    if (transfer->node.attached)
      curl_multi_remove_handle(loop->multi, transfer->easy);
    transfer_removed(transfer);
  }
}

static void collect_finished(struct http_loop *loop)
{
  CURLMsg *message;
  int left;

  while ((message = curl_multi_info_read(loop->multi, &left))) {
    CURLcode result = message->data.result;
    CURL *easy = message->easy_handle;
    char *transfer = NULL;

    if (message->msg != CURLMSG_DONE)
      continue;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
    curl_multi_remove_handle(loop->multi, easy);
    ((struct transfer *)(void *)transfer)->node.attached = false;
    transfer_finished((struct transfer *)(void *)transfer, result);
  }
}

static void *http_loop_run(void *argument)
{
  struct http_loop *loop = argument;
  struct transfer *transfer;
  unsigned commands = 0;
  bool stop = false;
  sigset_t pipe;

  /* A server that goes away while TLS writes to it must not end the program. */
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, NULL);
  for (;;) {
    int running;

    while ((transfer = next_command(loop, &commands, &stop)))
      carry_out(loop, transfer, commands);
    if (stop)
      return NULL;
    curl_multi_perform(loop->multi, &running);
    collect_finished(loop);
    /* Whoever adds work wakes this up; should that or the wait itself fail, a second passes. */
    if (curl_multi_poll(loop->multi, NULL, 0, 1000, NULL) != CURLM_OK)
      (void)poll(NULL, 0, 10);
  }
}

int http_loop_start(struct http_loop *loop, struct error *err)
{
  int code;

  if (curl_load(err) < 0)
    return -1;
  *loop = (struct http_loop) { .multi = curl_multi_init() };
  if (!loop->multi)
    return error_set(err, ERROR_IO, "libcurl cannot be started: out of memory or of descriptors");
  curl_multi_setopt(loop->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
  pthread_mutex_init(&loop->lock, NULL);
  code = pthread_create(&loop->thread, NULL, http_loop_run, loop);
  if (!code)
    return 0;
  curl_multi_cleanup(loop->multi);
  pthread_mutex_destroy(&loop->lock);
  return error_sys(err, code, "starting a thread");
}

void http_loop_stop(struct http_loop *loop)
{
  pthread_mutex_lock(&loop->lock);
  loop->stop = true;
  pthread_mutex_unlock(&loop->lock);
  curl_multi_wakeup(loop->multi);
  pthread_join(loop->thread, NULL);
  curl_multi_cleanup(loop->multi);
  pthread_mutex_destroy(&loop->lock);
}

void http_loop_command(struct http_loop *loop, struct transfer *transfer, enum loop_command command)
{
  pthread_mutex_lock(&loop->lock);
  if (!transfer->node.commands) {
    transfer->node.next = loop->queue;
    loop->queue = transfer;
  }
  transfer->node.commands |= command;
  pthread_mutex_unlock(&loop->lock);
  curl_multi_wakeup(loop->multi);
}
