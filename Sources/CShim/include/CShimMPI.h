// MPI for Swift: mpi.h's functions import as they are; its constants are pointer macros, which Swift cannot see.
// Each gets a getter under its own C name.
#ifndef TESSERA_CSHIM_MPI_H
#define TESSERA_CSHIM_MPI_H

#include <mpi.h>

#define TESSERA_CONSTANT(type, name) \
    static inline __attribute__((always_inline, swift_name("getter:" #name "()"))) type tessera_get_##name(void) { return name; }

TESSERA_CONSTANT(MPI_Comm, MPI_COMM_WORLD)
TESSERA_CONSTANT(MPI_Comm, MPI_COMM_SELF)
TESSERA_CONSTANT(MPI_Comm, MPI_COMM_NULL)
TESSERA_CONSTANT(MPI_Errhandler, MPI_ERRORS_RETURN)
TESSERA_CONSTANT(MPI_Info, MPI_INFO_NULL)
TESSERA_CONSTANT(MPI_Request, MPI_REQUEST_NULL)
TESSERA_CONSTANT(MPI_File, MPI_FILE_NULL)
TESSERA_CONSTANT(MPI_Datatype, MPI_DATATYPE_NULL)

static inline __attribute__((always_inline, swift_name("getter:MPI_IN_PLACE()"))) void *tessera_in_place(void) { return MPI_IN_PLACE; }
static inline __attribute__((always_inline, swift_name("getter:MPI_STATUS_IGNORE()"))) MPI_Status *tessera_status_ignore(void) { return MPI_STATUS_IGNORE; }
static inline __attribute__((always_inline, swift_name("getter:MPI_STATUSES_IGNORE()"))) MPI_Status *tessera_statuses_ignore(void) { return MPI_STATUSES_IGNORE; }

TESSERA_CONSTANT(MPI_Datatype, MPI_BYTE)
TESSERA_CONSTANT(MPI_Datatype, MPI_INT8_T)
TESSERA_CONSTANT(MPI_Datatype, MPI_INT16_T)
TESSERA_CONSTANT(MPI_Datatype, MPI_INT32_T)
TESSERA_CONSTANT(MPI_Datatype, MPI_INT64_T)
TESSERA_CONSTANT(MPI_Datatype, MPI_UINT8_T)
TESSERA_CONSTANT(MPI_Datatype, MPI_UINT16_T)
TESSERA_CONSTANT(MPI_Datatype, MPI_UINT32_T)
TESSERA_CONSTANT(MPI_Datatype, MPI_UINT64_T)
TESSERA_CONSTANT(MPI_Datatype, MPI_FLOAT)
TESSERA_CONSTANT(MPI_Datatype, MPI_DOUBLE)
TESSERA_CONSTANT(MPI_Datatype, MPI_C_FLOAT_COMPLEX)
TESSERA_CONSTANT(MPI_Datatype, MPI_C_DOUBLE_COMPLEX)
TESSERA_CONSTANT(MPI_Datatype, MPI_FLOAT_INT)
TESSERA_CONSTANT(MPI_Datatype, MPI_DOUBLE_INT)
TESSERA_CONSTANT(MPI_Datatype, MPI_PACKED)

TESSERA_CONSTANT(MPI_Op, MPI_SUM)
TESSERA_CONSTANT(MPI_Op, MPI_PROD)
TESSERA_CONSTANT(MPI_Op, MPI_MIN)
TESSERA_CONSTANT(MPI_Op, MPI_MAX)
TESSERA_CONSTANT(MPI_Op, MPI_LAND)
TESSERA_CONSTANT(MPI_Op, MPI_LOR)
TESSERA_CONSTANT(MPI_Op, MPI_BAND)
TESSERA_CONSTANT(MPI_Op, MPI_BOR)
TESSERA_CONSTANT(MPI_Op, MPI_MAXLOC)
TESSERA_CONSTANT(MPI_Op, MPI_MINLOC)

#undef TESSERA_CONSTANT

#endif
