// replaced by the first storey of LinearAlgebra
