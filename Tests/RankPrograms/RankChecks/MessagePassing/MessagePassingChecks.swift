let messagePassingChecks: [RankCheck] =
    communicatorChecks + pointToPointChecks + collectiveChecks + reductionChecks + topologyChecks + exchangeChecks
    + stridedChecks + ringChecks + fileChecks + fileFailureChecks
