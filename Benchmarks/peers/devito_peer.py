"""Devito's side, Float64, zeros beyond the edge:

    heat      u' = u + r (sum of the neighbours along the axes - 2 d u), space order 2
    wave-4, wave-8   m u_tt - laplacian u + damp u_t = 0 of that space order, with m = 1/v^2 and a damping field, written
              as in Devito's examples/seismic/acoustic

usage: devito_peer.py ROUTINE AxB[xC] STEPS PASSES; prints the Gpoint/s of the fastest pass, by the operator's own kernel time.
Threads by OMP_NUM_THREADS. Compiled and run once before anything is timed.
"""

import sys

import numpy as np
from devito import Eq, Function, Grid, Operator, TimeFunction, solve

routine = sys.argv[1]
extents = tuple(int(n) for n in sys.argv[2].split("x"))
steps, passes = int(sys.argv[3]), int(sys.argv[4])
axes = len(extents)
options = ("advanced", {"openmp": True})
grid = Grid(shape=extents, extent=tuple(float(n - 1) for n in extents), dtype=np.float64)


def along(axis, values):
    """Numbers along one axis, as an array that spreads over the grid."""
    return np.asarray(values, dtype=np.float64).reshape([-1 if a == axis else 1 for a in range(axes)])


def require(error, most):
    if not error < most:
        sys.exit(f"wrong by {error}")


def kernel_seconds(operator, **arguments):
    return sum(section.time for section in operator.apply(**arguments).values())


def heat():
    r = 0.4 / axes
    u = TimeFunction(name="u", grid=grid, space_order=2, time_order=1, dtype=np.float64)
    neighbours = sum(u.shift(d, d.spacing) + u.shift(d, -d.spacing) for d in grid.dimensions)
    step = Operator([Eq(u.forward, u + r * (neighbours - 2 * axes * u))], opt=options)
    # An eigenmode of the update: each step multiplies it by the same factor.
    angles = [np.pi / (n + 1) for n in extents]
    mode = np.ones(extents)
    for axis, (n, angle) in enumerate(zip(extents, angles)):
        mode = mode * along(axis, np.sin(angle * np.arange(1, n + 1)))
    factor = 1 - 2 * r * sum(1 - np.cos(angle) for angle in angles)

    u.data[:] = 0
    step.apply(time_M=1)
    best = np.inf
    for _ in range(passes):
        u.data[0] = mode
        best = min(best, kernel_seconds(step, time_m=0, time_M=steps - 1))
    require(np.abs(u.data[steps % 2] - factor**steps * mode).max(), 1e-12 * steps)
    return best


def wave(order):
    dt, sponge = 0.1, 40
    u = TimeFunction(name="u", grid=grid, space_order=order, time_order=2, dtype=np.float64)
    m = Function(name="m", grid=grid, space_order=0)
    damp = Function(name="damp", grid=grid, space_order=0)
    step = Operator([Eq(u.forward, solve(m * u.dt2 - u.laplace + damp * u.dt, u.forward))], opt=options)

    # Undamped and at one velocity, a product of cosines swings in time; seen where the edges have not come yet.
    angles = [0.3 + 0.1 * axis for axis in range(axes)]
    mode = np.ones(extents)
    for axis, (n, angle) in enumerate(zip(extents, angles)):
        mode = mode * along(axis, np.cos(angle * np.arange(n)))
    weights = {4: [-5 / 2, 4 / 3, -1 / 12], 8: [-205 / 72, 8 / 5, -1 / 5, 8 / 315, -1 / 560]}[order]
    symbol = sum(
        weights[0] + 2 * sum(w * np.cos(k * angle) for k, w in enumerate(weights) if k) for angle in angles)
    velocity, few = 3.0, 4
    omega = np.arccos(1 + (velocity * dt) ** 2 / 2 * symbol)
    m.data[:], damp.data[:] = 1 / velocity**2, 0
    u.data[0], u.data[1], u.data[2] = np.cos(omega) * mode, mode, 0
    step.apply(time_m=1, time_M=few, dt=dt)
    inner = tuple(slice(few * order // 2, n - few * order // 2) for n in extents)
    require(np.abs((u.data[(few + 1) % 3] - np.cos(few * omega) * mode)[inner]).max(), 1e-6)

    # Layers, the lowest four times as fast as the highest; sponges at all sides.
    layer = np.arange(extents[-1]) * 8 // extents[-1]
    m.data[:] = dt**2 / (0.125 * (1 + 15 * along(axes - 1, layer) / 7) / 16)
    damp.data[:] = 0
    for axis, n in enumerate(extents):
        depth = np.maximum(0, 1 - np.minimum(np.arange(n), n - 1 - np.arange(n)) / sponge)
        damp.data[:] += along(axis, 0.1 * depth**2)
    best = np.inf
    for _ in range(passes):
        u.data[0], u.data[1], u.data[2] = mode, mode, 0
        best = min(best, kernel_seconds(step, time_m=1, time_M=steps, dt=dt))
    require(np.abs(u.data[(steps + 1) % 3]).max(), 100)
    return best


seconds = heat() if routine.startswith("heat") else wave(int(routine.split("-")[1]))
print(f"{np.prod(extents, dtype=float) * steps / seconds * 1e-9:.6g}")
