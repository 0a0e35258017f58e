// HDF5 for Swift: hdf5.h's functions import as they are; its constants are macros that call H5open or cast, which Swift
// cannot see. Each gets a getter under its own C name.
#ifndef TESSERA_CHDF5_H
#define TESSERA_CHDF5_H

#include <hdf5.h>

#ifndef H5_HAVE_PARALLEL
#error "parallel HDF5 is needed: libhdf5-openmpi-dev, or hdf5-mpi from brew"
#endif

#define TESSERA_CONSTANT(type, name) \
    static inline __attribute__((always_inline, swift_name("getter:" #name "()"))) type tessera_get_##name(void) { return name; }

TESSERA_CONSTANT(hid_t, H5E_DEFAULT)
TESSERA_CONSTANT(hid_t, H5P_DEFAULT)
TESSERA_CONSTANT(hid_t, H5P_DATASET_CREATE)
TESSERA_CONSTANT(hid_t, H5P_DATASET_XFER)
TESSERA_CONSTANT(hid_t, H5P_FILE_ACCESS)
TESSERA_CONSTANT(hid_t, H5P_LINK_CREATE)
TESSERA_CONSTANT(hid_t, H5S_ALL)
TESSERA_CONSTANT(hid_t, H5T_C_S1)
TESSERA_CONSTANT(hid_t, H5T_IEEE_F32LE)
TESSERA_CONSTANT(hid_t, H5T_IEEE_F64LE)
TESSERA_CONSTANT(hid_t, H5T_NATIVE_DOUBLE)
TESSERA_CONSTANT(hid_t, H5T_NATIVE_FLOAT)
TESSERA_CONSTANT(hid_t, H5T_NATIVE_INT64)
TESSERA_CONSTANT(hid_t, H5T_STD_I64LE)
TESSERA_CONSTANT(unsigned, H5F_ACC_RDONLY)
TESSERA_CONSTANT(unsigned, H5F_ACC_TRUNC)
TESSERA_CONSTANT(MPI_Info, MPI_INFO_NULL)
// One that no file has.
TESSERA_CONSTANT(haddr_t, HADDR_UNDEF)

#undef TESSERA_CONSTANT

#endif
