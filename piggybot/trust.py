"""The certificates that the bot trusts, on its lines to the proxy and to Telegram.

Alone because all need the same; to read them takes 30 ms a time.

May import: nothing of ours.
"""

import os
import ssl
from functools import cache

import certifi


@cache
def trusted() -> ssl.SSLContext:
    """certifi's list, or that of SSL_CERT_FILE, or else of SSL_CERT_DIR."""
    file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if file or not folder:
        context = ssl.create_default_context(cafile=file or certifi.where())
    else:
        context = ssl.create_default_context(capath=folder)
    context.set_alpn_protocols(["http/1.1"])
    return context
