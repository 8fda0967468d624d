"""The script on a table of its own: each kind of peer that there can be."""

import pathlib
import sys
from dataclasses import dataclass

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import run
from cases import Case


@dataclass(frozen=True)
class Small(Case):
    """A case with calls of its own."""

    own: tuple = ()

    @property
    def calls(self):
        return dict(self.own)


def case(family, op, **calls):
    names = {"rust_gemm": "rust:gemm", "rust_faer": "rust:faer"}
    own = {"swath": f"swath.{op}(x)", **{names.get(name, name): text for name, text in calls.items()}}
    return Small(family, op, "f32", (4096,), "read", quick=True, own=tuple(own.items()))


TABLE = [
    case("reduce", "sum", numpy="numpy.sum(x)", bottleneck="bottleneck.nansum(x)", polars="x.sum()",
         rust_gemm=None, rust_faer=None),
    case("wrong", "max", numpy="numpy.max(x) + 1"),
    case("crash", "sum", polars="x.sum()", numpy="numpy.sum(x)"),
    case("crash", "max", polars="x.max()", numpy="numpy.nothing(x)"),
]
TABLE += [Small("many", "sum", "f32", (n,), "read", own=(("swath", "swath.sum(x)"), ("numpy", "numpy.sum(x)")))
          for n in range(64, 164)]

if __name__ == "__main__":
    sys.exit(run.main(cases=TABLE, binary=HERE / "stand_ins" / "peers_rust.py"))
