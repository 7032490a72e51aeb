#define _GNU_SOURCE
#include "CSandbox.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

// Older headers lack some of these; the numbers are the same on every architecture.
#define LANDLOCK_CREATE 444
#define LANDLOCK_RESTRICT 446
#define LANDLOCK_VERSION 1

static int limit(int resource, rlim_t most) {
  struct rlimit both = {most, most}, now;
  if (getrlimit(resource, &now)) return -1;
  // A lower limit that is there already cannot be raised, and need not be.
  if (now.rlim_max < most) both.rlim_cur = both.rlim_max = now.rlim_max;
  return setrlimit(resource, &both);
}

// Takes away every right to files and, in newer kernels, to the network and foreign processes.
static int lock_paths(void) {
  struct {
    uint64_t files, network, scopes;
  } handled = {(1ULL << 13) - 1, 0, 0};
  long version = syscall(LANDLOCK_CREATE, NULL, 0, LANDLOCK_VERSION);
  if (version < 0) return errno == ENOSYS || errno == EOPNOTSUPP ? 0 : -1;
  size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
  if (version >= 2) handled.files |= 1ULL << 13;  // to link and rename between folders
  if (version >= 3) handled.files |= 1ULL << 14;  // to truncate
  if (version >= 5) handled.files |= 1ULL << 15;  // to control devices
  if (version >= 4) handled.network = 3;          // to bind and connect TCP
  if (version >= 6) handled.scopes = 3;           // abstract sockets and signals
  int rules = (int)syscall(LANDLOCK_CREATE, &handled, size, 0);
  if (rules < 0) return -1;
  int status = (int)syscall(LANDLOCK_RESTRICT, rules, 0);
  int error = errno;
  close(rules);
  errno = error;
  return status;
}

#define LOAD(field) \
  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, what)
#define ALLOW(name) \
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##name, 0, 1), RETURN(SECCOMP_RET_ALLOW)

// Kills at every call but those that reading, memory and ending need.
static int lock_calls(void) {
#ifdef ARCHITECTURE
  struct sock_filter steps[] = {
    LOAD(arch),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
    RETURN(SECCOMP_RET_KILL_PROCESS),
    LOAD(nr),
    ALLOW(read), ALLOW(write), ALLOW(close), ALLOW(lseek), ALLOW(fstat),
    ALLOW(brk), ALLOW(munmap), ALLOW(mremap), ALLOW(madvise),
    ALLOW(futex), ALLOW(sched_yield), ALLOW(rt_sigreturn), ALLOW(rt_sigprocmask),
    ALLOW(restart_syscall), ALLOW(clock_gettime), ALLOW(gettimeofday), ALLOW(getrandom),
    ALLOW(getpid), ALLOW(gettid), ALLOW(exit), ALLOW(exit_group),
    // Memory, unless it is to be run. The third argument's low half comes first.
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_mmap, 1, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_mprotect, 0, 3),
    LOAD(args[2]),
    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 1, 0),
    RETURN(SECCOMP_RET_ALLOW),
    RETURN(SECCOMP_RET_KILL_PROCESS),
  };
  struct sock_fprog filter = {sizeof steps / sizeof *steps, steps};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0);
#else
  errno = ENOSYS;
  return -1;
#endif
}

int sandbox_enter(pid_t parent, struct sandbox_limits limits, const char **step) {
  *step = "the parent's watch";
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)) return errno;
  // It may have ended before that.
  if (getppid() != parent) return ESRCH;
  *step = "no debugging";
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)) return errno;
  *step = "no new privileges";
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) return errno;
  *step = "Landlock";
  if (lock_paths()) return errno;
  *step = "resource limits";
  if (limit(RLIMIT_AS, limits.memory_bytes) || limit(RLIMIT_CPU, limits.cpu_seconds) ||
      limit(RLIMIT_FSIZE, 0) || limit(RLIMIT_NOFILE, 0) || limit(RLIMIT_NPROC, 0) ||
      limit(RLIMIT_CORE, 0))
    return errno;
  *step = "seccomp";
  return lock_calls() ? errno : 0;
}
