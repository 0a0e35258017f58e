// replaced by the first storey of DistributedLinearAlgebra
