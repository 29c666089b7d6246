"""One charge balance and one elastic problem in other programs, for ``benchmarks/resolved.py peers``.

    PYTHON benchmarks/resolved_peers.py problem.npz

Run by a Python that has some of scikit-fem, FiPy and dolfinx; what is missing is left out. Prints a line for each:
name; seconds; answer. Axis 0 runs through the electrolyte; the charge balance is periodic sideways, with a resistance
at both ends (linear kinetics), and its answer is the voltage (V) at a current. The elastic block is clamped at its low
end and pressed by 3 MPa at its high one; its answer is the mean displacement there (m).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

PRESSURE = 3e6
LONG = 8.0
"""s. After so much time a run is not repeated."""


def told(name: str, action: Callable[[], float]) -> None:
    """Print the smallest time of up to four runs."""
    times: list[float] = []
    while not times or (len(times) < 4 and sum(times) < LONG):
        start = time.perf_counter()
        try:
            answer = action()
        except ImportError:
            return
        times.append(time.perf_counter() - start)
    print(f"{name};{min(times)};{answer}", flush=True)


def charge_fipy(problem: Any) -> float:
    """Finite volumes, the same network; SciPy's LU."""
    from fipy import CellVariable, DiffusionTerm, ImplicitSourceTerm, PeriodicGrid2DLeftRight
    from fipy.solvers.scipy import LinearLUSolver

    sigma, drop, h = problem["sigma"], problem["drop"], float(problem["voxel"])
    through, lateral = sigma.shape
    mesh = PeriodicGrid2DLeftRight(dx=h, dy=h, nx=lateral, ny=through)
    conducts = CellVariable(mesh=mesh, value=np.maximum(sigma, 1e-12 * sigma.max()).reshape(-1))
    ground, metal = np.zeros(sigma.shape), np.zeros(sigma.shape)
    ground[[0, -1]] = np.where(sigma[[0, -1]] > 0, 1.0 / (drop[[0, -1]] * h), 0.0)
    metal[-1] = 1.0
    potential = CellVariable(mesh=mesh, value=0.0)
    to_metal = CellVariable(mesh=mesh, value=ground.reshape(-1))
    source = CellVariable(mesh=mesh, value=(ground * metal).reshape(-1))
    equation = DiffusionTerm(coeff=conducts.harmonicFaceValue) - ImplicitSourceTerm(coeff=to_metal) + source
    equation.solve(var=potential, solver=LinearLUSolver())
    found = np.asarray(potential.value).reshape(sigma.shape)
    flow = float((ground[-1] * (1.0 - found[-1])).sum()) * h * h
    return float(problem["current"]) / flow


def charge_skfem(problem: Any) -> float:
    """Bilinear elements, sides tied; SciPy's LU."""
    from scipy import sparse
    from scipy.sparse.linalg import spsolve
    from skfem import Basis, BilinearForm, ElementQuad1, FacetBasis, LinearForm, MeshQuad
    from skfem.helpers import dot, grad

    sigma, drop, h = problem["sigma"], problem["drop"], float(problem["voxel"])
    mesh, cell = _mesh(MeshQuad, sigma.shape, h)
    basis = Basis(mesh, ElementQuad1())
    per_element = sigma.reshape(-1)[cell]
    at_points = np.repeat(per_element[:, None], basis.X.shape[1], axis=1)
    matrix = BilinearForm(lambda u, v, w: w.s * dot(grad(u), grad(v))).assemble(basis, s=at_points)
    load = np.zeros(basis.N)
    flows = []
    for place, metal in ((0, 0.0), (-1, 1.0)):
        facets = mesh.facets_satisfying(lambda x, p=place: np.isclose(x[0], 0.0 if p == 0 else sigma.shape[0] * h))
        end = FacetBasis(mesh, ElementQuad1(), facets=facets)
        column = cell[end.tind] % sigma.shape[1]
        there = sigma[place][column]
        share = np.where(there > 0, 1.0 / (drop[place][column] - 0.5 * h / np.where(there > 0, there, 1.0)), 0.0)
        ground = np.repeat(share[:, None], end.X.shape[1], axis=1)
        own = BilinearForm(lambda u, v, w: w.g * u * v).assemble(end, g=ground)
        matrix = matrix + own
        pushed = LinearForm(lambda v, w: w.g * v).assemble(end, g=ground)
        load += metal * pushed
        flows.append((own, pushed))
    low, high = _pairs(mesh, sigma.shape[1] * h)
    master = np.arange(basis.N)
    master[high] = low
    kept, number = np.unique(master, return_inverse=True)
    tie = sparse.csr_matrix((np.ones(basis.N), (np.arange(basis.N), number)), shape=(basis.N, len(kept)))
    matrix, load = (tie.T @ matrix @ tie).tocsr(), tie.T @ load
    live = np.flatnonzero(matrix.diagonal() > 0)
    found = np.zeros(len(kept))
    found[live] = spsolve(matrix[live][:, live].tocsc(), load[live])
    found = tie @ found
    own, pushed = flows[1]
    return float(problem["current"]) / float(pushed.sum() - (own @ found).sum())


