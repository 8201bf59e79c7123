"""Hold back whoever asks too often, counted in Redis for all web workers together."""

import logging
import time

import redis
from django.conf import settings
from rest_framework.exceptions import Throttled

log = logging.getLogger(__name__)
WINDOW = 60
"""Seconds over which requests are counted."""

_redis = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5)


def count_request(who: str, limit: int) -> None:
    """Count a request and stop it when it is one too many in this minute.

    Without Redis nothing is counted and nobody stopped: a partner's emergency must not wait for our cache.
    """
    now = int(time.time())
    key = f"casemgr:asked:{who}:{now // WINDOW}"
    try:
        count = _redis.incr(key)
        if count == 1:
            _redis.expire(key, 2 * WINDOW)
    except redis.RedisError:
        log.warning("requests are not counted: Redis does not answer")
        return
    if count > limit:
        raise Throttled(wait=WINDOW - now % WINDOW)
