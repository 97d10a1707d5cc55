using Larder.MongoDB;
using Larder.MongoDB.Bson;
using Larder.MongoDB.Commands;
using Larder.MongoDB.Diagnostics;
using Larder.MongoDB.Documents;
using Larder.Shared;
using Larder.Stores;

namespace Larder;

/// <summary>
/// Entries in a MongoDB: one server, a replica set, or a cluster. Where the servers can tell of changes, the store that
/// <see cref="Create(MongoDbStoreOptions)"/> makes is an <see cref="ICoherentStore"/> as well.
/// </summary>
/// <remarks>
/// <para>An entry is a document: its key is the id, and a TTL index has the server delete it when it has ended. All times are the
/// server's own, and reads leave out what has ended by the server's clock, deleted or not.</para>
/// <para>A lease lies in the same document as the entry, or in its place. So whatever replaces or removes the document, in one
/// atomic step, voids the lease: it is not there any more.</para>
/// <para>What is removed leaves a document without a value behind, which tells the others who removed it; the server deletes it
/// within a minute or so.</para>
/// <para>A command that was sent ends with its answer, with the connection, or when its time is over; cancelling it ends only the
/// wait before that.</para>
/// </remarks>
public partial class MongoDbStore : ICacheStore, IEpochStore, ILeasingStore
{
    // A document has 16 MiB; the rest of it, and the command around it, need some.
    private const int MaxDocumentBytes = 16 * 1024 * 1024;
    private const int ReservedBytes = 16 * 1024;

    private readonly MongoDbStoreOptions _options;
    private readonly MongoClient? _ownClient;
    private readonly CollectionIndexes _indexes;
    private readonly LeaseWaits _waits = new();
    private int _started;
    private int _disposed;

    private protected MongoDbStore(MongoDbStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        MongoDbStoreOptionsValidation.Validate(options);
        _options = options with { Servers = [.. options.Servers] };
        Telemetry = new MongoTelemetry(options.LoggerFactory);
        foreach (string warning in options.Warnings)
            Telemetry.Warn(warning);
        _ownClient = options.Client is null ? new MongoClient(_options, Telemetry) : null;
        Database = new MongoDatabase(options.Client ?? _ownClient!, options.Database);
        _indexes = new CollectionIndexes(Database, Telemetry);
    }

    /// <summary>Makes a store. It connects when it is first used or observed.</summary>
    /// <param name="options">How to reach the servers.</param>
    /// <returns>The store; an <see cref="ICoherentStore"/> when <see cref="MongoDbStoreOptions.ChangeStreams"/> says so.</returns>
    /// <exception cref="InvalidCacheOptionsException">An option is out of its range.</exception>
    public static MongoDbStore Create(MongoDbStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.TellsOfChanges ? new CoherentMongoDbStore(options) : new MongoDbStore(options);
    }

    /// <summary>Makes a store from a connection string.</summary>
    /// <param name="address">As for <see cref="MongoDbStoreOptions.Parse"/>.</param>
    /// <exception cref="FormatException">It is none.</exception>
    /// <exception cref="InvalidCacheOptionsException">An option is out of its range.</exception>
    public static MongoDbStore Create(string address) => Create(MongoDbStoreOptions.Parse(address));

    /// <inheritdoc/>
    public string Name => "mongodb";

    /// <summary>What the store has done since it was made.</summary>
    public MongoDbStatistics Statistics => Telemetry.Snapshot();

    private protected MongoDatabase Database { get; }

    private protected MongoTelemetry Telemetry { get; }

    private protected ChangeStamps Stamps { get; } = new();

    // Under whose name the meter counts: which servers there are besides changes.
    private (string Host, int Port) FirstServer
    {
        get
        {
            ServerAddress first = ServerAddress.Parse(_options.Servers[0]);
            return (first.Host, first.Port);
        }
    }

