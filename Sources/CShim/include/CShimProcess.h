// What a process must know or do before MPI and OpenBLAS start.
#ifndef TESSERA_CSHIM_PROCESS_H
#define TESSERA_CSHIM_PROCESS_H

/// The OpenBLAS core type that fits this processor's vector units ("SkylakeX", "Haswell", ...), or NULL where OpenBLAS's
/// own choice should stand.
const char *tessera_expected_core_type(void);

/// The number of cores that this process may run on.
int tessera_cores_in_affinity_mask(void);

/// Writes the text to standard error, unbuffered.
void tessera_write_error(const char *text);

/// Leaves the process at once, without destructors or flushing.
_Noreturn void tessera_exit_now(int status);

#endif
