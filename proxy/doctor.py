"""`python -m proxy doctor`: settings, files, database and key of this house, one line each.

Alone because it looks from outside, also while the proxy runs: it writes nothing and opens no key.
Whether the running proxy answers, and its venue, is asked by `piggybot doctor`.

May import: errors, settings, vault.
"""

from collections.abc import Iterator
from pathlib import Path

from migrations.look import BEGIN, Finding, database, files, ill
from proxy.errors import ProxyError
from proxy.settings import load
from proxy.vault import KEY_BYTES, KEY_FILE

SETTINGS, FILES, DATABASE = "Proxy settings", "Proxy files", "Proxy database"
KEY = "Proxy key"
PUT_BACK = (
    "Put it back from its backup, then start again. Without it the saved exchange keys cannot be "
    "opened: /setkeys saves them anew."
)


def examine() -> Iterator[Finding]:
    """One finding after the other; without settings that can be read there is only one."""
    try:
        settings = load()
        settings.check_certificate()
    except ProxyError as problem:
        yield ill(SETTINGS, problem.message, problem.hint)
        return
    live = "may be turned on" if settings.allow_live else "is not allowed (ALLOW_LIVE=0)"
    yield Finding(SETTINGS, f"All of them can be read. Live {live}.")
    private = (settings.token_file, settings.proxy_tls_key)
    yield files(FILES, settings.folder, *(one for one in private if one is not None))
    yield database(DATABASE, settings.database_url, "proxy", settings.folder)
    yield _key(settings.folder)


def _key(folder: Path) -> Finding:
    """Whether the key that opens the sealed ones is there, and whole. It is not read."""
    path = folder / KEY_FILE
    try:
        if path.stat().st_size != KEY_BYTES:
            return ill(KEY, f"{path} is damaged.", PUT_BACK)
    except FileNotFoundError:
        if folder.is_dir() and any(folder.iterdir()):
            return ill(KEY, f"There is no {path}, and this house ran here before.", PUT_BACK)
        return ill(KEY, f"There is no {path} yet.", BEGIN)
    except OSError as problem:
        return ill(KEY, f"{path} cannot be looked at: {(problem.strerror or '').lower()}.")
    return Finding(KEY, "The one that opens saved exchange keys is there.")
