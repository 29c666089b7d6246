"""The command line: one file per verb. Each parses, calls one public function and writes what it returns."""

__all__: list[str] = []
