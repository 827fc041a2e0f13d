# The library, for all rules; and params.yaml, where it is wrong as YAML: Snakemake, which reads it
# next, would not say in which line, and takes the last of two lines about the same setting.
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

# This checkout's library, whichever checkout's environment runs it.
sys.path.insert(0, str(Path(workflow.basedir) / "src"))

from wav2nano.errors import UserError
from wav2nano.settings.load import PARAMS, load_yaml

try:
    load_yaml(PARAMS)
except UserError as error:
    raise WorkflowError(str(error)) from None
