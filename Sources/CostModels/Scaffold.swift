// replaced by the first storey of CostModels
