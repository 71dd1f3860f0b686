"""Evaluation of a predictor: a robot clicks every object of a dataset; its results are recorded.

Deterministic: a robot that draws clicks at random does so from a seed.
"""

from fcfi.evaluation.comparison import (
    Clicks,
    Comparison,
    compare,
    paired,
    read_comparison,
    write_comparison,
)
from fcfi.evaluation.measuring import (
    OWN,
    PROTOCOLS,
    TARGETS,
    ObjectResult,
    Progress,
    Protocol,
    Report,
    answer_of,
    choose_protocol,
    evaluate,
    evaluate_object,
    paper_protocol,
    protocol_of,
)

__all__ = [
    "OWN",
    "PROTOCOLS",
    "TARGETS",
    "Clicks",
    "Comparison",
    "ObjectResult",
    "Progress",
    "Protocol",
    "Report",
    "answer_of",
    "choose_protocol",
    "compare",
    "evaluate",
    "evaluate_object",
    "paired",
    "paper_protocol",
    "protocol_of",
    "read_comparison",
    "write_comparison",
]
