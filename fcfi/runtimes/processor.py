"""Detecting what this computer supports besides float32, and how many cores it has.

Knows nothing of networks.
"""

import os
import shutil
from typing import Final

X86: Final = ("x86_64", "amd64", "i686")
"""x86 processors, as named by platform.machine() in lower case."""
VNNI: Final = 262
"""OpenCV's number of the processor feature AVX512-VNNI (enum CpuFeatures)."""
VNNI_FLAGS: Final = ("avx512_vnni", "avx_vnni")
"""Linux's names of the instructions that multiply 8-bit integers at four times the speed."""


def has_vnni() -> bool:
    """Return whether the processor has instructions for 8-bit dot products.

    Without them int8 gains little or nothing.
    """
    import cv2

    if cv2.checkHardwareSupport(VNNI):
        return True
    try:
        # OpenCV does not know AVX-VNNI, its variant on processors without AVX-512.
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
            flags = next((line.split() for line in lines if line.startswith("flags")), [])
    except OSError:
        return False
    return any(flag in flags for flag in VNNI_FLAGS)


def cores() -> int:
    """Return the number of cores that this process may use."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return usable or 1


def may_have_cuda() -> bool:
    """Return whether there is an NVIDIA driver; without one, torch need not be imported."""
    return os.path.exists("/dev/nvidiactl") or shutil.which("nvidia-smi") is not None
