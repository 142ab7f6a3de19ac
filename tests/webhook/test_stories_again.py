"""The same stories, told again with Telegram delivering by webhook.

Those are taken in which it matters how a message comes in: late, twice, in a hurry, from strangers.

May import: nothing of ours.
"""

from tests.stories.test_fast_typing import *  # noqa: F403
from tests.stories.test_late_presses import *  # noqa: F403
from tests.stories.test_safety_stop import *  # noqa: F403
from tests.stories.test_strangers import *  # noqa: F403
from tests.stories.test_telegram_faults import *  # noqa: F403
from tests.stories.test_the_road import *  # noqa: F403
