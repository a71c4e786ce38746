"""The errors of devices: the shape of `tts.errors.ReadableError`, repeated because devices imports nothing of ours."""

from __future__ import annotations


class DeviceError(Exception):
    """Says what was expected, what came and what to do.

    `template` is an English msgid with {named} fields, `values` fills them; `str()` is the filled template.
    """

    def __init__(self, template: str, /, **values: object) -> None:
        super().__init__(template, values)
        self.template = template
        self.values = values

    def __str__(self) -> str:
        return self.template.format(**self.values)
