"""Drives a server with a real client. Usage: drive.py TEST ADDRESS DATABASE. Prints nothing and ends with 0 when all is as it should be."""
import datetime
import os
import sys
import threading
import time

import bson
import pymongo
from pymongo import errors

DATABASE = sys.argv[3]


def connect(address, **options):
    return pymongo.MongoClient(address, serverSelectionTimeoutMS=20000, **options)


def fails(code, call):
    try:
        call()
    except errors.BulkWriteError as error:
        assert error.details["writeErrors"][0]["code"] == code, error.details
    except errors.OperationFailure as error:
        assert error.code == code, f"{error.code}: {error}"
    else:
        raise AssertionError(f"expected error {code}")


def documents(address):
    c = connect(address)[DATABASE].documents
    c.drop()
    assert c.insert_one({"_id": 1, "a": "x"}).inserted_id == 1
    fails(11000, lambda: c.insert_one({"_id": 1}))
    assert c.insert_many([{"_id": i, "n": i} for i in range(2, 300)]).inserted_ids == list(range(2, 300))
    assert c.find_one({"_id": 1}) == {"_id": 1, "a": "x"}
    assert c.find_one({"_id": 4000}) is None
    assert [d["_id"] for d in c.find({"n": {"$gte": 3, "$lt": 6}}).sort("_id", -1)] == [5, 4, 3]
    assert len(list(c.find(batch_size=50))) == 299  # getMore
    next(c.find(batch_size=2))  # killCursors
    assert len(list(c.find({"n": {"$exists": True}}).limit(7))) == 7
    assert [d for d in c.find({"$or": [{"_id": 1}, {"n": {"$in": [7, 8]}}]}, {"_id": 1})] == [{"_id": 1}, {"_id": 7}, {"_id": 8}]
    assert c.find_one({"_id": 1}, {"a": 0}) == {"_id": 1}
    assert c.update_one({"_id": 1}, {"$set": {"a": "y", "s.t": 1}}).raw_result["nModified"] == 1
    assert c.update_one({"_id": 1}, {"$set": {"a": "y"}}).modified_count == 0
    assert c.find_one({"s.t": 1}) == {"_id": 1, "a": "y", "s": {"t": 1}}
    assert c.update_many({"n": {"$lt": 10}}, {"$inc": {"n": 1}}).modified_count == 8
    assert c.replace_one({"_id": 1}, {"b": 1}).modified_count == 1
    assert c.find_one({"_id": 1}) == {"_id": 1, "b": 1}
    assert c.delete_one({"_id": 1}).deleted_count == 1
    assert c.delete_many({"n": {"$gt": 5}}).deleted_count > 200
    assert c.find_one_and_delete({"_id": 2}) == {"_id": 2, "n": 3}
    assert c.find_one_and_update({"_id": "up"}, {"$max": {"m": 5}}, upsert=True, return_document=True) == {"_id": "up", "m": 5}
    assert c.find_one_and_update({"_id": "up"}, {"$max": {"m": 4}}, projection={"_id": 0, "m": 1}) == {"m": 5}
    c.update_one({"_id": "list"}, {"$push": {"l": {"n": 1}}, "$setOnInsert": {"made": True}}, upsert=True)
    c.update_one({"_id": "list"}, {"$push": {"l": {"n": 2}}})
    c.update_one({"_id": "list"}, {"$pull": {"l": {"n": {"$lte": 1}}}})
    assert c.find_one({"_id": "list"}) == {"_id": "list", "l": [{"n": 2}], "made": True}
    assert "documents" in c.database.list_collection_names()


