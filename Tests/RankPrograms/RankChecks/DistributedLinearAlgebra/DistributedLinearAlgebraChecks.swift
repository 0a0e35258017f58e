let distributedLinearAlgebraChecks: [RankCheck] =
    triangularSolveChecks + choleskyChecks + symmetricIndefiniteChecks + multiplyChecks + normChecks + luChecks
    + pivotingChecks + pivotingSolveChecks + solveChecks + mixedPrecisionChecks + refinementChecks + trafficChecks
    + refusalChecks + threadChecks + resumeChecks + mixedResumeChecks + mixedExtremeChecks + interruptionChecks
    + levelThreeChecks
