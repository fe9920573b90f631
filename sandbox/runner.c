/*
 * The runner: the main process (pid 1) of every sandbox.
 *
 * It takes commands from its standard input, runs each in a fresh shell, and reports on its standard
 * output. It is static and needs nothing of the image but /bin/sh, so it can be copied into any Linux image.
 * As pid 1 it adopts every orphan, cannot be killed from inside, and `kill(-1)` reaches everything but itself:
 * a command that ran out of time leaves no survivor, not even a daemon that called setsid.
 *
 * Frames, both ways: type (1 byte), payload length (u32, little endian), payload.
 *
 *   in   R  run      id, timeout ms, head bytes, tail bytes, flags, cwd length (u32 each), cwd, script
 *        I  input    bytes for the running command's standard input; an empty frame is its end
 *        K  kill     everything but the runner
 *   out  H  hello    protocol version (u32)
 *        O  output   the command's first `head` bytes, as they come
 *        E  end      id, exit code (-1: by signal), signal, flags (u32 each), total output bytes (u64),
 *                    microseconds (u64), tail length, cwd length, file length (u32 each), tail, cwd, file
 *
 * Of longer output the last `tail` bytes come with the end, and the whole, up to a cap, is in the file named there.
 * End of input means that the host is gone: everything is killed and the sandbox ends.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PROTOCOL = 1, CHUNK = 65536, PIPE_BYTES = 1 << 20, TICK_MS = 50, MAX_LEFT_OPEN = 16, KEPT_FILES = 8 };
enum { SCRIPT_FD = 197, STATE_IN_FD = 198, STATE_OUT_FD = 199 };
enum { RUN_CARRY = 1, RUN_INPUT = 2 };
enum { END_TIMED_OUT = 1, END_KILLED = 2, END_OUT_OF_MEMORY = 4, END_DISK_FULL = 8, END_PROCESSES_RESET = 16, END_CWD_LOST = 32 };

#define FILE_LIMIT (32u * 1024 * 1024)
#define ARGUMENT_LIMIT (96u * 1024) /* Linux takes at most 128 KiB in one argument */
#define FILE_DIR "/tmp/.ai-fix"
#define HOME_DIR "/workspace"

typedef struct { char *bytes; size_t length, capacity; } Buffer;

/* One running command. `head` and `ring` are what is kept of its output in memory. */
static struct {
  int live;
  uint32_t id, flags, ended_as;
  pid_t pid;
  int input, output, state, file;
  int status, reaped;
  uint64_t started_us, deadline_us, total, filed;
  size_t head_limit, tail_limit, ring_start;
  Buffer head, ring;
  char cwd[4096];
} command = {.input = -1, .output = -1, .state = -1, .file = -1};

/* What one command leaves to the next: working directory and exported variables. */
static struct { char cwd[4096]; int variables; } carried = {.cwd = HOME_DIR, .variables = -1};

static int left_open[MAX_LEFT_OPEN]; /* output pipes that background processes still hold */
static size_t left_open_count;
static Buffer pending_input; /* input frames that the command has not read yet */
static size_t pending_input_at;
static int pending_input_ends;
static uint64_t free_bytes_floor, free_inodes_floor, expires_at;
static long oom_kills_seen;

static uint64_t now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void append(Buffer *buffer, const void *bytes, size_t length) {
  if (buffer->length + length > buffer->capacity) {
    buffer->capacity = (buffer->length + length) * 2;
    buffer->bytes = realloc(buffer->bytes, buffer->capacity);
    if (!buffer->bytes) _exit(70);
  }
  memcpy(buffer->bytes + buffer->length, bytes, length);
  buffer->length += length;
}

static void append_u32(Buffer *buffer, uint32_t value) { append(buffer, &value, 4); }
static void append_u64(Buffer *buffer, uint64_t value) { append(buffer, &value, 8); }

