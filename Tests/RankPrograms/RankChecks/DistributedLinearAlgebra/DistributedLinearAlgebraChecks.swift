let distributedLinearAlgebraChecks: [RankCheck] =
    triangularSolveChecks + choleskyChecks + multiplyChecks + normChecks + luChecks + solveChecks + mixedPrecisionChecks
    + refinementChecks + trafficChecks + randomCaseChecks + refusalChecks + resumeChecks + mixedResumeChecks
    + mixedExtremeChecks + interruptionChecks + levelThreeChecks
