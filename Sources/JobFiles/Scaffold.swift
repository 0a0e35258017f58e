// replaced by the first storey of JobFiles
