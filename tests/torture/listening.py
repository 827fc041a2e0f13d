"""A day of sound through ring and listener of the firmware, with sanitizers, from one hour again
and again: every hour must bring the same reports as the one before, at the same moments.
"""

import subprocess
from pathlib import Path

from torture.common import EXPERIMENT, Part
from wav2nano.files import read_json
from wav2nano.firmware_sources import LIBRARIES
from wav2nano.hostcc import SANITIZERS, compile_c
from wav2nano.runtimes.host_listener import HostListener
from wav2nano.tracks import load_sounds, long_track
from workflow.conftest import ROOT

RESULTS = ROOT / "results" / EXPERIMENT
PROGRAM = r"""
#include <stdio.h>
#include <stdlib.h>
#include <wav2nano_listener.h>
#include "settings.h"
enum { CHUNK = 256, ROOM = 8192 };
extern w2n_listener w2n_ear;
static int16_t memory[ROOM];
/* Its counters wrap within the first second, as they do after 74 hours. */
static w2n_ring ring = {memory, ROOM, UINT32_MAX - 5000, UINT32_MAX - 5000, 0};
int main(int count, char **words) {
    if (count != 3)
        return 2;
    FILE *file = fopen(words[1], "rb");
    if (!file)
        return 3;
    static int16_t samples[CHUNK], hop[W2N_HOP];
    w2n_listener_reset(&w2n_ear);
    for (int hour = 0; hour < atoi(words[2]); hour++) {
        long heard = 0;
        rewind(file);
        for (size_t read; (read = fread(samples, sizeof *samples, CHUNK, file)) > 0;) {
            w2n_ring_push(&ring, samples, (uint32_t)read);
            while (w2n_ring_pop(&ring, hop, W2N_HOP)) {
                w2n_decision decision = w2n_listener_hop(&w2n_ear, hop);
                heard += W2N_HOP;
                if (decision.detected >= 0)
                    printf("%d %ld %d\n", hour, heard, (int)decision.detected);
            }
        }
        printf("%d 0 %u\n", hour, (unsigned)ring.lost);
        fflush(stdout);
    }
    return 0;
}
"""


def torture(folder: Path, *, hours: int = 24) -> Part:
    """Play an hour of the test set's sound `hours` times, and compare what is reported."""
    part = Part("hours of sound through the listener, which brings the same every hour")
    rate = read_json(RESULTS / "preprocessing.json")["chunking"]["rate"]
    listed = (RESULTS / "checksums.txt").read_text(encoding="utf-8").splitlines()
    made = [line.split("  ")[1] for line in listed]
    files = [ROOT / name for name in made if name.startswith("data/windows/")]
    code = [ROOT / name for name in made if name.startswith(f"results/{EXPERIMENT}/code/")]
    listener = HostListener(code, LIBRARIES)
    # Whole inferences and whole pushes, so that every hour begins in the same phase.
    seconds = 3600
    names, labels, _, windows = load_sounds(files, RESULTS / "split.csv", "test", rate=rate)
    track = long_track(names, labels, windows, seconds=seconds, rate=rate, seed=1)
    sound = folder / "hour.raw"
    track.samples.tofile(sound)
    expected = [(found.sample, found.label) for found in listener.listen(track.samples)]
    part.tell(f"{len(expected)} reports in the first hour, of {len(track.played)} sounds")
    source = folder / "listen.c"
    source.write_text(PROGRAM, encoding="utf-8")
    program = compile_c(
        [source, *(path for path in code if path.suffix == ".c"), *LIBRARIES.glob("*/src/**/*.c")],
        folder / "listen",
        include_dirs=[code[0].parent, *LIBRARIES.glob("*/src")],
        flags=SANITIZERS,
    )
    run = subprocess.Popen([program, sound, str(hours)], stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    reports: list[tuple[int, int]] = []
    before: list[tuple[int, int]] = expected
    for line in run.stdout:
        hour, sample, label = map(int, line.split())
        if sample:
            reports.append((sample, label))
            continue
        part.tried += 1
        # A window from the hour before reaches into the beginning of the next one.
        settled = [[found for found in one if found[0] > 5 * rate] for one in (before, reports)]
        if settled[0] != settled[1]:
            part.fail(f"hour {hour + 1} is unlike the one before")
        if label:
            part.fail(f"{label} samples were lost by hour {hour + 1}")
        part.tell(f"{part.tried} of {hours} hours, {len(reports)} reports")
        before, reports = reports, []
    if run.wait():
        part.fail(f"it ended with status {run.returncode}")
    return part
