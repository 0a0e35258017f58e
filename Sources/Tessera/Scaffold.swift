// replaced by the first storey of Tessera
