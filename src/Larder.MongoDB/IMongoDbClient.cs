namespace Larder;

/// <summary>
/// The seam between a <see cref="MongoDbStore"/> and whatever speaks to the server. Larder has a client of its own; the
/// official driver fills it in five lines (docs/mongodb.md shows them).
/// </summary>
public interface IMongoDbClient
{
    /// <summary>Sends a command to the primary and gives back what it answers. Safe for concurrent use.</summary>
    /// <param name="database">The database to run it in.</param>
    /// <param name="command">The command, a BSON document. Not used any more once the call has completed.</param>
    /// <param name="cancellationToken">Ends the call before it was sent. A write that was sent has to end with its answer, with its connection or with a timeout.</param>
    /// <returns>The answer, a BSON document, the caller's alone; also one that says <c>ok: 0</c>, for which an exception may be thrown instead.</returns>
    ValueTask<ReadOnlyMemory<byte>> RunCommandAsync(string database, ReadOnlyMemory<byte> command, CancellationToken cancellationToken);
}
