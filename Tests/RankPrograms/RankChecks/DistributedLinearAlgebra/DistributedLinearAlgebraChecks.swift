let distributedLinearAlgebraChecks: [RankCheck] = triangularSolveChecks + choleskyChecks
