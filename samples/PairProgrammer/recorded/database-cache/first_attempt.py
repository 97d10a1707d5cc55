"""Cache an expensive API call in Redis for 30 days."""

import redis
from my_api import expensive_api_call

r = redis.Redis(host="localhost", port=6379, db=0)


def cached_api_call(mandatory, optional1=None, optional2=None, optional3=None):
    key = f"api_call:{mandatory}:{optional1}:{optional2}:{optional3}"
    result = r.get(key)
    if result is not None:
        return result
    result = expensive_api_call(mandatory, optional1, optional2, optional3)
    r.set(key, result, ex=60 * 60 * 24 * 30)
    return result
