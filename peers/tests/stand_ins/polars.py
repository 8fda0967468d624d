"""A library that ends the process when it is called."""

import os

__version__ = "0"


def thread_pool_size():
    return 1


class Series:
    def __init__(self, array):
        self.array = array

    def sum(self):
        os._exit(9)

    def max(self):
        return self.array.max()
