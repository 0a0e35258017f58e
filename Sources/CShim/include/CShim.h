// The one C module that Swift code imports: MPI, CBLAS and LAPACKE, and the few functions that C states better.
#ifndef TESSERA_CSHIM_H
#define TESSERA_CSHIM_H

#include "CShimMPI.h"
#include "CShimBLAS.h"
#include "CShimPrecision.h"
#include "CShimProcess.h"
#include "CShimRows.h"
#include "CShimTriad.h"

#endif