static void write_all(int fd, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t n = write(fd, bytes, length);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return;
    bytes += n;
    length -= (size_t)n;
  }
}

static void send_frame(char type, const char *payload, size_t length) {
  char header[5] = {type};
  uint32_t size = (uint32_t)length;
  memcpy(header + 1, &size, 4);
  write_all(STDOUT_FILENO, header, sizeof header);
  write_all(STDOUT_FILENO, payload, length);
}

static void close_fd(int *fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

/* How many processes of this sandbox the kernel has killed for memory so far; -1 when it does not tell. */
static long oom_kills(void) {
  const char *files[] = {"/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control"};
  for (size_t i = 0; i < 2; i++) {
    FILE *file = fopen(files[i], "re");
    if (!file) continue;
    char line[128];
    long count = -1;
    while (fgets(line, sizeof line, file)) sscanf(line, "oom_kill %ld", &count);
    fclose(file);
    if (count >= 0) return count;
  }
  return -1;
}

static int disk_is_low(void) {
  struct statvfs fs;
  if (statvfs("/", &fs) != 0) return 0;
  if ((uint64_t)fs.f_bavail * fs.f_frsize < free_bytes_floor) return 1;
  return fs.f_files > 0 && fs.f_favail < free_inodes_floor; /* some file systems count no inodes */
}

static void reap(void) {
  int status;
  pid_t pid;
  while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
    if (command.live && pid == command.pid) {
      command.status = status;
      command.reaped = 1;
    }
  }
}

/* Kills everything but the runner. The kernel does it in one pass that no fork escapes. */
static void kill_everything(void) {
  kill(-1, SIGKILL);
  for (;;) {
    int status;
    pid_t pid = waitpid(-1, &status, 0);
    if (pid < 0 && errno == EINTR) continue;
    if (pid < 0) return; /* ECHILD: nobody is left */
    if (command.live && pid == command.pid) {
      command.status = status;
      command.reaped = 1;
    }
  }
}

/* ---- output ---- */

static void output_path(char path[64], uint32_t id) { snprintf(path, 64, FILE_DIR "/output-%u.txt", id); }

/* Called when the output outgrows what is kept in memory, which until then is all of it. */
static void open_file(void) {
  static uint32_t kept[KEPT_FILES], count;
  char path[64];
  mkdir(FILE_DIR, 0700);
  if (count >= KEPT_FILES) {
    output_path(path, kept[count % KEPT_FILES]);
    unlink(path);
  }
  kept[count++ % KEPT_FILES] = command.id;
  output_path(path, command.id);
  command.file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  write_all(command.file, command.head.bytes, command.head.length);
  size_t first = command.ring.length - command.ring_start;
  write_all(command.file, command.ring.bytes + command.ring_start, first);
  write_all(command.file, command.ring.bytes, command.ring_start);
  command.filed = command.head.length + command.ring.length;
}

static void put_in_file(const char *bytes, size_t length) {
  if (command.file < 0 || command.filed >= FILE_LIMIT) return;
  if (length > FILE_LIMIT - command.filed) length = FILE_LIMIT - command.filed;
  write_all(command.file, bytes, length);
  command.filed += length;
}

/* Keeps the last `tail_limit` bytes. `ring_start` is where the oldest of them lies. */
static void keep_in_ring(const char *bytes, size_t length) {
  if (length > command.tail_limit) {
    bytes += length - command.tail_limit;
    length = command.tail_limit;
  }
  while (length > 0) {
    if (command.ring.length < command.tail_limit) {
      size_t room = command.tail_limit - command.ring.length;
      size_t part = length < room ? length : room;
      append(&command.ring, bytes, part);
      bytes += part;
      length -= part;
      continue;
    }
    size_t room = command.tail_limit - command.ring_start;
    size_t part = length < room ? length : room;
    memcpy(command.ring.bytes + command.ring_start, bytes, part);
    command.ring_start = (command.ring_start + part) % command.tail_limit;
    bytes += part;
    length -= part;
  }
}

