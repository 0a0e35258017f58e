// replaced by the first storey of ArrayFormats