def elastic_skfem(problem: Any) -> float:
    """Bilinear elements; SciPy's LU."""
    from skfem import (
        Basis,
        BilinearForm,
        ElementQuad1,
        ElementVector,
        FacetBasis,
        LinearForm,
        MeshQuad,
        condense,
        solve,
    )
    from skfem.helpers import ddot, sym_grad, trace

    bulk, shear, h = problem["bulk"], problem["shear"], float(problem["voxel"])
    mesh, cell = _mesh(MeshQuad, bulk.shape, h)
    basis = Basis(mesh, ElementVector(ElementQuad1()))
    mu = np.repeat(shear.reshape(-1)[cell][:, None], basis.X.shape[1], axis=1)
    lam = np.repeat((bulk - 2 / 3 * shear).reshape(-1)[cell][:, None], basis.X.shape[1], axis=1)

    def work(u: Any, v: Any, w: Any) -> Any:
        return w.lam * trace(sym_grad(u)) * trace(sym_grad(v)) + 2.0 * w.mu * ddot(sym_grad(u), sym_grad(v))

    matrix = BilinearForm(work).assemble(basis, lam=lam, mu=mu)
    top = mesh.facets_satisfying(lambda x: np.isclose(x[0], bulk.shape[0] * h))
    end = FacetBasis(mesh, ElementVector(ElementQuad1()), facets=top)
    load = LinearForm(lambda v, w: -PRESSURE * v[0]).assemble(end)
    clamped = basis.get_dofs(lambda x: np.isclose(x[0], 0.0))
    found = solve(*condense(matrix, load, D=clamped))
    return float(found[basis.get_dofs(top).nodal["u^1"]].mean())


def elastic_dolfinx(problem: Any) -> float:
    """Bilinear elements; MUMPS."""
    import ufl
    from dolfinx import fem
    from dolfinx import mesh as meshes
    from mpi4py import MPI
    from petsc4py import PETSc

    bulk, shear, h = problem["bulk"], problem["shear"], float(problem["voxel"])
    long, wide = (count * h for count in bulk.shape)
    quads = meshes.CellType.quadrilateral
    mesh = meshes.create_rectangle(MPI.COMM_WORLD, [np.zeros(2), np.array([long, wide])], list(bulk.shape), quads)
    flat = fem.FunctionSpace(mesh, ("DG", 0))
    places = np.floor(flat.tabulate_dof_coordinates()[:, :2] / h).astype(int)
    lam, mu = fem.Function(flat), fem.Function(flat)
    mu.x.array[:] = shear[places[:, 0], places[:, 1]]
    lam.x.array[:] = (bulk - 2 / 3 * shear)[places[:, 0], places[:, 1]]
    space = fem.VectorFunctionSpace(mesh, ("Lagrange", 1))
    clamped = fem.locate_dofs_geometrical(space, lambda x: np.isclose(x[0], 0.0))
    held = fem.dirichletbc(np.zeros(2), clamped, space)
    top = meshes.locate_entities_boundary(mesh, 1, lambda x: np.isclose(x[0], long))
    tags = meshes.meshtags(mesh, 1, np.sort(top), np.ones(len(top), dtype=np.int32))
    ends = ufl.Measure("ds", domain=mesh, subdomain_data=tags)
    u, v = ufl.TrialFunction(space), ufl.TestFunction(space)
    one, other = ufl.sym(ufl.grad(u)), ufl.sym(ufl.grad(v))
    work = (lam * ufl.tr(one) * ufl.tr(other) + 2 * mu * ufl.inner(one, other)) * ufl.dx
    push = ufl.dot(fem.Constant(mesh, PETSc.ScalarType((-PRESSURE, 0.0))), v) * ends(1)
    settings = {"ksp_type": "preonly", "pc_type": "lu", "pc_factor_mat_solver_type": "mumps"}
    found = fem.petsc.LinearProblem(work, push, bcs=[held], petsc_options=settings).solve()
    at = fem.locate_dofs_geometrical(space, lambda x: np.isclose(x[0], long))
    return float(found.x.array.reshape(-1, 2)[at, 0].mean())


def _mesh(kind: Any, shape: tuple[int, ...], h: float) -> tuple[Any, Any]:
    """Squares, and the flat voxel of each."""
    mesh = kind.init_tensor(*(np.arange(count + 1) * h for count in shape))
    middle = np.floor(mesh.p[:, mesh.t].mean(axis=1) / h).astype(int)
    return mesh, middle[0] * shape[1] + middle[1]


def _pairs(mesh: Any, width: float) -> tuple[Any, Any]:
    """Nodes of both sides, each of one beside that of the other."""
    low, high = (np.flatnonzero(np.isclose(mesh.p[1], y)) for y in (0.0, width))
    return low[np.argsort(mesh.p[0, low])], high[np.argsort(mesh.p[0, high])]


if __name__ == "__main__":
    given = np.load(sys.argv[1])
    told("charge, FiPy (SciPy LU)", lambda: charge_fipy(given))
    told("charge, scikit-fem (SciPy LU)", lambda: charge_skfem(given))
    told("elastic, scikit-fem (SciPy LU)", lambda: elastic_skfem(given))
    told("elastic, dolfinx (MUMPS)", lambda: elastic_dolfinx(given))
