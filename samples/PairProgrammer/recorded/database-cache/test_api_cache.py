"""Unit tests for api_cache. They need neither a server nor a driver."""

from __future__ import annotations

import asyncio
import logging
import unittest
from datetime import timedelta
from typing import Any

from api_cache import ApiCache


class FakeRedis:
    """Keep values in a dictionary, and fail on demand."""

    def __init__(self) -> None:
        self.values: dict[str, bytes] = {}
        self.expiries: dict[str, timedelta] = {}
        self.is_down = False

    async def get(self, name: str) -> bytes | None:
        """Return the value of a key, or ``None``."""
        if self.is_down:
            raise ConnectionError("Redis is down.")
        return self.values.get(name)

    async def set(self, name: str, value: bytes, *, ex: timedelta) -> None:
        """Write a key."""
        if self.is_down:
            raise ConnectionError("Redis is down.")
        self.values[name] = value
        self.expiries[name] = ex


class ApiCacheTests(unittest.IsolatedAsyncioTestCase):
    """Test each acceptance criterion of the ticket."""

    def setUp(self) -> None:
        """Make a cache in front of an API that counts its calls."""
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)
        self.calls: list[tuple[Any, ...]] = []
        self.result: Any = {"temperature": 21.5}
        self.redis = FakeRedis()
        self.cache = ApiCache(self.redis, self.call_api)

    async def call_api(self, *parameters: Any) -> Any:
        """Count a call, take a moment, and answer."""
        self.calls.append(parameters)
        await asyncio.sleep(0)
        if isinstance(self.result, Exception):
            raise self.result
        return self.result

    async def test_api_is_called_when_nothing_is_cached(self) -> None:
        """A miss calls the API with all parameters."""
        self.assertEqual(await self.cache.get("London", "metric"), self.result)
        self.assertEqual(self.calls, [("London", "metric", None, None)])

    async def test_cached_result_is_returned_without_a_call(self) -> None:
        """A second request does not reach the API."""
        first = await self.cache.get("London")
        second = await self.cache.get("London")
        self.assertEqual(first, second)
        self.assertEqual(len(self.calls), 1)

    async def test_none_zero_and_empty_are_results(self) -> None:
        """A falsy result is cached like any other."""
        for number, result in enumerate((None, 0, "", False, [])):
            with self.subTest(result=result):
                self.calls.clear()
                self.result = result
                await self.cache.get(f"city {number}")
                self.assertEqual(await self.cache.get(f"city {number}"), result)
                self.assertEqual(len(self.calls), 1)

    async def test_result_expires_after_thirty_days(self) -> None:
        """Redis is told to forget the result after 30 days."""
        await self.cache.get("London")
        key = self.cache.key_of("London")
        self.assertEqual(self.redis.expiries, {key: timedelta(days=30)})

    async def test_different_parameters_have_different_keys(self) -> None:
        """No two sets of parameters share a result."""
        parameters = [
            ("a",),
            ("a", "None"),
            ("a", ""),
            ("a", None, "b"),
            ("a", "b"),
            ("a:b",),
            ("a", "b", "c", "d"),
            ("a", "b", "c:d"),
        ]
        keys = {self.cache.key_of(*each) for each in parameters}
        self.assertEqual(len(keys), len(parameters))

    async def test_concurrent_requests_share_one_call(self) -> None:
        """Those who ask the same at once cause one call."""
        results = await asyncio.gather(*(self.cache.get("London") for _ in range(50)))
        self.assertEqual(results, [self.result] * 50)
        self.assertEqual(len(self.calls), 1)

    async def test_caller_who_gives_up_leaves_the_call_to_the_others(self) -> None:
        """Cancelling one waiter does not cancel the call."""
        impatient = asyncio.create_task(self.cache.get("London"))
        patient = asyncio.create_task(self.cache.get("London"))
        await asyncio.sleep(0)
        impatient.cancel()
        self.assertEqual(await patient, self.result)
        self.assertEqual(len(self.calls), 1)

    async def test_error_of_the_api_reaches_the_caller_and_is_not_cached(self) -> None:
        """A failed call is tried again by the next caller."""
        self.result = ValueError("No such city.")
        with self.assertRaises(ValueError):
            await self.cache.get("Lodon")
        self.result = "found"
        self.assertEqual(await self.cache.get("Lodon"), "found")

    async def test_api_answers_while_redis_is_down(self) -> None:
        """A cache that fails does not fail the caller."""
        self.redis.is_down = True
        self.assertEqual(await self.cache.get("London"), self.result)

    async def test_damaged_value_is_a_miss(self) -> None:
        """What cannot be read is asked for again and replaced."""
        self.redis.values[self.cache.key_of("London")] = b"{"
        self.assertEqual(await self.cache.get("London"), self.result)
        self.assertEqual(await self.cache.get("London"), self.result)
        self.assertEqual(len(self.calls), 1)


if __name__ == "__main__":
    unittest.main()
