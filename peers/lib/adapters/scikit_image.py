"""scikit-image: SciPy's filters behind another door."""

import skimage
from skimage import filters

from lib.adapters import Library


class Adapter(Library):
    threads = "has one thread"

    def build(self):
        return {"version": skimage.__version__}

    def names(self, case):
        return {"filters": filters}