    private protected bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>?> GetAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        BsonDocument? found = await FindOneAsync(key, new BsonDocument { { Fields.Id, 0 }, { Fields.Value, 1 } }, Expressions.Fresh, cancellationToken).ConfigureAwait(false);
        return found?[Fields.Value].AsBinary?.Bytes;
    }

    /// <inheritdoc/>
    /// <exception cref="MongoDbException">The value is larger than a document can be.</exception>
    public async ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        RequirePositive(timeToLive, nameof(timeToLive));
        string id = KeyText.Escape(key);
        RequireRoom(id, value.Length);
        string collection = StoredPartition.CollectionOf(key);
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        await _indexes.EnsureAsync(collection, cancellationToken).ConfigureAwait(false);
        await ChangeAsync(stamp => Update(collection, new BsonDocument { { Fields.Id, id } }, Expressions.Write(key, value, timeToLive, stamp), upsert: true), ChangeStamps.Change, most: 1, cancellationToken).ConfigureAwait(false);
        _waits.Signal(key);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        bool existed = false;
        await ChangeAsync(
            stamp => new BsonDocument
            {
                { "findAndModify", StoredPartition.CollectionOf(key) },
                { "query", new BsonDocument { { Fields.Id, KeyText.Escape(key) }, { "$or", Something() } } },
                { "update", Expressions.Remove(stamp) },
                { "fields", new BsonDocument { { Fields.Id, 0 }, { "live", Expressions.Live } } },
            },
            ChangeStamps.Removal,
            most: 1,
            cancellationToken,
            reply =>
            {
                existed = reply["value"]["live"].AsBoolean;
                return reply["value"].AsDocument is null ? 0 : 1;
            }).ConfigureAwait(false);
        _waits.Signal(key);
        return existed;
    }

    /// <inheritdoc/>
    public async ValueTask<StoreTimeToLive> GetTimeToLiveAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        BsonDocument? found = await FindOneAsync(key, new BsonDocument { { Fields.Id, 0 }, { "left", Expressions.EntryLeft } }, Expressions.Live, cancellationToken).ConfigureAwait(false);
        if (found is null)
            return StoreTimeToLive.Missing;
        return found["left"].IsNothing ? StoreTimeToLive.Infinite : new StoreTimeToLive(Exists: true, TimeSpan.FromMilliseconds(found["left"].AsInt64));
    }

    /// <inheritdoc/>
    public async ValueTask<bool> SetTimeToLiveAsync(string key, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        RequirePositive(timeToLive, nameof(timeToLive));
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        var live = new BsonDocument { { Fields.Id, KeyText.Escape(key) }, { "$expr", Expressions.Live } };
        return await ChangeAsync(stamp => Update(StoredPartition.CollectionOf(key), live, Expressions.SetTimeToLive(timeToLive, stamp)), ChangeStamps.Change, most: 1, cancellationToken).ConfigureAwait(false) > 0;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await EndAsync().ConfigureAwait(false);
        _ownClient?.Dispose();
        MongoMeter.Instruments.Remove(FirstServer, Telemetry.Snapshot);
        _waits.SignalAll();
        GC.SuppressFinalize(this);
    }

    // What a coherent store has to do before anything is read or written: whoever reads has to be told from then on.
    private protected virtual ValueTask ReadyAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    private protected virtual ValueTask EndAsync() => ValueTask.CompletedTask;

    /// <summary>Something happened to the key's lease, or anything.</summary>
    private protected void SignalLease(string? key)
    {
        if (key is null)
            _waits.SignalAll();
        else
            _waits.Signal(key);
    }

    /// <summary>Collections are gone, and their indexes with them.</summary>
    private protected void ForgetIndexes() => _indexes.Forget();

    private async ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        if (Volatile.Read(ref _started) == 0 && Interlocked.Exchange(ref _started, 1) == 0)
            MongoMeter.Instruments.Add(FirstServer, Telemetry.Snapshot);
        await ReadyAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<BsonDocument?> FindOneAsync(string key, BsonDocument projection, BsonValue condition, CancellationToken cancellationToken)
    {
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        Batch batch = Batch.Read(await Database.RunAsync(
            new BsonDocument
            {
                { "find", StoredPartition.CollectionOf(key) },
                { "filter", new BsonDocument { { Fields.Id, KeyText.Escape(key) }, { "$expr", condition } } },
                { "projection", projection },
                { "limit", 1 },
                { "singleBatch", true },
            },
            cancellationToken).ConfigureAwait(false));
        return batch.Documents.Count > 0 ? batch.Documents[0] : null;
    }

    // Sends a change under a stamp by which it is known when the server tells of it, and gives how many documents it changed.
    private async ValueTask<int> ChangeAsync(Func<string, BsonDocument> command, char kind, int most, CancellationToken cancellationToken, Func<BsonDocument, int>? count = null)
    {
        string stamp = Stamps.Expect(kind, most);
        int changed = 0;
        try
        {
            BsonDocument reply = await Database.RunAsync(command(stamp), cancellationToken).ConfigureAwait(false);
            return changed = count?.Invoke(reply) ?? (int)reply["n"].AsInt64;
        }
        finally
        {
            Stamps.Spare(stamp, most - changed);
        }
    }

    private static BsonArray Something() => [new BsonDocument { { Fields.Value, Expressions.Exists } }, new BsonDocument { { Fields.Lease, Expressions.Exists } }];

    private static BsonDocument In(BsonArray ids) => new() { { "$in", ids } };

    private static BsonDocument Update(string collection, BsonDocument filter, BsonArray stages, bool upsert = false, bool multi = false) => new()
    {
        { "update", collection },
        {
            "updates", new BsonArray
            {
                new BsonDocument { { "q", filter }, { "u", stages }, { "upsert", upsert ? true : default(BsonValue) }, { "multi", multi ? true : default(BsonValue) } },
            }
        },
    };

    private static void RequirePositive(TimeSpan? span, string parameter)
    {
        if (span is { Ticks: <= 0 })
            throw new ArgumentOutOfRangeException(parameter, span, $"The span is {span}; it must be positive.");
    }

    private static void RequireRoom(string id, int length)
    {
        if (length > MaxDocumentBytes - ReservedBytes - (8L * id.Length))
            throw new MongoDbException($"The value has {length:N0} bytes; a document of MongoDB has at most {MaxDocumentBytes:N0}, of which {ReservedBytes + (8L * id.Length):N0} are kept for the rest of it.");
    }
}
