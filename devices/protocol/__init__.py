"""The protocol between station and receivers: topics, messages, strict JSON and the envelope. Pure; no I/O.

`asyncapi.yaml` beside this file is the source of truth, `vectors/` holds signed examples for other makers' receivers.
"""