def expressions(address):
    c = connect(address)[DATABASE].expressions
    c.drop()
    now = [{"$replaceWith": {"_id": "$_id", "at": "$$NOW", "in": {"$add": ["$$NOW", 60000]}, "text": {"$literal": "$a"}, "gone": "$$REMOVE"}}]
    assert c.update_one({"_id": 1}, now, upsert=True).upserted_id == 1
    d = c.find_one({"_id": 1})
    assert d["text"] == "$a" and "gone" not in d and d["in"] - d["at"] == datetime.timedelta(minutes=1)
    fresh = {"$expr": {"$gt": [{"$ifNull": ["$lease.until", "$in"]}, "$$NOW"]}}
    assert c.find_one(dict(fresh, _id=1)) is not None
    c.update_one({"_id": 1}, [{"$set": {"in": {"$subtract": ["$$NOW", 1]}, "o": {"a": 1}}}])
    assert c.find_one(dict(fresh, _id=1)) is None
    c.update_one({"_id": 1}, [{"$set": {"o": {"b": 2}}}, {"$unset": "text"}])
    assert c.find_one({"_id": 1})["o"] == {"a": 1, "b": 2}  # an object goes into the object that is there
    c.update_one({"_id": 1}, [{"$set": {"o": {"$cond": [{"$eq": [{"$type": "$text"}, "missing"]}, {"c": 3}, "$o"]}}}])
    assert c.find_one({"_id": 1})["o"] == {"c": 3}
    out = list(c.aggregate([{"$match": {"_id": 1}}, {"$project": {"_id": 0, "m": {"$max": ["$none", 3, 5]}, "all": {"$concatArrays": [[1], [2]]}, "none": {"$add": ["$none", 1]}}}]))
    assert out == [{"m": 5, "all": [1, 2], "none": None}], out
    fails(224, lambda: c.update_one(dict(fresh, _id=1), now, upsert=True))
    fails(66, lambda: c.update_one({"_id": 1}, [{"$replaceWith": {"_id": 2}}]))
    fails(168, lambda: c.update_one({"_id": 1}, [{"$set": {"a": {"$noSuch": 1}}}]))
    fails(40324, lambda: c.update_one({"_id": 1}, [{"$noSuch": 1}]))
    fails(9, lambda: c.update_one({"_id": 1}, {"$noSuch": {"a": 1}}))
    fails(2, lambda: c.find_one({"a": {"$noSuch": 1}}))
    fails(40415, lambda: c.database.command("find", "expressions", noSuch=1))
    fails(59, lambda: c.database.command("noSuch"))
    fails(73, lambda: c.database["system.x"].insert_one({}))
    fails(31254, lambda: c.find_one({}, {"a": 1, "b": 0}))


def types(address):
    c = connect(address)[DATABASE].types
    c.drop()
    d = {
        "_id": bson.ObjectId(), "double": 1.5, "string": "gr\u00fc\u00df \U0001F600", "empty": "", "nul": "a\0b", "document": {"a": {"b": []}}, "array": [1, "x", None, [2]],
        "binary": b"\x00\xff", "old": bson.Binary(b"abc", 2), "own": bson.Binary(b"", 128), "false": False, "true": True,
        "date": datetime.datetime(1969, 12, 31, 23, 59, 59, 999000), "null": None, "regex": bson.Regex("^a", "i"), "code": bson.Code("f()"), "scoped": bson.Code("f()", {"x": 1}),
        "int": -2**31, "timestamp": bson.Timestamp(5, 6), "long": bson.Int64(2**63 - 1), "decimal": bson.Decimal128("1.50"), "min": bson.MinKey(), "max": bson.MaxKey(),
    }
    c.insert_one(d)
    assert c.find_one() == d, c.find_one()
    assert bson.BSON.encode(c.find_one()) == bson.BSON.encode(d)
    big = os.urandom(15 * 1024 * 1024)
    c.insert_one({"_id": "big", "b": big})
    assert c.find_one({"_id": "big"})["b"] == big
    keys = [None, bson.MinKey(), 5, 1.5, "", "a", "a\0", "\uffff", "\U00010000", {"a": 1}, b"zz", b"aaa", True, datetime.datetime(2020, 1, 1), bson.MaxKey()]
    o = c.database.order
    o.drop()
    for key in keys:
        o.insert_one({"_id": key})
    expected = [bson.MinKey(), None, 1.5, 5, "", "a", "a\0", "\uffff", "\U00010000", {"a": 1}, b"zz", b"aaa", True, datetime.datetime(2020, 1, 1), bson.MaxKey()]
    assert [d["_id"] for d in o.find().sort("_id", 1)] == expected, [d["_id"] for d in o.find().sort("_id", 1)]
    assert [d["_id"] for d in o.find({"_id": {"$gte": "a"}}).sort("_id", 1)] == ["a", "a\0", "\uffff", "\U00010000"]


