"""`python -m wav2nano` is the command `wav2nano`."""

from wav2nano.cli import main

raise SystemExit(main())
