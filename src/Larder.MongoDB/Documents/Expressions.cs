using Larder.MongoDB.Bson;

namespace Larder.MongoDB.Documents;

/// <summary>What the server computes: filters, and the stages that change a document. All times are by its clock (<c>$$NOW</c>).</summary>
internal static class Expressions
{
    /// <summary>The last millisecond of the year 9999: drivers cannot read a later date.</summary>
    private const long EndOfTime = 253_402_300_799_999;

    // What is asked for beyond ends earlier: so that the date is one that drivers can read.
    private static readonly TimeSpan LongestSpan = TimeSpan.FromDays(365.0 * 7900);

    private static readonly BsonValue Now = "$$NOW";
    private static readonly BsonValue Nothing = "$$REMOVE";

    /// <summary>The end of the entry in a document; missing when it has none.</summary>
    private static readonly BsonValue EntryEnd = Call("$ifNull", "$lease.expire_at", "$expire_at");

    /// <summary>Whether the entry, if there is one, has not ended.</summary>
    private static readonly BsonValue IsFresh = Call("$gt", Call("$ifNull", EntryEnd, BsonValue.DateTime(EndOfTime)), Now);

    private static readonly BsonValue HasValue = Call("$ne", One("$type", "$value"), "missing");

    private static readonly BsonValue IsLive = Call("$and", HasValue, IsFresh);

    private static readonly BsonValue IsLeased = Call("$gt", "$lease.until", Now);

    /// <summary>Some condition that only the server can decide.</summary>
    public static BsonValue Fresh => IsFresh;

    public static BsonValue Live => IsLive;

    public static BsonValue Dead => Call("$not", IsLive);

    public static BsonValue Leased => IsLeased;

    /// <summary>How many milliseconds the entry has left; null when it does not end.</summary>
    public static BsonValue EntryLeft => Call("$subtract", EntryEnd, Now);

    /// <summary>How many milliseconds the lease has left.</summary>
    public static BsonValue LeaseLeft => Call("$subtract", "$lease.until", Now);

    public static BsonDocument Exists => new() { { "$exists", true } };

    /// <summary>The one stage that makes a document an entry, whatever it was.</summary>
    public static BsonArray Write(string key, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, string changedBy)
    {
        StoredPartition partition = StoredPartition.Of(key);
        return
        [
            One("$replaceWith", new BsonDocument
            {
                { Fields.Id, "$_id" },
                { Fields.Value, value },
                { Fields.CreatedAt, Now },
                { Fields.ExpireAt, timeToLive is { } span ? In(span) : default },
                { Fields.Collection, Literal(partition.Collection) },
                { Fields.Scope, Literal(partition.Scope) },
                { Fields.OrganizationId, Literal(partition.OrganizationId) },
                { Fields.UserId, Literal(partition.UserId) },
                { Fields.ChangedBy, Literal(changedBy) },
            }),
        ];
    }

    /// <summary>The stage that leaves of a document only what others have to hear. The server deletes it a little later.</summary>
    public static BsonArray Remove(string changedBy) =>
    [
        One("$replaceWith", new BsonDocument { { Fields.Id, "$_id" }, { Fields.ExpireAt, Now }, { Fields.ChangedBy, Literal(changedBy) } }),
    ];

    /// <summary>The stage that gives an entry another end, and leaves its lease.</summary>
    public static BsonArray SetTimeToLive(TimeSpan? timeToLive, string changedBy)
    {
        BsonValue end = timeToLive is { } span ? In(span) : default;
        return
        [
            One("$set", new BsonDocument
            {
                { Fields.ExpireAt, end.IsMissing ? Nothing : Call("$max", end, "$lease.until") },
                {
                    Fields.Lease, Call(
                        "$cond",
                        Call("$eq", One("$type", "$lease"), "missing"),
                        Nothing,
                        new BsonDocument { { "token", "$lease.token" }, { "until", "$lease.until" }, { "expire_at", end } })
                },
                { Fields.ChangedBy, Literal(changedBy) },
            }),
        ];
    }

    /// <summary>The stage that puts a lease into a document that has none, or one that has run out.</summary>
    public static BsonArray Acquire(string token, TimeSpan duration, string changedBy)
    {
        BsonValue until = In(duration);
        BsonValue beside = Call("$mergeObjects", "$$ROOT", new BsonDocument
        {
            { Fields.Lease, new BsonDocument { { "token", Literal(token) }, { "until", until }, { "expire_at", EntryEnd } } },
            { Fields.ExpireAt, Call("$cond", Call("$eq", One("$type", EntryEnd), "missing"), Nothing, Call("$max", EntryEnd, until)) },
            { Fields.ChangedBy, Literal(changedBy) },
        });
        BsonValue alone = new BsonDocument
        {
            { Fields.Id, "$_id" },
            { Fields.Lease, new BsonDocument { { "token", Literal(token) }, { "until", until } } },
            { Fields.ExpireAt, until },
            { Fields.ChangedBy, Literal(changedBy) },
        };
        return [One("$replaceWith", Call("$cond", IsLeased, "$$ROOT", Call("$cond", IsLive, beside, alone)))];
    }

    /// <summary>The stages that end a lease and leave what it lies beside.</summary>
    public static BsonArray Release(string changedByWithoutKind) =>
    [
        One("$set", new BsonDocument
        {
            { Fields.ExpireAt, Call("$cond", HasValue, Call("$ifNull", "$lease.expire_at", Nothing), Now) },
            { Fields.ChangedBy, Call("$cond", HasValue, Literal(ChangeStamps.Lease + changedByWithoutKind), Literal(ChangeStamps.LastLease + changedByWithoutKind)) },
        }),
        One("$unset", Fields.Lease),
    ];

    /// <summary>The stage that begins the epochs' first document, if it is not begun, with a counter that no earlier one has reached.</summary>
    public static BsonDocument BeginEpochs() => new()
    {
        {
            "$set", new BsonDocument
            {
                { Fields.Counter, Call("$ifNull", "$counter", Call("$multiply", One("$toLong", Now), 1000L)) },
                { Fields.Recent, Call("$ifNull", "$recent", Literal(new BsonArray())) },
            }
        },
    };

    /// <summary>The stages that bump an epoch.</summary>
    public static BsonArray Bump(string name, string changedBy) =>
    [
        BeginEpochs(),
        One("$set", new BsonDocument { { Fields.Counter, Call("$add", "$counter", 1L) } }),
        One("$set", new BsonDocument
        {
            {
                Fields.Recent, Call("$concatArrays", "$recent", new BsonArray { new BsonDocument { { Fields.Name, Literal(name) }, { Fields.Epoch, "$counter" } } })
            },
            { Fields.Bumped, Literal($"{changedBy} {name}") },
        }),
    ];

    /// <summary>A value that is not looked into: a text may begin with a dollar sign.</summary>
    private static BsonValue Literal(BsonValue value) => value.IsNothing ? default : One("$literal", value);

    private static BsonValue Literal(string? value) => value is null ? default : One("$literal", value);

    // Rounded up to whole milliseconds, the least that a date has.
    private static BsonValue In(TimeSpan span) =>
        Call("$add", Now, (long)Math.Ceiling((span > LongestSpan ? LongestSpan : span).TotalMilliseconds));

    private static BsonValue One(string name, BsonValue argument) => new BsonDocument { { name, argument } };

    private static BsonValue Call(string name, params ReadOnlySpan<BsonValue> arguments) => new BsonDocument { { name, new BsonArray(arguments.ToArray()) } };
}
