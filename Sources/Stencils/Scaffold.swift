// replaced by the first storey of Stencils
