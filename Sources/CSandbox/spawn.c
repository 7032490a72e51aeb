#define _GNU_SOURCE
#include "CSandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#endif

// The descriptor, or a copy of it above the three standard ones, which the child's take.
static int above_standard(int descriptor) {
  if (descriptor < 0 || descriptor > 2) return descriptor;
  int copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
  int error = errno;
  close(descriptor);
  errno = error;
  return copy;
}

static int start(
    pid_t *process, const char *executable, const char *mode, const char *format, int input,
    int output) {
  char parent[24];
  snprintf(parent, sizeof parent, "%ld", (long)getpid());
  // posix_spawn changes none of them.
  char *arguments[] = {"proofmark", (char *)mode, (char *)format, parent, NULL};
  // A crash needs no backtrace, which would start another program.
  char *environment[] = {"SWIFT_BACKTRACE=enable=no", NULL};
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t all, none;
  sigfillset(&all);
  sigemptyset(&none);
  int error = posix_spawn_file_actions_init(&actions);
  if (error) return error;
  error = posix_spawnattr_init(&attributes);
  if (error) {
    posix_spawn_file_actions_destroy(&actions);
    return error;
  }
  if (!error) error = posix_spawn_file_actions_adddup2(&actions, input, 0);
  if (!error) error = posix_spawn_file_actions_adddup2(&actions, output, 1);
  if (!error) error = posix_spawn_file_actions_addclosefrom_np(&actions, 2);
  if (!error) error = posix_spawnattr_setsigdefault(&attributes, &all);
  if (!error) error = posix_spawnattr_setsigmask(&attributes, &none);
  if (!error)
    error = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  if (!error)
    error = posix_spawn(process, executable, &actions, &attributes, arguments, environment);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

pid_t sandbox_spawn(
    const char *executable, const char *mode, const char *format, int input, int *output) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC)) return -errno;
  int reading = above_standard(ends[0]), writing = above_standard(ends[1]);
  int own_input = fcntl(input, F_DUPFD_CLOEXEC, 3);
  pid_t process = -1;
  int error = reading < 0 || writing < 0 || own_input < 0 ? errno : 0;
  if (!error) error = start(&process, executable, mode, format, own_input, writing);
  if (own_input >= 0) close(own_input);
  if (writing >= 0) close(writing);
  if (error) {
    if (reading >= 0) close(reading);
    return -error;
  }
  *output = reading;
  return process;
}

int sandbox_memory_file(const void *bytes, size_t count) {
  unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  int file = memfd_create("proofmark", flags | MFD_NOEXEC_SEAL);
  // Kernels before 6.3 do not know the last one.
  if (file < 0 && errno == EINVAL) file = memfd_create("proofmark", flags);
  if (file < 0) return -errno;
  for (size_t done = 0; done < count;) {
    ssize_t written = write(file, (const char *)bytes + done, count - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      int error = written < 0 ? errno : ENOSPC;
      close(file);
      return -error;
    }
    done += (size_t)written;
  }
  // Where seals are not known, nobody else has the descriptor all the same.
  (void)fcntl(file, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
  return file;
}
