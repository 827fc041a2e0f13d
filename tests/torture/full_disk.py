"""Build on a disk that is full again and again, a little larger each time."""

import os
import subprocess
from pathlib import Path

from torture.common import BUILD, Part, checksums, remove_build, small_build

PLAIN = "No space left on device"


def torture(folder: Path, *, points: int = 20) -> Part:
    """Build with a share more of the room it takes each time, until it is enough."""
    part = Part("disks full at some point of a build, which then goes on with more room")
    if os.geteuid():
        part.tell("left out: it takes root to mount a disk")
        return part
    disk = folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4g", "tmpfs", disk], check=True)
    try:
        part.tell("a build with enough room")
        checkout, expected, _ = small_build(disk / "small")
        whole = _used_bytes(disk)
        remove_build(checkout)
        bare = _used_bytes(disk)
        for point in range(points):
            size = bare + (whole - bare) * point // points
            subprocess.run(["mount", "-o", f"remount,size={size}", disk], check=True)
            said = checkout.run(*BUILD, check=False)
            part.tried += 1
            output = said.stdout + said.stderr
            if not said.returncode or PLAIN not in output or "Traceback" in output:
                part.fail(f"with {point / points:.0%} of the room it says: {output[-3000:]}")
            part.tell(f"{part.tried} of {points}: full with {point / points:.0%} of the room")
        subprocess.run(["mount", "-o", "remount,size=4g", disk], check=True)
        said = checkout.run(*BUILD, check=False)
        if said.returncode:
            part.fail(f"with room it does not go on: {(said.stdout + said.stderr)[-2000:]}")
        elif checksums(checkout) != expected:
            part.fail("other bytes in the end")
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)
    return part


def _used_bytes(disk: Path) -> int:
    """Bytes that are used on a disk."""
    found = os.statvfs(disk)
    return (found.f_blocks - found.f_bfree) * found.f_frsize
