#define _GNU_SOURCE
#include "CShimProcess.h"

#include <errno.h>
#include <fcntl.h>
#if defined(__linux__)
#include <malloc.h>
#endif
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

const char *tessera_expected_core_type(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl"))
        return "SkylakeX";
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "Haswell";
#endif
    return NULL;
}

void tessera_exit_now(int status) { _exit(status); }

void tessera_write_error(const char *text) {
    size_t length = strlen(text);
    while (length > 0) {
        ssize_t written = write(STDERR_FILENO, text, length);
        if (written <= 0) return;
        text += written;
        length -= (size_t)written;
    }
}

int tessera_reserve(int descriptor, int64_t end) {
#if defined(__linux__)
    return end > 0 && fallocate(descriptor, FALLOC_FL_KEEP_SIZE, 0, end) != 0 ? errno : 0;
#else
    (void)descriptor, (void)end;
    return ENOTSUP;
#endif
}

enum { signal_limit = 65 };
static volatile sig_atomic_t pending_signal;
static struct sigaction former_action[signal_limit];
static char is_watched[signal_limit];

static time_t pending_since;

// A signal that comes again after a second does what it did before it was watched: whoever asks twice means it. (Within
// the second it is the same request, sent to the process and to its group.)
static void note_signal(int number) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (pending_signal == number && now.tv_sec - pending_since >= 2) {
        sigaction(number, &former_action[number], NULL);
        raise(number);
    }
    if (pending_signal == 0) {
        pending_since = now.tv_sec;
        pending_signal = number;
    }
}

int tessera_pending_signal(void) { return pending_signal; }

void tessera_forget_signal(void) { pending_signal = 0; }

int tessera_watch_signal(int number, int watch) {
    if (number <= 0 || number >= signal_limit) return EINVAL;
    if (is_watched[number] == (watch != 0)) return 0;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = note_signal;
    // Reads and writes go on as if nothing had happened.
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    if (sigaction(number, watch ? &action : &former_action[number], watch ? &former_action[number] : NULL) != 0)
        return errno;
    is_watched[number] = watch != 0;
    return 0;
}

void tessera_return_freed_memory(void) {
#if defined(__GLIBC__)
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
#endif
}

void tessera_advise_huge_pages(void *start, int64_t bytes) {
#if defined(__linux__)
    madvise(start, (size_t)bytes, MADV_HUGEPAGE);
#else
    (void)start, (void)bytes;
#endif
}

int tessera_cores_in_affinity_mask(void) {
    tessera_cores cores;
    int count = tessera_cores_of_thread(&cores);
    if (count > 0) return count;
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}

int tessera_cores_of_thread(tessera_cores *cores) {
    memset(cores, 0, sizeof *cores);
#if defined(__linux__)
    if (sched_getaffinity(0, sizeof *cores, (cpu_set_t *)cores) == 0) return CPU_COUNT((cpu_set_t *)cores);
#endif
    return 0;
}

void tessera_bind_thread(const tessera_cores *cores, int index) {
#if defined(__linux__)
    tessera_cores one = {{0}};
    int core = -1;
    for (int k = 0, passed = 0; k < 1024 && index >= 0 && passed <= index; k++)
        if (cores->words[k / 64] >> (k % 64) & 1) core = k, passed++;
    if (core >= 0) one.words[core / 64] = 1ull << (core % 64);
    sched_setaffinity(0, sizeof one, (const cpu_set_t *)(core >= 0 ? &one : cores));
#else
    (void)cores, (void)index;
#endif
}
