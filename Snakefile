# From recordings to firmware. The files below are the chapters, in the order of the work:
#   data      speech synthesis, the index of recordings, an experiment's selection, the split
#   features  windows of audio, feature frames
#   model     training, quantisation, scores, figures and plots
#   firmware  generated C, the compiled sketch, the check on the simulated board
#   report    the figures that matter, the pages of the report, the comparison of experiments


include: "workflow/rules/params.smk"


configfile: "params.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/features.smk"
include: "workflow/rules/model.smk"
include: "workflow/rules/firmware.smk"
include: "workflow/rules/report.smk"


# The next run need not find out about recordings and code again.
FILES.save()


rule firmware:
    default_target: True
    input:
        [[*everything_made(name), CHECKSUMS.format(experiment=name)] for name in LISTED],
