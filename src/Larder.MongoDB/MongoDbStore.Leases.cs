using System.Security.Cryptography;
using Larder.MongoDB;
using Larder.MongoDB.Bson;
using Larder.MongoDB.Documents;
using Larder.Shared;

namespace Larder;

/// <content>Leases; how they lie in documents is told at the type.</content>
public partial class MongoDbStore
{
    private const int TokenLength = 32;

    // Where the server tells of changes, asking is only for what it tells late: an expiry.
    private static readonly TimeSpan RarePoll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstPoll = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan SlowestPoll = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc/>
    public async ValueTask<string?> TryAcquireLeaseAsync(string key, TimeSpan duration, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        RequirePositive(duration, nameof(duration));
        string collection = StoredPartition.CollectionOf(key);
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        await _indexes.EnsureAsync(collection, cancellationToken).ConfigureAwait(false);
        string token = RandomNumberGenerator.GetHexString(TokenLength, lowercase: true);
        BsonDocument reply = await Database.RunAsync(
            new BsonDocument
            {
                { "findAndModify", collection },
                { "query", new BsonDocument { { Fields.Id, KeyText.Escape(key) } } },
                { "update", Expressions.Acquire(token, duration, ChangeStamps.Lease + Stamps.New()) },
                { "upsert", true },
                { "new", true },
                { "fields", new BsonDocument { { Fields.Id, 0 }, { "lease.token", 1 } } },
            },
            cancellationToken).ConfigureAwait(false);
        bool granted = reply["value"][Fields.Lease]["token"].AsString == token;
        Telemetry.LeaseAsked(granted);
        return granted ? token : null;
    }

    /// <inheritdoc/>
    /// <exception cref="MongoDbException">The value is larger than a document can be.</exception>
    public async ValueTask<bool> SetWithLeaseAsync(string key, string lease, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(lease);
        RequirePositive(timeToLive, nameof(timeToLive));
        string id = KeyText.Escape(key);
        RequireRoom(id, value.Length);
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        BsonDocument held = Held(id, lease);
        held.Add("$expr", Expressions.Leased);
        bool written = await ChangeAsync(stamp => Update(StoredPartition.CollectionOf(key), held, Expressions.Write(key, value, timeToLive, stamp)), ChangeStamps.Change, most: 1, cancellationToken).ConfigureAwait(false) > 0;
        if (written)
            _waits.Signal(key);
        else
            Telemetry.LeaseLost();
        return written;
    }

    /// <inheritdoc/>
    public async ValueTask ReleaseLeaseAsync(string key, string lease, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(lease);
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        BsonDocument update = Update(StoredPartition.CollectionOf(key), Held(KeyText.Escape(key), lease), Expressions.Release(Stamps.New()));
        BsonDocument reply = await Database.RunAsync(update, cancellationToken).ConfigureAwait(false);
        if (reply["n"].AsInt64 > 0)
            _waits.Signal(key);
    }

    /// <inheritdoc/>
    public async ValueTask WaitForLeaseAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        TimeSpan poll = FirstPoll;
        while (true)
        {
            // Listening begins before the question: what happens after the answer is heard.
            using LeaseWaits.Wait wait = _waits.Listen(key);
            BsonDocument? found = await FindOneAsync(key, new BsonDocument { { Fields.Id, 0 }, { "left", Expressions.LeaseLeft } }, Expressions.Leased, cancellationToken).ConfigureAwait(false);
            if (found is null)
                return;
            TimeSpan left = TimeSpan.FromMilliseconds(found["left"].AsInt64 + 1);
            TimeSpan pause = Telemetry.IsToldOfChanges ? RarePoll : poll;
            poll = poll * 2 < SlowestPoll ? poll * 2 : SlowestPoll;
            try
            {
                await wait.Happened.Task.WaitAsync(left < pause ? left : pause, _options.TimeProvider, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // It is asked again.
            }
        }
    }

    private static BsonDocument Held(string id, string lease) => new() { { Fields.Id, id }, { "lease.token", lease } };
}
