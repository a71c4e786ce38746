"""What an operator can mend about a disk: a folder that is not there or not writable, a disk that is full."""

import errno

from scheduler.errors import StationError
from scheduler.sentence import Sentence

DISK_FAULTS = {
    errno.ENOENT: Sentence("there is no such file or folder"),
    errno.ENOTDIR: Sentence("a part of it is no folder"),
    errno.EISDIR: Sentence("it is a folder"),
    errno.EACCES: Sentence("you have no right to it"),
    errno.EPERM: Sentence("you have no right to it"),
    errno.EROFS: Sentence("it can only be read"),
    errno.ENAMETOOLONG: Sentence("the name is too long"),
    errno.ENOSPC: Sentence("the disk is full"),
    errno.EDQUOT: Sentence("the disk is full"),
}


def disk_error(error: OSError) -> StationError:
    """The same for the operator; `error` is one of these faults."""
    fault = DISK_FAULTS[error.errno or errno.ENOENT]
    if error.filename is None:
        return StationError("cannot read or write: {fault}", fault=fault)
    return StationError("cannot read or write {path}: {fault}", path=error.filename, fault=fault)
