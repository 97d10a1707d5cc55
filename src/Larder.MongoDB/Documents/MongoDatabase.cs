using System.Buffers;
using Larder.MongoDB.Bson;
using Larder.MongoDB.Commands;

namespace Larder.MongoDB.Documents;

/// <summary>One database, seen through the seam: commands are documents here and bytes there.</summary>
internal sealed class MongoDatabase(IMongoDbClient client, string name)
{
    /// <summary>Runs a command.</summary>
    /// <exception cref="MongoDbServerException">The server refused it, or a part of it.</exception>
    public async ValueTask<BsonDocument> RunAsync(BsonDocument command, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var bytes = new ArrayBufferWriter<byte>(BsonWriter.LengthOf(command));
        BsonWriter.Write(bytes, command);
        ReadOnlyMemory<byte> reply = await client.RunCommandAsync(name, bytes.WrittenMemory, cancellationToken).ConfigureAwait(false);
        return Replies.Checked(BsonReader.Read(reply));
    }

    /// <summary>Runs a command that answers by a cursor, and gives all of its documents.</summary>
    public async ValueTask<List<BsonDocument>> ListAsync(BsonDocument command, CancellationToken cancellationToken)
    {
        var documents = new List<BsonDocument>();
        Batch batch = Batch.Read(await RunAsync(command, cancellationToken).ConfigureAwait(false));
        documents.AddRange(batch.Documents);
        while (batch.Cursor != 0)
        {
            try
            {
                batch = await MoreAsync(batch, default, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                await KillAsync(batch).ConfigureAwait(false);
                throw;
            }

            documents.AddRange(batch.Documents);
        }

        return documents;
    }

    /// <summary>The next documents of a cursor.</summary>
    /// <param name="batch">The ones before.</param>
    /// <param name="wait">How long the server may wait for some; zero where it does not wait.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async ValueTask<Batch> MoreAsync(Batch batch, TimeSpan wait, CancellationToken cancellationToken) => Batch.Read(await RunAsync(
        new BsonDocument
        {
            { "getMore", batch.Cursor },
            { "collection", batch.Collection },
            { "maxTimeMS", wait > TimeSpan.Zero ? (long)wait.TotalMilliseconds : default(BsonValue) },
        },
        cancellationToken).ConfigureAwait(false));

    /// <summary>Ends a cursor. Nobody depends on it: the server ends it as well, later.</summary>
    public async ValueTask KillAsync(Batch batch)
    {
        try
        {
            await RunAsync(new BsonDocument { { "killCursors", batch.Collection }, { "cursors", new BsonArray { batch.Cursor } } }, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception error) when (error is MongoDbException or ObjectDisposedException)
        {
            // The server is gone, and the cursor with it.
        }
    }
}
