using System.Globalization;
using Larder.MongoDB.Bson;

namespace Larder.MongoDB.Tests.Servers;

/// <summary>What has happened, in order, as change streams tell it. Used under the lock of the data.</summary>
internal sealed class ChangeLog
{
    private readonly List<BsonDocument> _events = [];
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Count => _events.Count;

    /// <summary>Completes when something is added.</summary>
    public Task More => _more.Task;

    public BsonDocument this[int index] => _events[index];

    public static BsonDocument Token(int index) => new() { { "_data", index.ToString("X16", CultureInfo.InvariantCulture) } };

    public static int After(BsonValue token) => int.Parse(token["_data"].AsString!, NumberStyles.HexNumber, CultureInfo.InvariantCulture) + 1;

    public void Add(string operation, string database, string? collection, BsonValue id, BsonDocument? before, BsonDocument? after)
    {
        var change = new BsonDocument { { "_id", Token(_events.Count) } };
        change.Add("clusterTime", BsonValue.Timestamp(((DateTimeOffset.UtcNow.ToUnixTimeSeconds()) << 32) | (uint)(_events.Count + 1)));
        var ns = new BsonDocument { { "db", database } };
        if (collection is not null)
            ns.Add("coll", collection);
        if (operation == "update")
        {
            BsonDocument description = Difference(before!, after!);
            // A server writes down whichever is shorter.
            if (BsonWriter.LengthOf(description) >= BsonWriter.LengthOf(after!))
                operation = "replace";
            else
                change.Add("updateDescription", description);
        }

        change.Add("operationType", operation);
        if (operation is "insert" or "replace")
            change.Add("fullDocument", after!);
        change.Add("ns", ns);
        if (!id.IsMissing)
            change.Add("documentKey", new BsonDocument { { "_id", id } });
        _events.Add(change);
        TaskCompletionSource more = _more;
        _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        more.SetResult();
    }

    private static BsonDocument Difference(BsonDocument before, BsonDocument after)
    {
        var updated = new BsonDocument();
        var removed = new BsonArray();
        Compare("", before, after, updated, removed);
        return new BsonDocument { { "updatedFields", updated }, { "removedFields", removed }, { "truncatedArrays", new BsonArray() } };
    }

    private static void Compare(string path, BsonDocument before, BsonDocument after, BsonDocument updated, BsonArray removed)
    {
        foreach ((string name, BsonValue value) in after)
        {
            BsonValue old = before[name];
            if (old.AsDocument is { } oldInner && value.AsDocument is { } inner)
                Compare(path + name + ".", oldInner, inner, updated, removed);
            else if (old.AsArray is { } oldArray && value.AsArray is { } array && array.Count >= oldArray.Count)
                Compare(path + name, oldArray, array, updated);
            else if (!BsonOrder.Same(old, value) || old.Type != value.Type)
                updated.Add(path + name, value);
        }

        foreach ((string name, _) in before)
        {
            if (!after.Contains(name))
                removed.Add(path + name);
        }
    }

    private static void Compare(string path, BsonArray before, BsonArray after, BsonDocument updated)
    {
        for (int i = 0; i < after.Count; i++)
        {
            if (i >= before.Count || !BsonOrder.Same(before[i], after[i]))
                updated.Add($"{path}.{i}", after[i]);
        }
    }
}
