"""How fast SóPapo is: against its peers, over a long time, and stage by stage; README.md says how to measure."""

import warnings

warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
