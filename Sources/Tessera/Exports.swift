// `import Tessera` brings the numeric modules along, and the complex numbers of swift-numerics.

@_exported public import ComplexModule
@_exported public import CostModels
@_exported public import DistributedArrays
@_exported public import DistributedLinearAlgebra
@_exported public import Failures
@_exported public import LinearAlgebra
@_exported public import MessagePassing
@_exported public import Stencils
