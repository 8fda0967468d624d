"""Lets threadpoolctl find and limit swath's threads, where threadpoolctl is installed."""


def register() -> None:
    try:
        import threadpoolctl
    except ImportError:
        return
    if not hasattr(threadpoolctl, "register"):  # before 3.4
        return

    class SwathController(threadpoolctl.LibController):
        """swath, found by the symbols of its compiled part."""

        user_api = "swath"
        internal_api = "swath"
        filename_prefixes = ("_core",)
        check_symbols = ("swath_get_num_threads", "swath_set_num_threads")

        def get_num_threads(self) -> int:
            return self.dynlib.swath_get_num_threads()

        def set_num_threads(self, num_threads: int) -> None:
            self.dynlib.swath_set_num_threads(num_threads)

        def get_version(self) -> str:
            from . import __version__

            return __version__

    threadpoolctl.register(SwathController)
