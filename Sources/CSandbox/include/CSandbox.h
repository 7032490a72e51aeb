// A process for code that reads hostile files: how it is started, and what it gives up.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// Starts `executable MODE FORMAT PID` with the input as descriptor 0, a pipe as descriptor 1, no
/// other descriptor, default signals and an environment without settings of the user. PID is the
/// caller's. Returns the process and sets `output` to the pipe's other end, or returns -errno.
pid_t sandbox_spawn(
    const char *executable, const char *mode, const char *format, int input, int *output);

/// A file in memory with the bytes, which nobody can change. Returns its descriptor, or -errno.
int sandbox_memory_file(const void *bytes, size_t count);

/// What a process in the sandbox may use.
struct sandbox_limits {
  /// Bytes of address space, with the program itself.
  uint64_t memory_bytes;
  /// Seconds of computing.
  uint64_t cpu_seconds;
};

/// Puts the calling process, which must have one thread, into the sandbox for good: it can read
/// and write what is open, take and give back memory, and end. It opens no files, starts no
/// processes, has no network, cannot be debugged, and is killed when it tries or when `parent`
/// ends.
///
/// Resource limits and seccomp are demanded; Landlock is a second lock where the kernel has it.
/// Returns 0, or errno after setting `step` to what could not be had.
int sandbox_enter(pid_t parent, struct sandbox_limits limits, const char **step);
