using System.Text;
using Larder.MongoDB.Bson;

namespace Larder.MongoDB.Commands;

/// <summary>What a command is, as far as sending it is concerned.</summary>
/// <param name="IsWrite">It changes documents.</param>
/// <param name="IsRetryable">Sending it twice does no more than sending it once; a write needs a number for that.</param>
/// <param name="IsBounded">The server may be told how long to work on it.</param>
/// <param name="MaxTime">How long the command itself says; zero when it says nothing.</param>
internal readonly record struct CommandTraits(bool IsWrite, bool IsRetryable, bool IsBounded, TimeSpan MaxTime)
{
    /// <summary>Looks at a command.</summary>
    /// <exception cref="MongoDbProtocolException">It is no document.</exception>
    public static CommandTraits Of(ReadOnlySpan<byte> command)
    {
        var scan = new BsonScan(command);
        if (!scan.Next())
            return default;
        bool isRead = scan.Name.SequenceEqual("find"u8) || scan.Name.SequenceEqual("aggregate"u8) || scan.Name.SequenceEqual("listCollections"u8);
        bool isRepeatable = isRead || scan.Name.SequenceEqual("createIndexes"u8); // An index that is there is not made again.
        bool isWrite = scan.Name.SequenceEqual("update"u8) || scan.Name.SequenceEqual("delete"u8) || scan.Name.SequenceEqual("insert"u8) || scan.Name.SequenceEqual("findAndModify"u8);
        bool isMany = false;
        TimeSpan maxTime = default;
        while (scan.Next())
        {
            if (scan.Name.SequenceEqual("maxTimeMS"u8))
                maxTime = TimeSpan.FromMilliseconds(scan.Number);
            else if (isWrite && scan.Type == BsonType.Array && (scan.Name.SequenceEqual("updates"u8) || scan.Name.SequenceEqual("deletes"u8)))
                isMany |= ChangesMany(scan.Value);
        }

        return new CommandTraits(isWrite, isRepeatable || (isWrite && !isMany), isRead || isWrite, maxTime);
    }

    /// <summary>What a command is called.</summary>
    public static string NameOf(ReadOnlySpan<byte> command)
    {
        var scan = new BsonScan(command);
        return scan.Next() ? Encoding.UTF8.GetString(scan.Name) : "";
    }

    private static bool ChangesMany(ReadOnlySpan<byte> statements)
    {
        var all = new BsonScan(statements);
        while (all.Next())
        {
            if (all.Type != BsonType.Document)
                continue;
            var one = new BsonScan(all.Value);
            while (one.Next())
            {
                if ((one.Name.SequenceEqual("multi"u8) && one.Number != 0) || (one.Name.SequenceEqual("limit"u8) && one.Number == 0))
                    return true;
            }
        }

        return false;
    }
}
