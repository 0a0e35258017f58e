// replaced by the first storey of MessagePassing
