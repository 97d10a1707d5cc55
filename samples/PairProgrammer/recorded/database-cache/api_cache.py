"""Cache the results of an expensive API call in Redis for 30 days."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Protocol

CACHE_TIMEOUT = timedelta(days=30)

ApiCall = Callable[[str, str | None, str | None, str | None], Awaitable[Any]]

logger = logging.getLogger(__name__)


class RedisClient(Protocol):
    """The two commands of ``redis.asyncio.Redis`` that the cache needs."""

    async def get(self, name: str) -> bytes | None:
        """Return the value of a key, or ``None``."""

    async def set(self, name: str, value: bytes, *, ex: timedelta) -> Any:
        """Write a key that expires after ``ex``."""


class ApiCache:
    """Ask an expensive API only for what is not in Redis.

    Results are anything that JSON can hold. ``None``, ``0`` and ``""`` are
    results and are cached like any other. A cache that fails never fails the
    caller: the API is asked instead.
    """

    def __init__(
        self,
        redis: RedisClient,
        api_call: ApiCall,
        *,
        prefix: str = "api_call",
        timeout: timedelta = CACHE_TIMEOUT,
    ) -> None:
        """Put a cache in front of ``api_call``."""
        self._redis = redis
        self._api_call = api_call
        self._prefix = prefix
        self._timeout = timeout
        self._running: dict[str, asyncio.Task[Any]] = {}

    async def get(
        self,
        mandatory: str,
        optional1: str | None = None,
        optional2: str | None = None,
        optional3: str | None = None,
    ) -> Any:
        """Return the result for the parameters, from the cache or the API."""
        parameters = (mandatory, optional1, optional2, optional3)
        key = self.key_of(*parameters)

        # Callers who ask the same at once wait for one task. It is shielded:
        # a caller who gives up does not take the result from the others.
        task = self._running.get(key)
        if task is None:
            task = asyncio.create_task(self._get_or_call(key, parameters))
            self._running[key] = task
            task.add_done_callback(lambda _: self._running.pop(key, None))
        return await asyncio.shield(task)

    def key_of(
        self,
        mandatory: str,
        optional1: str | None = None,
        optional2: str | None = None,
        optional3: str | None = None,
    ) -> str:
        """Return the Redis key for the parameters.

        JSON tells an omitted parameter from the text "None", and where one
        parameter ends and the next begins; the hash keeps keys short.
        """
        parameters = json.dumps([mandatory, optional1, optional2, optional3])
        digest = hashlib.sha256(parameters.encode()).hexdigest()
        return f"{self._prefix}:{digest}"

    async def _get_or_call(
        self, key: str, parameters: tuple[str, str | None, str | None, str | None]
    ) -> Any:
        found, result = await self._read(key)
        if found:
            return result
        result = await self._api_call(*parameters)
        await self._write(key, result)
        return result

    async def _read(self, key: str) -> tuple[bool, Any]:
        try:
            value = await self._redis.get(key)
            return (False, None) if value is None else (True, json.loads(value))
        except Exception:  # Whatever the driver raises, the API still answers.
            logger.warning("The cache could not be read.", exc_info=True)
            return False, None

    async def _write(self, key: str, result: Any) -> None:
        try:
            await self._redis.set(key, json.dumps(result).encode(), ex=self._timeout)
        except Exception:  # As above; the next caller asks the API again.
            logger.warning("The cache could not be written.", exc_info=True)


@asynccontextmanager
async def connect(url: str, api_call: ApiCall) -> AsyncIterator[ApiCache]:
    """Open a cache on the Redis server at ``url``, and close its connections."""
    from redis.asyncio import Redis  # Only here: tests need no driver.

    async with Redis.from_url(url) as redis:
        yield ApiCache(redis, api_call)
