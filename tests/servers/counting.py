"""A TCP proxy on loopback that counts connections and what the server sends."""
import contextlib
import socket
import threading
import time


class CountingProxy:
    def __init__(self, port, pause=0.0):
        self.target = port
        self.pause = pause  # seconds after each 64 KiB of a connection
        self.received = 0
        self.limit = None  # so many bytes received are all that is passed on, before somebody sets flows again
        self.connections = 0
        self.lock = threading.Lock()
        self.flows = threading.Event()  # cleared: what has come is not passed on
        self.flows.set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.host = f"127.0.0.1:{self.port}"
        self.sockets = []
        self.threads = []
        self.begin(self.accept)

    def begin(self, function, *arguments):
        thread = threading.Thread(target=function, args=arguments, daemon=True)
        with self.lock:
            self.threads.append(thread)
        thread.start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            server = socket.create_connection(("127.0.0.1", self.target))
            self.sockets += [client, server]
            self.begin(self.pump, client, server, False)
            self.begin(self.pump, server, client, True)

    def pump(self, source, sink, count):
        try:
            while data := source.recv(65536):
                if count:
                    with self.lock:
                        self.received += len(data)
                        if self.limit is not None and self.received >= self.limit:
                            self.flows.clear()
                    time.sleep(self.pause)
                    self.flows.wait()
                sink.sendall(data)
        except OSError:
            pass
        for sock in (source, sink):
            end(sock)

    def close(self):
        """A descriptor may be closed only when no thread waits on it: its number is soon another socket's, and the
        thread would serve that one's connections."""
        self.flows.set()
        end(self.listener)
        self.threads[0].join()
        for sock in self.sockets:
            end(sock)
        for thread in self.threads[1:]:
            thread.join()
        for sock in [self.listener, *self.sockets]:
            sock.close()


def end(sock):
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
