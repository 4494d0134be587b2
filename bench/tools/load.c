// Ping-pong load generator: every connection sends one message, waits for its echo, and sends the next.
//
//   load PORT CONNECTIONS BYTES WARMUP_SECONDS SECONDS SERVER_PID
//
// prints one JSON line. One epoll thread in C keeps ahead of any server in this matrix, so that the server is what
// is measured. The server's CPU time is read when the window opens and when it closes, by the generator itself.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { RECEIVE_BYTES = 1 << 20, EVENTS = 256 };

typedef struct {
  int fd;
  int sent;
  int received;
  int checked;
  int idle;
  double started;
} Connection;

typedef struct {
  float *values;
  long count;
  long capacity;
} Latencies;

// Set when the window has closed: messages on their way are waited for, no new one is sent.
static int closing;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

// User and system time of a process in seconds, or -1: fields 14 and 15 of /proc/PID/stat, but in nanoseconds
// where those count in hundredths of a second.
static double cpu_seconds(int pid) {
  clockid_t clock;
  struct timespec t;
  if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &t)) return -1;
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static void fail(const char *what) {
  fprintf(stderr, "Cannot %s: %s\n", what, errno ? strerror(errno) : "unexpected data");
  exit(1);
}

static int compare(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

static void record(Latencies *latencies, double seconds) {
  if (latencies->count == latencies->capacity) {
    latencies->capacity = latencies->capacity ? latencies->capacity * 2 : 1 << 16;
    latencies->values = realloc(latencies->values, latencies->capacity * sizeof(float));
    if (!latencies->values) fail("grow the latency list");
  }
  latencies->values[latencies->count++] = (float)(seconds * 1e6);
}

static float quantile(const Latencies *latencies, double fraction) {
  return latencies->count ? latencies->values[(long)((latencies->count - 1) * fraction)] : 0;
}

static void open_connection(Connection *connection, int port, int epoll) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int on = 1;
  connection->fd = socket(AF_INET, SOCK_STREAM, 0);
  if (connection->fd < 0) fail("make a socket");
  if (connect(connection->fd, (struct sockaddr *)&address, sizeof address)) fail("connect");
  setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  fcntl(connection->fd, F_SETFL, O_NONBLOCK);
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = connection};
  epoll_ctl(epoll, EPOLL_CTL_ADD, connection->fd, &event);
}

static int send_some(Connection *connection, const char *message, int size) {
  int progress = 0;
  while (connection->sent < size) {
    ssize_t sent = send(connection->fd, message + connection->sent, size - connection->sent, MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) break;
    if (sent < 0) fail("send");
    connection->sent += sent;
    progress = 1;
  }
  return progress;
}

static int receive_some(Connection *connection, const char *message, int size, char *buffer) {
  int progress = 0;
  while (connection->received < size) {
    ssize_t got = recv(connection->fd, buffer, RECEIVE_BYTES, 0);
    if (got < 0 && errno == EAGAIN) break;
    errno = got < 0 ? errno : 0;
    if (got <= 0 || got > size - connection->received) fail("receive the echo");
    if (!connection->checked && memcmp(buffer, message + connection->received, got)) fail("recognize the echo");
    connection->received += got;
    progress = 1;
  }
  return progress;
}

// Only the first echo of a connection is compared byte for byte; of the others the length.
static void next_message(Connection *connection, double time) {
  connection->sent = connection->received = 0;
  connection->checked = 1;
  connection->started = time;
}

static void serve(Connection *connection, const char *message, int size, char *buffer, double warm, Latencies *latencies) {
  while (!connection->idle) {
    int progress = send_some(connection, message, size);
    progress |= receive_some(connection, message, size, buffer);
    if (connection->received == size && connection->sent == size) {
      double time = now();
      if (time > warm && !closing) record(latencies, time - connection->started);
      next_message(connection, time);
      connection->idle = closing;
    } else if (!progress) {
      return;
    }
  }
}

// Lets every connection receive the echo it waits for, so that no server sees a reset, and closes it.
static void close_all(Connection *all, int count, const char *message, int size, char *buffer, Latencies *latencies) {
  closing = 1;
  for (int i = 0; i < count; i++) {
    Connection *connection = &all[i];
    fcntl(connection->fd, F_SETFL, 0);
    struct timeval patience = {.tv_usec = 200000};
    setsockopt(connection->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(connection->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    connection->idle = connection->sent == 0;
    serve(connection, message, size, buffer, 0, latencies);
    close(connection->fd);
  }
}

int main(int count, char **argument) {
  if (count != 7) {
    fprintf(stderr, "usage: load PORT CONNECTIONS BYTES WARMUP_SECONDS SECONDS SERVER_PID\n");
    return 2;
  }
  int port = atoi(argument[1]), connections = atoi(argument[2]), size = atoi(argument[3]), pid = atoi(argument[6]);
  double warmup = atof(argument[4]), seconds = atof(argument[5]);
  char *message = malloc(size), *buffer = malloc(RECEIVE_BYTES);
  Connection *all = calloc(connections, sizeof(Connection));
  Latencies latencies = {0};
  for (int i = 0; i < size; i++) message[i] = 'a' + i % 23;
  message[size - 1] = '\n';

  int epoll = epoll_create1(0);
  for (int i = 0; i < connections; i++) open_connection(&all[i], port, epoll);
  double warm = now() + warmup, end = warm + seconds, opened = 0, cpu = 0, time;
  for (int i = 0; i < connections; i++) all[i].started = now();
  struct epoll_event events[EVENTS];
  while ((time = now()) < end) {
    if (!opened && time >= warm) {
      cpu = cpu_seconds(pid);
      opened = warm = now();
    }
    int ready = epoll_wait(epoll, events, EVENTS, 50);
    for (int i = 0; i < ready; i++) serve(events[i].data.ptr, message, size, buffer, warm, &latencies);
  }
  double elapsed = now() - opened;
  cpu = cpu < 0 ? -1 : cpu_seconds(pid) - cpu;
  close_all(all, connections, message, size, buffer, &latencies);
  qsort(latencies.values, latencies.count, sizeof(float), compare);
  printf("{\"requests\":%ld,\"seconds\":%.6f,\"cpuSeconds\":%.6f,\"p50\":%.1f,\"p99\":%.1f,\"max\":%.1f}\n",
         latencies.count, elapsed, cpu, quantile(&latencies, 0.5), quantile(&latencies, 0.99), quantile(&latencies, 1));
  return 0;
}
