// What a process must know or do before MPI and OpenBLAS start.
#ifndef TESSERA_CSHIM_PROCESS_H
#define TESSERA_CSHIM_PROCESS_H

/// The OpenBLAS core type that fits this processor's vector units ("SkylakeX", "Haswell", ...), or NULL where OpenBLAS's
/// own choice should stand.
const char *tessera_expected_core_type(void);

#endif
