"""Where tests work, and what that place allows."""
import os
import secrets
import shutil
import tempfile


def folder(prefix, parent=None):
    """As tempfile.mkdtemp, but the name may be part of an image's: buildah and podman take the path behind `oci:` for
    one, and image names have no `_` beside a `-` or a `/`."""
    while True:
        path = os.path.join(parent or tempfile.gettempdir(), prefix + secrets.token_hex(4))
        try:
            os.mkdir(path, 0o700)
            return path
        except FileExistsError:
            pass


def for_anyone(program, place):
    """A copy of the program that any user may run, in a new folder in `place`, which anyone may enter: the checkout
    may lie in a home directory that is closed to others, such as /root."""
    path = folder("program-", place)
    os.chmod(path, 0o755)
    copy = shutil.copy(program, path)
    os.chmod(copy, 0o755)
    return copy


def root_is_mounted():
    """Whether / is a mount point. In a plain chroot it is not, and then buildah and podman cannot unpack layers, which
    they do in a mount namespace of their own."""
    with open("/proc/self/mountinfo", encoding="utf-8") as mounts:
        return any(line.split()[4] == "/" for line in mounts)
