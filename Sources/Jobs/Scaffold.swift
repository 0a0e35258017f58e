// replaced by the first storey of Jobs
