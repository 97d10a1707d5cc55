using Larder.MongoDB.Bson;
using Larder.MongoDB.Commands;
using Larder.MongoDB.Connections;
using Larder.MongoDB.Documents;
using Larder.Shared;
using Larder.Stores;

namespace Larder.MongoDB;

/// <summary>The store where the servers tell of changes: one change stream over the database.</summary>
/// <remarks>
/// Reads and writes wait until the stream is open for the first time, or has failed to open: from then on every change is told.
/// When the stream is lost, that is told, and a new one is opened; nothing is made up for, because whoever observes trusts
/// nothing from before.
/// </remarks>
internal sealed class CoherentMongoDbStore : MongoDbStore, ICoherentStore
{
    private const int MostEmpty = 50_000;

    private readonly MongoDbStoreOptions _options;
    private readonly Backoff _backoff;
    private readonly CancellationTokenSource _disposal = new();
    private readonly TaskCompletionSource _tried = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile IStoreObserver? _observer;
    private Task _listening = Task.CompletedTask;
    private int _observed;
    // Only the listening task looks at the next two. Documents that were told to be empty: the server's deleting them later is
    // no news. With too many, some of it is told as such, which costs a read.
    private readonly HashSet<string> _empty = new(StringComparer.Ordinal);
    private bool _isLost;

    public CoherentMongoDbStore(MongoDbStoreOptions options)
        : base(options)
    {
        _options = options with { };
        _backoff = new Backoff(options.ReconnectDelay, options.MaxReconnectDelay, options.Random ?? Random.Shared);
    }

    public IDisposable Observe(IStoreObserver observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        if (Interlocked.Exchange(ref _observed, 1) != 0)
            throw new InvalidOperationException("This store has an observer, or had one; make another store.");
        _observer = observer;
        Stamps.AreHeard = true;
        _listening = Task.Run(ListenAsync);
        return new Observation(this);
    }

    private protected override ValueTask ReadyAsync(CancellationToken cancellationToken) =>
        Volatile.Read(ref _observed) == 0 || _tried.Task.IsCompleted ? ValueTask.CompletedTask : new ValueTask(_tried.Task.WaitAsync(cancellationToken));

    private protected override async ValueTask EndAsync()
    {
        _observer = null;
        await _disposal.CancelAsync().ConfigureAwait(false);
        _tried.TrySetResult();
    }

    private async Task ListenAsync()
    {
        int failures = 0;
        while (!_disposal.IsCancellationRequested)
        {
            try
            {
                Batch batch = await OpenAsync().ConfigureAwait(false);
                failures = 0;
                try
                {
                    while (true)
                    {
                        foreach (BsonDocument document in batch.Documents)
                            Tell(ChangeEvent.Read(document));
                        if (batch.Cursor == 0)
                            throw new MongoDbProtocolException("The server has ended the change stream.");
                        batch = await Database.MoreAsync(batch, _options.HeartbeatInterval, _disposal.Token).ConfigureAwait(false);
                    }
                }
                catch (OperationCanceledException) when (_disposal.IsCancellationRequested)
                {
                    await Database.KillAsync(batch).ConfigureAwait(false);
                }
            }
            catch (Exception) when (_disposal.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                Lose(error);
                await Task.Delay(_backoff.Before(++failures), _options.TimeProvider, _disposal.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<Batch> OpenAsync()
    {
        var open = new BsonDocument { { "aggregate", 1 }, { "pipeline", ChangeEvent.Pipeline() }, { "cursor", new BsonDocument() } };
        Batch batch;
        try
        {
            batch = Batch.Read(await Database.RunAsync(open, _disposal.Token).ConfigureAwait(false));
        }
        catch (MongoDbServerException error) when (error.Code == ServerError.NamespaceNotFound)
        {
            // A router wants the database to be there.
            await Database.RunAsync(new BsonDocument { { "create", StoredPartition.Epochs } }, _disposal.Token).ConfigureAwait(false);
            batch = Batch.Read(await Database.RunAsync(open, _disposal.Token).ConfigureAwait(false));
        }

        Telemetry.StreamOpened();
        if (_isLost)
        {
            _isLost = false;
            _observer?.OnConnectionRestored();
        }

        _tried.TrySetResult();
        return batch;
    }

    private void Lose(Exception reason)
    {
        Telemetry.StreamLost(reason);
        Stamps.Forget();
        _empty.Clear();
        if (!_isLost)
        {
            _isLost = true;
            _observer?.OnConnectionLost();
        }

        _tried.TrySetResult();
        SignalLease(null);
    }

    private void Tell(in ChangeEvent change)
    {
        Telemetry.Changed();
        switch (change.Operation)
        {
            case "insert" or "update" or "replace" or "delete" when change.Collection == StoredPartition.Epochs:
                TellEpoch(change);
                break;
            case "insert" or "update" or "replace" or "delete":
                TellEntry(change);
                break;
            default:
                // A collection was dropped or renamed, or the database was.
                ForgetIndexes();
                Stamps.Forget();
                _empty.Clear();
                _observer?.OnConnectionLost();
                _observer?.OnConnectionRestored();
                SignalLease(null);
                break;
        }
    }

    private void TellEntry(in ChangeEvent change)
    {
        if (change.Id.AsString is not { } id || !KeyText.TryUnescape(id, out string key))
            return;
        bool wasEmpty = _empty.Remove(id);
        if (change.Stamp is [ChangeStamps.Removal or ChangeStamps.LastLease, ..] && _empty.Count < MostEmpty)
            _empty.Add(id);
        bool isNews = change.Stamp switch
        {
            [ChangeStamps.Lease or ChangeStamps.LastLease, ..] => false,
            null => !wasEmpty || change.Operation != "delete",
            string stamp => !Stamps.IsOwn(stamp),
        };
        if (isNews)
            _observer?.OnChanged(key);
        SignalLease(key);
    }

    private void TellEpoch(in ChangeEvent change)
    {
        // When epochs are filed, nothing is bumped.
        if (change.Bumped is not { } bumped)
            return;
        int end = bumped.IndexOf(' ', StringComparison.Ordinal);
        if (end > 0 && !Stamps.IsOwn(bumped[..end]) && KeyText.TryUnescape(bumped[(end + 1)..], out string name))
            _observer?.OnEpochChanged(name);
    }

    private sealed class Observation(CoherentMongoDbStore store) : IDisposable
    {
        public void Dispose() => store._observer = null;
    }
}
