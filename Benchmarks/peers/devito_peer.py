"""Explicit diffusion in Devito: u' = u + r (sum of the neighbours along the axes - 2 d u), Float64, zeros beyond the edge.

usage: devito_peer.py AxB[xC] STEPS PASSES; prints the Gpoint/s of the fastest pass, by the operator's own kernel time.
Threads by OMP_NUM_THREADS. Compiled and run once before anything is timed.
"""

import sys

import numpy as np
from devito import Eq, Grid, Operator, TimeFunction

extents = tuple(int(n) for n in sys.argv[1].split("x"))
steps, passes = int(sys.argv[2]), int(sys.argv[3])
axes = len(extents)
r = 0.4 / axes

grid = Grid(shape=extents, dtype=np.float64)
u = TimeFunction(name="u", grid=grid, space_order=2, time_order=1, dtype=np.float64)
neighbours = sum(u.shift(d, d.spacing) + u.shift(d, -d.spacing) for d in grid.dimensions)
step = Operator([Eq(u.forward, u + r * (neighbours - 2 * axes * u))], opt=("advanced", {"openmp": True}))

# An eigenmode of the update: each step multiplies it by the same factor.
angles = [np.pi / (n + 1) for n in extents]
mode = np.ones(extents)
for axis, (n, angle) in enumerate(zip(extents, angles)):
    shape = [1] * axes
    shape[axis] = n
    mode = mode * np.sin(angle * np.arange(1, n + 1)).reshape(shape)
factor = 1 - 2 * r * sum(1 - np.cos(angle) for angle in angles)

u.data[:] = 0
step.apply(time_M=1)
best = np.inf
for _ in range(passes):
    u.data[0] = mode
    summary = step.apply(time_m=0, time_M=steps - 1)
    best = min(best, sum(section.time for section in summary.values()))

error = np.abs(u.data[steps % 2] - factor**steps * mode).max()
if not error < 1e-12 * steps:
    sys.exit(f"wrong by {error}")
print(f"{np.prod(extents, dtype=float) * steps / best * 1e-9:.6g}")
