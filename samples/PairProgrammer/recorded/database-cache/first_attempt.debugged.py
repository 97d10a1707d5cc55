"""Cache an expensive API call in Redis for 30 days."""

import json

import redis
from my_api import expensive_api_call

r = redis.Redis(host="localhost", port=6379, db=0)


def cached_api_call(mandatory, optional1=None, optional2=None, optional3=None):
    """Return the result for the parameters, from Redis or the API."""
    parameters = (mandatory, optional1, optional2, optional3)
    key = f"api_call:{json.dumps(parameters)}"
    cached = r.get(key)
    if cached is not None:
        return json.loads(cached)
    result = expensive_api_call(*parameters)
    r.set(key, json.dumps(result), ex=60 * 60 * 24 * 30)
    return result