def indexes(address):
    c = connect(address)[DATABASE].indexes
    c.drop()
    c.create_index("expire_at", expireAfterSeconds=0, name="ttl")
    c.create_index("expire_at", expireAfterSeconds=0, name="ttl")
    fails(85, lambda: c.create_index("expire_at", expireAfterSeconds=5, name="ttl"))
    assert "ttl" in c.index_information()
    c.insert_one({"_id": "ends", "expire_at": datetime.datetime.utcnow()})
    c.insert_one({"_id": "stays", "expire_at": datetime.datetime.utcnow() + datetime.timedelta(hours=1)})
    c.insert_one({"_id": "no date", "expire_at": 5})
    until = time.time() + 100
    while c.find_one({"_id": "ends"}) is not None and time.time() < until:
        time.sleep(0.05)
    assert sorted(d["_id"] for d in c.find()) == ["no date", "stays"]


def watch(address):
    client = connect(address)
    c = client[DATABASE].watched
    c.drop()
    seen = []
    with client[DATABASE].watch(max_await_time_ms=200) as stream:
        c.insert_one({"_id": 1, "a": 1, "o": {"x": 1}, "l": [1], "rest": "r" * 200})
        c.update_one({"_id": 1}, {"$set": {"a": 2, "o.x": 2}, "$push": {"l": 2}, "$unset": {"none": 1}})
        c.replace_one({"_id": 1}, {"b": 1})
        c.delete_one({"_id": 1})
        until = time.time() + 60
        while len(seen) < 4 and time.time() < until:
            change = stream.try_next()
            if change is not None and change["ns"].get("coll") == "watched" and change["operationType"] != "drop":
                seen.append(change)
    assert [s["operationType"] for s in seen] == ["insert", "update", "replace", "delete"], seen
    assert all(s["documentKey"] == {"_id": 1} for s in seen)
    assert seen[0]["fullDocument"]["a"] == 1 and seen[2]["fullDocument"] == {"_id": 1, "b": 1}
    assert seen[1]["updateDescription"]["updatedFields"] == {"a": 2, "o.x": 2, "l.1": 2}, seen[1]
    with c.watch([{"$project": {"operationType": 1, "t": "$fullDocument.t"}}], resume_after=seen[0]["_id"], max_await_time_ms=200) as stream:
        assert [next(stream)["operationType"] for _ in range(3)] == ["update", "replace", "delete"]
        threading.Timer(0.2, lambda: c.insert_one({"_id": 2, "t": "later"})).start()
        assert next(stream)["t"] == "later"


def retries(address):
    client = connect(address, retryWrites=True)
    c = client[DATABASE].retries
    c.drop()
    assert c.update_one({"_id": 1}, {"$inc": {"n": 1}}, upsert=True).upserted_id == 1
    with client.start_session() as session:
        command = {"findAndModify": "retries", "query": {"_id": 1}, "update": {"$inc": {"n": 1}}, "new": True, "txnNumber": bson.Int64(100)}
        first = client[DATABASE].command(dict(command), session=session)
        again = client[DATABASE].command(dict(command), session=session)
        assert first["value"] == again["value"] == {"_id": 1, "n": 2}
    assert c.find_one() == {"_id": 1, "n": 2}


def authentication(address):
    connect(address)[DATABASE].auth.find_one()
    for mechanism in ("SCRAM-SHA-1", "SCRAM-SHA-256"):
        connect(address, authMechanism=mechanism)[DATABASE].auth.find_one()
    fails(18, lambda: connect(address.replace(":pass", ":wrong"))[DATABASE].auth.find_one())
    fails(13, lambda: connect("mongodb://" + address.split("@")[1])[DATABASE].auth.find_one())


def election(address):
    client = connect(address, retryWrites=True)
    c = client[DATABASE].election
    print("ready", flush=True)
    for i in range(int(sys.stdin.readline())):
        assert c.update_one({"_id": "n"}, {"$inc": {"n": 1}}, upsert=True).acknowledged
        print(i, flush=True)
        sys.stdin.readline()
    print(c.find_one()["n"], flush=True)


globals()[sys.argv[1]](sys.argv[2])
