// replaced by the first storey of DistributedArrays
