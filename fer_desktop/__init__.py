"""FER Desktop: live facial expression recognition on the user's own computer."""

import os

# Read by OpenCV on import: with its hardware transforms, Media Foundation takes seconds to open a camera.
os.environ.setdefault("OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS", "0")

__version__ = "0.1.0"
