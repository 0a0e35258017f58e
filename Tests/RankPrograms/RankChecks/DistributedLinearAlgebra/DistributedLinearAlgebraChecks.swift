let distributedLinearAlgebraChecks: [RankCheck] =
    triangularSolveChecks + choleskyChecks + multiplyChecks + normChecks + luChecks + solveChecks + trafficChecks
    + randomCaseChecks + refusalChecks + resumeChecks + levelThreeChecks
