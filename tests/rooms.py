"""Which room is for what: the tables that tests/architecture.py checks by.

A name that ends in / is a folder. A composition root may touch what it builds; tests may touch
anything.

May import: nothing of ours.
"""

GUESTS: dict[str, tuple[str, ...]] = {
    "telegram": (
        "piggybot/chat/telegram.py",
        "piggybot/chat/telegram_errors.py",
        "piggybot/chat/telegram_http.py",
        "piggybot/chat/telegram_updates.py",
        "bench/echo.py",
    ),
    "ccxt": ("proxy/ccxt_wire.py", "bench/order_path.py"),
    "aiohttp": (
        "proxy/ccxt_line.py",
        "proxy/connecting.py",
        "piggybot/connections.py",
        "piggybot/chat/telegram_http.py",
        "piggybot/proxy_client.py",
        "bench/houses.py",
    ),
    "sqlalchemy": (
        "migrations/",
        "piggybot/store/",
        "proxy/store.py",
        "proxy/tables.py",
        "proxy/journal.py",
        "proxy/queries.py",
        "proxy/rows.py",
        "proxy/candle_rows.py",
        "proxy/account_rows.py",
        "proxy/book_rows.py",
        "proxy/paper_books.py",
        "bench/histories_proxy.py",
    ),
    "alembic": ("migrations/",),
    "pysqlite3": ("migrations/database.py",),
    "cryptography": ("piggybot/seal.py", "proxy/vault.py"),
    "apscheduler": ("piggybot/ticks.py",),
    "fastapi": ("proxy/routes.py", "proxy/needs.py", "proxy/answers.py"),
    "starlette": ("proxy/answers.py", "piggybot/sandbox/", "piggybot/page/"),
    "uvicorn": ("proxy/__main__.py", "piggybot/chat/webhook.py", "piggybot/sandbox/"),
    "certifi": ("piggybot/trust.py",),
    "httpx": (
        "piggybot/halt.py",
        "piggybot/demo.py",
        "piggybot/remote.py",
        "piggybot/sandbox/",
    ),
    "pydantic_settings": ("piggybot/settings.py", "proxy/settings.py"),
    "pydantic": (
        "proxy/wire/",
        "proxy/settings.py",
        "piggybot/settings.py",
        "piggybot/proxy_client.py",
        "piggybot/halt.py",
    ),
    "numpy": (
        "piggybot/core/market.py",
        "piggybot/strategies/",
        "piggybot/backtest/",
        "piggybot/charts/",
        "bench/",
    ),
    "talib": ("piggybot/strategies/",),
    "matplotlib": ("piggybot/charts/",),
    "optuna": ("piggybot/backtest/ideas.py",),
    "click": ("piggybot/__main__.py",),
    "rich": ("piggybot/__main__.py", "piggybot/backtest/terminal.py", "piggybot/doctor.py"),
    "structlog": ("piggybot/", "proxy/"),
}
ROOTS = ("piggybot/app.py", "proxy/app.py")
FLOAT_ROOMS = ("proxy/exchange.py", "piggybot/sandbox/", "piggybot/strategies/parameters.py")
PURE = (
    "piggybot/desk.py",
    "proxy/desk.py",
    "piggybot/core/",
    "proxy/fills.py",
    "proxy/risk.py",
    "proxy/outcome.py",
)
IMPURE = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.monotonic",
    "time.perf_counter",
    "time.sleep",
    "asyncio.sleep",
    "uuid.uuid4",
    "uuid.uuid1",
    "secrets.token_urlsafe",
    "secrets.token_hex",
    "secrets.token_bytes",
    "os.urandom",
    "sleep",
    "uuid4",
    "monotonic",
}
IMPURE_MODULES = {"random", "secrets", "uuid", "time"}
CORE_CANNOT = {"asyncio", "os", "pathlib", "socket", "subprocess", "threading", "logging"}


MONEY_ROOMS = (
    "piggybot/backtest/orders.py",
    "piggybot/backtest/purse.py",
    "piggybot/backtest/scale.py",
    "piggybot/backtest/setup.py",
    "piggybot/backtest/walk.py",
    "piggybot/core/",
    "piggybot/store/",
    "piggybot/accounts.py",
    "piggybot/chat/texts.py",
    "piggybot/chat/trade.py",
    "piggybot/desk.py",
    "proxy/admission.py",
    "proxy/desk.py",
    "proxy/fills.py",
    "proxy/journal.py",
    "proxy/paper.py",
    "proxy/paper_books.py",
    "proxy/records.py",
    "proxy/risk.py",
    "proxy/store.py",
    "proxy/tables.py",
    "proxy/valuation.py",
    "proxy/wire/",
)
WITH_PAUSES = ("piggybot/desk.py", "proxy/desk.py", "proxy/paper.py")
TIMING = (
    "bench/soak.py",
    "piggybot/chat/pace.py",
    "piggybot/chat/hearing.py",
    "piggybot/script.py",
)
VERSIONS = ("migrations/bot/versions/", "migrations/proxy/versions/")
