let distributedLinearAlgebraChecks: [RankCheck] =
    triangularSolveChecks + choleskyChecks + multiplyChecks + normChecks + luChecks + pivotingChecks
    + pivotingSolveChecks + solveChecks + mixedPrecisionChecks + refinementChecks + trafficChecks + randomCaseChecks
    + refusalChecks + resumeChecks + mixedResumeChecks + mixedExtremeChecks + interruptionChecks + levelThreeChecks
