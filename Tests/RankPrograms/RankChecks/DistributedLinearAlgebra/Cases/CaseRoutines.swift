// The routines that run through cases. Another one is added here: a name, and a body with its axes and its check.

let routinesWithCases = [
    Routine("LU", LUCases()),
    Routine("Cholesky", CholeskyCases()),
    Routine("solve", SolveCases()),
    Routine("solveTriangular", TriangularSolveCases()),
    Routine("multiplyTriangular", TriangularProductCases()),
    Routine("multiply", MultiplyCases()),
    Routine("multiplySymmetric and multiplyHermitian", MirroredCases()),
    Routine("rank-k updates", RankUpdateCases(isRankTwo: false)),
    Routine("rank-2k updates", RankUpdateCases(isRankTwo: true)),
]
