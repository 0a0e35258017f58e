// What a process must know or do before MPI and OpenBLAS start.
#ifndef TESSERA_CSHIM_PROCESS_H
#define TESSERA_CSHIM_PROCESS_H

#include <stdint.h>

/// The OpenBLAS core type that fits this processor's vector units ("SkylakeX", "Haswell", ...), or NULL where OpenBLAS's
/// own choice should stand.
const char *tessera_expected_core_type(void);

/// From now on large blocks of memory go back to the system as soon as they are freed. (By default glibc keeps ever larger
/// ones, up to 32 MiB each, and passing buffers would add to a process's peak.)
void tessera_return_freed_memory(void);

/// Asks for huge pages under a large block of memory that has not been touched yet: fewer faults at its first touch, and
/// fewer misses in the translation of addresses when a matrix is walked along its rows.
void tessera_advise_huge_pages(void *start, int64_t bytes);

/// The number of cores that this process may run on.
int tessera_cores_in_affinity_mask(void);

/// Cores by their numbers, one bit each.
typedef struct {
    uint64_t words[16];
} tessera_cores;

/// The cores that the calling thread may run on. Returns how many, or 0 where the system does not say (or has over 1024).
int tessera_cores_of_thread(tessera_cores *cores);

/// Lets the calling thread run on one of these cores, the `index`-th, or on all of them where `index` is negative. Where
/// the system does not bind threads, nothing happens.
void tessera_bind_thread(const tessera_cores *cores, int index);

/// Writes the text to standard error, unbuffered.
void tessera_write_error(const char *text);

/// Leaves the process at once, without destructors or flushing.
_Noreturn void tessera_exit_now(int status);

/// Reserves room on the disk for the file's first `end` bytes without changing its length (Linux alone). Returns 0 or
/// errno's value.
int tessera_reserve(int descriptor, int64_t end);

/// The first signal that has arrived since tessera_forget_signal, or 0.
int tessera_pending_signal(void);
void tessera_forget_signal(void);

/// From now on the signal is noted and nothing else; or, with `watch` 0, does again what it did before.
/// Returns 0 or errno's value.
int tessera_watch_signal(int number, int watch);

#endif
