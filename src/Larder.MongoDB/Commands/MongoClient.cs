using System.Globalization;
using Larder.MongoDB.Bson;
using Larder.MongoDB.Connections;
using Larder.MongoDB.Diagnostics;
using Larder.MongoDB.Topology;
using Larder.Shared;

namespace Larder.MongoDB.Commands;

/// <summary>Larder's own client: finds the server, sends the command, and sends it once more when the server was lost under it.</summary>
/// <remarks>
/// A write is sent again only under a number by which the server knows it
/// (https://github.com/mongodb/specifications/blob/master/source/retryable-writes/retryable-writes.md), so that it happens once.
/// </remarks>
internal sealed class MongoClient(MongoDbStoreOptions options, MongoTelemetry telemetry) : IMongoDbClient, IDisposable
{
    private readonly ServerSelector _servers = new(options, telemetry);
    private readonly ServerSessions _sessions = new(options.TimeProvider);

    public async ValueTask<ReadOnlyMemory<byte>> RunCommandAsync(string database, ReadOnlyMemory<byte> command, CancellationToken cancellationToken)
    {
        CommandTraits traits = CommandTraits.Of(command.Span);
        var sending = new Sending(this, database, command, traits);
        while (true)
        {
            (ReadOnlyMemory<byte> reply, Exception? error) = await sending.TryAsync(cancellationToken).ConfigureAwait(false);
            if (!sending.MayTryAgain)
                return error is null ? reply : throw error;
            telemetry.Retried();
        }
    }

    public void Dispose() => _servers.Dispose();

    /// <summary>One command on its way.</summary>
    private sealed class Sending(MongoClient client, string database, ReadOnlyMemory<byte> command, CommandTraits traits)
    {
        private readonly MongoDbStoreOptions _options = client.Options;
        private ServerSession? _session;
        private int _attempts;
        private bool _isInDoubt; // Something may still go on in the session: no other write is sent in it.

        /// <summary>Whether the last attempt failed in a way that the next may not.</summary>
        public bool MayTryAgain { get; private set; }

        public async ValueTask<(ReadOnlyMemory<byte> Reply, Exception? Error)> TryAsync(CancellationToken cancellationToken)
        {
            bool isFirst = _attempts++ == 0;
            MayTryAgain = false;
            ConnectionPool pool = await client._servers.SelectAsync(cancellationToken).ConfigureAwait(false);
            int generation = pool.Generation();
            MongoConnection connection;
            try
            {
                connection = await pool.RentAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (MongoDbConnectionException error) when (!error.IsQueueFull)
            {
                // Nothing was sent.
                client._servers.Lost(pool, generation, isGone: true, error);
                MayTryAgain = isFirst;
                return (default, error);
            }

            using ClientCall? call = MongoMeter.Instruments.IsObserved
                ? MongoMeter.Instruments.Start((connection.Server.Host, connection.Server.Port), CommandTraits.NameOf(command.Span), database, _options.TimeProvider)
                : null;
            try
            {
                bool isKnownAgain = Prepare(connection.Hello!);
                TimeSpan timeout = _options.CommandTimeout + (traits.MaxTime > TimeSpan.Zero ? traits.MaxTime : traits.IsBounded ? _options.CommandTimeout : TimeSpan.Zero);
                client.Telemetry.Sent();
                ReadOnlyMemory<byte> reply = await connection.ExchangeAsync(CommandMessage.Make(command, Additions()), timeout).ConfigureAwait(false);
                if (ReplyError.Find(reply.Span) is not { } error)
                {
                    Release();
                    return (reply, null);
                }

                call?.Answered(error.Code.ToString(CultureInfo.InvariantCulture));
                call?.Failed(error.Code.ToString(CultureInfo.InvariantCulture));
                if (ServerError.IsNotPrimary(error.Code))
                    client._servers.Lost(pool, connection.Generation, ServerError.IsShuttingDown(error.Code), new MongoDbServerException(error.Code, "", error.Message));
                MayTryAgain = isFirst && ((error.IsRetryable && isKnownAgain) || ServerError.IsNotBegun(error.Code));
                if (!MayTryAgain)
                    Release();
                return (reply, null);
            }
            catch (MongoDbException error)
            {
                call?.Failed(error.GetType().FullName);
                client._servers.Lost(pool, connection.Generation, isGone: true, error);
                MayTryAgain = isFirst && Prepare(connection.Hello!);
                _isInDoubt = true;
                return (default, error);
            }
            finally
            {
                pool.Return(connection);
            }
        }

        // Whether the server knows the command when it comes again, or does not have to.
        private bool Prepare(HelloReply hello)
        {
            if (!traits.IsRetryable)
                return false;
            if (!traits.IsWrite)
                return _options.RetryReads;
            if (!_options.RetryWrites || !hello.CanRetryWrites)
                return false;
            if (_session is null)
            {
                _session = client._sessions.Rent(hello.SessionMinutes);
                _session.LastWrite++;
            }

            return true;
        }

        private BsonDocument Additions()
        {
            var additions = new BsonDocument { { "$db", database } };
            if (traits.IsBounded && traits.MaxTime == TimeSpan.Zero)
                additions.Add("maxTimeMS", (long)_options.CommandTimeout.TotalMilliseconds);
            if (traits.IsWrite && _options.WriteConcern is { } concern)
                additions.Add("writeConcern", new BsonDocument { { "w", int.TryParse(concern, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : (BsonValue)concern } });
            if (_session is not null)
            {
                additions.Add("lsid", _session.Id);
                additions.Add("txnNumber", _session.LastWrite);
            }

            return additions;
        }

        private void Release()
        {
            if (_session is { } session && !_isInDoubt)
                client._sessions.Return(session);
            _session = null;
        }
    }

    private MongoDbStoreOptions Options => options;

    private MongoTelemetry Telemetry => telemetry;
}
