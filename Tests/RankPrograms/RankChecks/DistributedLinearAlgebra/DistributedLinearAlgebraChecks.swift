let distributedLinearAlgebraChecks: [RankCheck] =
    triangularSolveChecks + choleskyChecks + symmetricIndefiniteChecks + multiplyChecks + normChecks + luChecks
    + solveChecks + mixedPrecisionChecks + refinementChecks + trafficChecks + randomCaseChecks + refusalChecks
    + resumeChecks + levelThreeChecks
