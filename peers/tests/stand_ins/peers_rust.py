#!/usr/bin/env python3
"""Speaks as the program of peers/rust does."""

import json
import sys

LIMITS = {"fma_f32": 100.0, "fma_f64": 50.0, "read": 20.0, "copy": 25.0, "copy_nt": 30.0,
          "read_l2": 90.0, "pool_empty_us": 0.3}
RECORDS = {
    "gemm": {"status": "ok", "seconds": 2e-3, "ratio": 2.0, "ratio_low": 1.9, "ratio_high": 2.1, "pairs": 9},
    "faer": {"status": "absent", "detail": "no such peer"},
}


def say(value):
    print(json.dumps(value), flush=True)


if sys.argv[1] == "versions":
    say({"swath": "0.1.0", "gemm": "0.19.0"})
elif sys.argv[1] == "calibrate":
    say({"threads": int(sys.argv[3]), "cpu": "any", "tier": "avx2", "limits": LIMITS})
else:
    for line in sys.stdin:
        case = json.loads(line)
        say({"id": case["id"], "ours_seconds": 1e-3,
             "peers": [{"peer": peer, **RECORDS[peer]} for peer in case["peers"]]})
