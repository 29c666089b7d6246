"""BLAS and LAPACK called from compiled loops, without a way through Python.

The routines are those that SciPy ships for Cython; their addresses are passed to the loops as numbers, so that compiled
loops can be kept on disk. Matrices are column-major; a matrix is passed as the address of its first entry.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba.core import cgutils, types
from numba.extending import get_cython_function_address, intrinsic

__all__ = ["addresses", "cholesky", "multiply", "multiply_vector", "rank_update", "solve_triangle", "solve_vector"]


@cache
def addresses() -> tuple[int, ...]:
    """Where the routines are, in the order in which the loops expect them: potrf, trsm, syrk, gemm, trsv, gemv."""
    blas = [get_cython_function_address("scipy.linalg.cython_blas", f"d{name}") for name in _BLAS]
    return (get_cython_function_address("scipy.linalg.cython_lapack", "dpotrf"), *blas)


_BLAS = ("trsm", "syrk", "gemm", "trsv", "gemv")


def _routine(kinds: str) -> Any:
    """A compiled caller of a Fortran routine; first argument its address, then one per letter of `kinds`.

    c is a letter (as a number), i a whole number, d a real one, p an address. All are passed by address, whole numbers
    in 64 bits: a routine that reads 32 finds the lower half first on every little-endian machine.
    """

    def typed(context: Any, address: Any, arguments: Any) -> tuple[Any, Callable[..., Any]]:
        del context

        def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            pointers = []
            for n, kind in enumerate(kinds):
                value = builder.extract_value(values[1], n)
                value = context.cast(
                    builder, value, signature.args[1][n], types.float64 if kind == "d" else types.int64
                )
                if kind == "p":
                    pointers.append(builder.inttoptr(value, ir.IntType(8).as_pointer()))
                else:
                    place = cgutils.alloca_once_value(builder, value)  # type: ignore[no-untyped-call]
                    pointers.append(builder.bitcast(place, ir.IntType(8).as_pointer()))
            form = ir.FunctionType(ir.VoidType(), [p.type for p in pointers])
            builder.call(builder.inttoptr(values[0], form.as_pointer()), pointers)
            return context.get_dummy_value()

        return types.void(address, arguments), code

    return intrinsic(typed)


cholesky = _routine("cipip")
"""potrf(uplo, n, a, lda, info)"""
solve_triangle = _routine("cccciidpipi")
"""trsm(side, uplo, transa, diag, m, n, alpha, a, lda, b, ldb)"""
rank_update = _routine("cciidpidpi")
"""syrk(uplo, trans, n, k, alpha, a, lda, beta, c, ldc)"""
multiply = _routine("cciiidpipidpi")
"""gemm(transa, transb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)"""
solve_vector = _routine("cccipipi")
"""trsv(uplo, trans, diag, n, a, lda, x, incx)"""
multiply_vector = _routine("ciidpipidpi")
"""gemv(trans, m, n, alpha, a, lda, x, incx, beta, y, incy)"""