static void take_output(const char *bytes, size_t length) {
  uint64_t before = command.total;
  command.total += length;
  size_t keep = command.head_limit + command.tail_limit;
  int keeps_whole = command.head_limit == UINT32_MAX;
  if (!keeps_whole && before <= keep && command.total > keep && command.tail_limit > 0) open_file();
  put_in_file(bytes, length);
  if (before < command.head_limit) {
    size_t room = command.head_limit - (size_t)before;
    size_t part = length < room ? length : room;
    if (!keeps_whole) append(&command.head, bytes, part);
    send_frame('O', bytes, part);
    bytes += part;
    length -= part;
  }
  if (length > 0 && command.tail_limit > 0) keep_in_ring(bytes, length);
}

typedef enum { PIPE_EMPTY, PIPE_MORE, PIPE_ENDED } Drained;

/* Reads one chunk without waiting: between chunks the loop looks at the limits. */
static Drained drain(int fd, int keep) {
  static char chunk[CHUNK];
  ssize_t n = read(fd, chunk, sizeof chunk);
  if (n == 0) return PIPE_ENDED;
  if (n < 0) return errno == EAGAIN || errno == EINTR ? PIPE_EMPTY : PIPE_ENDED;
  if (keep) take_output(chunk, (size_t)n);
  return PIPE_MORE;
}

/* A background process may hold the pipe for ever: its later output is read and dropped, so that it never blocks. */
static void leave_open(int fd) {
  if (left_open_count == MAX_LEFT_OPEN) {
    close(left_open[0]);
    memmove(left_open, left_open + 1, sizeof(int) * --left_open_count);
  }
  left_open[left_open_count++] = fd;
}

static void drain_left_open(void) {
  for (size_t i = 0; i < left_open_count;) {
    if (drain(left_open[i], 0) != PIPE_ENDED) {
      i++;
    } else {
      close(left_open[i]);
      memmove(left_open + i, left_open + i + 1, sizeof(int) * (--left_open_count - i));
    }
  }
}

/* ---- starting a command ---- */

/* Loads the carried variables and, at the exit, writes them for the next command; one line, before the script. */
#define PRELUDE \
  ". /dev/fd/198 2>/dev/null; trap '{ pwd -P; export -p; echo \"#whole\"; } 2>/dev/null >/dev/fd/199' EXIT\n"

static void move_fd(int from, int to) {
  if (from == to) return;
  dup2(from, to);
  close(from);
}

typedef struct { const char *text; int long_text, input, output, state; } Shell;

static void become_shell(Shell shell) {
  prctl(PR_SET_DUMPABLE, 1);
  setsid();
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  signal(SIGPIPE, SIG_DFL);
  int oom = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (oom >= 0) { /* under memory pressure the command goes first, not the runner */
    write_all(oom, "1000", 4);
    close(oom);
  }
  dup2(shell.input, STDIN_FILENO);
  dup2(shell.output, STDOUT_FILENO);
  dup2(shell.output, STDERR_FILENO);
  int carries = shell.state >= 0;
  int has_variables = carries && carried.variables >= 0;
  if (has_variables) move_fd(carried.variables, STATE_IN_FD);
  if (carries) move_fd(shell.state, STATE_OUT_FD);
  if (shell.long_text >= 0) move_fd(shell.long_text, SCRIPT_FD);

  int has_bash = access("/bin/bash", X_OK) == 0;
  const char *path = has_bash ? "/bin/bash" : "/bin/sh";
  char *const arguments[] = {has_bash ? "bash" : "sh", "-c", (char *)shell.text, NULL};
  char *const nothing[] = {NULL};
  /* carried variables are the whole environment: what was unset stays unset */
  if (has_variables) execve(path, arguments, nothing);
  else execv(path, arguments);
  dprintf(STDERR_FILENO, "cannot start %s: %s\n", path, strerror(errno));
  _exit(127);
}

