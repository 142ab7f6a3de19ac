"""`python -m proxy doctor`: settings, files and database of this house, one line each.

Alone because it looks from outside, also while the proxy runs: it writes nothing and opens no key.
Whether the running proxy answers, and its venue, is asked by `piggybot doctor`.

May import: errors, settings.
"""

from collections.abc import Iterator

from migrations.look import Finding, database, files, ill
from proxy.errors import ProxyError
from proxy.settings import load

SETTINGS, FILES, DATABASE = "Proxy settings", "Proxy files", "Proxy database"


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