static pid_t fork_shell(Shell shell) {
  pid_t pid = fork();
  if (pid == 0) become_shell(shell);
  return pid;
}

/* The script as an argument, or, where that would be too long for the kernel, as a file to source. */
static Buffer shell_text(const char *script, size_t length, int carries, int *long_text) {
  Buffer text = {0};
  if (carries) append(&text, PRELUDE, sizeof PRELUDE - 1);
  *long_text = -1;
  if (length > ARGUMENT_LIMIT) {
    *long_text = memfd_create("script", MFD_CLOEXEC);
    write_all(*long_text, script, length);
    script = ". /dev/fd/197";
    length = strlen(script);
  }
  append(&text, script, length);
  append(&text, "", 1);
  return text;
}

static uint32_t read_u32(const char *bytes) {
  uint32_t value;
  memcpy(&value, bytes, 4);
  return value;
}

static void start(const char *payload, size_t length) {
  if (length < 24 || command.live) _exit(71);
  command.id = read_u32(payload);
  uint32_t timeout_ms = read_u32(payload + 4);
  command.head_limit = read_u32(payload + 8);
  command.tail_limit = read_u32(payload + 12);
  command.flags = read_u32(payload + 16);
  size_t cwd_length = read_u32(payload + 20);
  if (24 + cwd_length > length || cwd_length >= sizeof command.cwd) _exit(71);

  command.ended_as = 0;
  int carries = command.flags & RUN_CARRY;
  if (cwd_length > 0) snprintf(command.cwd, sizeof command.cwd, "%.*s", (int)cwd_length, payload + 24);
  else snprintf(command.cwd, sizeof command.cwd, "%s", carries ? carried.cwd : HOME_DIR);
  if (chdir(command.cwd) != 0) {
    command.ended_as |= END_CWD_LOST;
    snprintf(command.cwd, sizeof command.cwd, "%s", chdir(HOME_DIR) == 0 ? HOME_DIR : "/");
    if (chdir(command.cwd) != 0) _exit(72);
  }

  int long_text;
  Buffer text = shell_text(payload + 24 + cwd_length, length - 24 - cwd_length, carries, &long_text);
  int in[2] = {-1, -1}, out[2];
  if (command.flags & RUN_INPUT) {
    if (pipe2(in, O_CLOEXEC) != 0) _exit(73);
    fcntl(in[1], F_SETFL, O_NONBLOCK);
    fcntl(in[1], F_SETPIPE_SZ, PIPE_BYTES);
  } else {
    in[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
  }
  if (pipe2(out, O_CLOEXEC) != 0) _exit(73);
  fcntl(out[0], F_SETFL, O_NONBLOCK);
  fcntl(out[0], F_SETPIPE_SZ, PIPE_BYTES);
  command.state = carries ? memfd_create("state", MFD_CLOEXEC) : -1;

  command.started_us = now_us();
  Shell shell = {.text = text.bytes, .long_text = long_text, .input = in[0], .output = out[1], .state = command.state};
  pid_t pid = fork_shell(shell);
  if (pid < 0 && errno == EAGAIN) { /* the process limit is reached: only killing makes room */
    kill_everything();
    command.ended_as |= END_PROCESSES_RESET;
    pid = fork_shell(shell);
  }
  if (pid < 0) _exit(74);
  free(text.bytes);
  close_fd(&long_text);
  close(in[0]);
  close(out[1]);

  command.live = 1;
  command.reaped = 0;
  command.pid = pid;
  command.input = in[1];
  command.output = out[0];
  command.deadline_us = timeout_ms ? command.started_us + (uint64_t)timeout_ms * 1000 : UINT64_MAX;
  command.total = command.filed = 0;
  command.head.length = command.ring.length = command.ring_start = 0;
  pending_input.length = pending_input_at = 0;
  pending_input_ends = 0;
}

/* ---- ending a command ---- */

/* Takes over directory and variables if the shell wrote them to the end; a killed shell leaves the former ones. */
static void carry_state(void) {
  char buffer[sizeof carried.cwd];
  static const char mark[] = "#whole\n";
  off_t size = lseek(command.state, 0, SEEK_END);
  ssize_t n = size < (off_t)sizeof mark ? 0 : pread(command.state, buffer, sizeof mark - 1, size - (off_t)sizeof mark + 1);
  if (n != sizeof mark - 1 || memcmp(buffer, mark, sizeof mark - 1) != 0) {
    close_fd(&command.state);
    return;
  }
  n = pread(command.state, buffer, sizeof buffer, 0);
  char *end = n > 0 ? memchr(buffer, '\n', (size_t)n) : NULL;
  if (end && buffer[0] == '/') {
    memcpy(carried.cwd, buffer, (size_t)(end - buffer));
    carried.cwd[end - buffer] = 0;
  }
  /* the first line must not be run when the rest is sourced: make it a comment */
  if (pwrite(command.state, "#", 1, 0) != 1) return;
  close_fd(&carried.variables);
  carried.variables = command.state;
  command.state = -1;
}

static void finish(void) {
  /* what the shell wrote before it ended fits into the pipe; more than that is from processes it left behind */
  Drained drained = command.output < 0 ? PIPE_ENDED : PIPE_MORE;
  for (int i = 0; i <= PIPE_BYTES / 4096 && drained == PIPE_MORE; i++) drained = drain(command.output, 1);
  if (drained == PIPE_ENDED) close_fd(&command.output);
  else leave_open(command.output);
  command.output = -1;
  close_fd(&command.input);
  if (command.state >= 0) carry_state();

  int signaled = WIFSIGNALED(command.status);
  int exit_code = signaled ? -1 : WEXITSTATUS(command.status);
  long kills = oom_kills();
  if (kills > oom_kills_seen) {
    command.ended_as |= END_OUT_OF_MEMORY;
    oom_kills_seen = kills;
  }

  char file[64] = "";
  if (command.file >= 0) output_path(file, command.id);
  close_fd(&command.file);
  const char *cwd = command.flags & RUN_CARRY ? carried.cwd : command.cwd;

  Buffer end = {0};
  append_u32(&end, command.id);
  append_u32(&end, (uint32_t)exit_code);
  append_u32(&end, signaled ? (uint32_t)WTERMSIG(command.status) : 0);
  append_u32(&end, command.ended_as);
  append_u64(&end, command.total);
  append_u64(&end, now_us() - command.started_us);
  append_u32(&end, (uint32_t)command.ring.length);
  append_u32(&end, (uint32_t)strlen(cwd));
  append_u32(&end, (uint32_t)strlen(file));
  append(&end, command.ring.bytes + command.ring_start, command.ring.length - command.ring_start);
  append(&end, command.ring.bytes, command.ring_start);
  append(&end, cwd, strlen(cwd));
  append(&end, file, strlen(file));
  command.live = 0;
  send_frame('E', end.bytes, end.length);
  free(end.bytes);
}

static void stop_command(uint32_t why) {
  command.ended_as |= why;
  kill_everything();
}

/* ---- frames from the host ---- */

static void feed_input(void) {
  while (command.input >= 0 && pending_input_at < pending_input.length) {
    ssize_t n = write(command.input, pending_input.bytes + pending_input_at, pending_input.length - pending_input_at);
    if (n < 0 && errno == EAGAIN) return;
    if (n < 0) close_fd(&command.input); /* the command does not read: the rest is dropped */
    else pending_input_at += (size_t)n;
  }
  pending_input.length = pending_input_at = 0;
  if (pending_input_ends) close_fd(&command.input);
}

static void take_frame(char type, const char *payload, size_t length) {
  switch (type) {
    case 'R': start(payload, length); break;
    case 'I':
      if (!command.live) break;
      if (length == 0) pending_input_ends = 1;
      else append(&pending_input, payload, length);
      feed_input();
      break;
    case 'K':
      if (command.live) stop_command(END_KILLED);
      else kill_everything();
      break;
    default: _exit(71);
  }
}

/* Returns 0 when the host has closed the channel. */
static int take_from_host(void) {
  static Buffer incoming;
  static char chunk[CHUNK];
  ssize_t n = read(STDIN_FILENO, chunk, sizeof chunk);
  if (n == 0) return 0;
  if (n < 0) return errno == EAGAIN || errno == EINTR;
  append(&incoming, chunk, (size_t)n);
  size_t at = 0;
  while (incoming.length - at >= 5) {
    size_t length = read_u32(incoming.bytes + at + 1);
    if (incoming.length - at - 5 < length) break;
    take_frame(incoming.bytes[at], incoming.bytes + at + 5, length);
    at += 5 + length;
  }
  incoming.length -= at;
  memmove(incoming.bytes, incoming.bytes + at, incoming.length);
  return 1;
}

static uint64_t number_option(int argc, char **argv, const char *name, uint64_t otherwise) {
  for (int i = 1; i + 1 < argc; i += 2)
    if (strcmp(argv[i], name) == 0) return strtoull(argv[i + 1], NULL, 10);
  return otherwise;
}

int main(int argc, char **argv) {
  free_bytes_floor = number_option(argc, argv, "--free-bytes", 0);
  free_inodes_floor = number_option(argc, argv, "--free-inodes", 0);
  expires_at = number_option(argc, argv, "--expires-at", 0);

  prctl(PR_SET_DUMPABLE, 0); /* nobody inside may read the runner's memory or write to its channel */
  signal(SIGPIPE, SIG_IGN);
  sigset_t watched;
  sigemptyset(&watched);
  sigaddset(&watched, SIGCHLD);
  sigaddset(&watched, SIGTERM);
  sigprocmask(SIG_BLOCK, &watched, NULL);
  int signals = signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
  uint32_t version = PROTOCOL;
  send_frame('H', (char *)&version, 4);

  for (;;) {
    struct pollfd fds[4 + MAX_LEFT_OPEN];
    int host_waits = pending_input.length - pending_input_at > 4 * PIPE_BYTES; /* while a command is slow to read */
    fds[0] = (struct pollfd){.fd = host_waits ? -1 : STDIN_FILENO, .events = POLLIN};
    fds[1] = (struct pollfd){.fd = signals, .events = POLLIN};
    fds[2] = (struct pollfd){.fd = command.live ? command.output : -1, .events = POLLIN};
    fds[3] = (struct pollfd){.fd = command.live && pending_input_at < pending_input.length ? command.input : -1, .events = POLLOUT};
    for (size_t i = 0; i < left_open_count; i++) fds[4 + i] = (struct pollfd){.fd = left_open[i], .events = POLLIN};
    size_t count = 4 + left_open_count;
    if (poll(fds, count, command.live ? TICK_MS : 1000) < 0 && errno != EINTR) return 75;

    if (fds[1].revents) {
      struct signalfd_siginfo info;
      while (read(signals, &info, sizeof info) == sizeof info)
        if (info.ssi_signo == SIGTERM) return kill_everything(), 0;
    }
    reap();
    if (fds[3].revents) feed_input();
    if (command.live && fds[2].revents && drain(command.output, 1) == PIPE_ENDED) close_fd(&command.output);
    if (left_open_count > 0) drain_left_open();
    if (command.live && !command.reaped && now_us() > command.deadline_us) stop_command(END_TIMED_OUT);
    if (command.live && !command.reaped && disk_is_low()) stop_command(END_DISK_FULL);
    if (command.live && command.reaped) finish();
    if (fds[0].revents && !take_from_host()) return kill_everything(), 0;
    if (expires_at && (uint64_t)time(NULL) > expires_at) return kill_everything(), 0;
  }
}
