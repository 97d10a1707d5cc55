using Larder.Coherence;
using Larder.Entries;
using Larder.Partitions;
using Larder.Persistence;
using Larder.Serialization;

namespace Larder;

/// <content>The memory tier in a file.</content>
internal sealed partial class CacheCore
{
    private SnapshotSaver? _snapshot;

    /// <summary>Saves the memory now; when it returns, that survives a crash.</summary>
    public async ValueTask SaveAsync(CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        if (_snapshot is not { } snapshot)
            throw new InvalidOperationException("The cache has no snapshot to save. Give it one with CacheOptions.PersistTo.");
        await snapshot.SaveAsync(cancellationToken).ConfigureAwait(false);
    }

    private void OpenSnapshot()
    {
        if (Options.Snapshot is not { } options)
            return;

        var file = new SnapshotFile(options, Options.TimeProvider, SnapshotFile.RecordLimit(Options.MaxPayloadBytes));
        try
        {
            Load(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        _snapshot = new SnapshotSaver(
            file,
            Records,
            options.Interval,
            Options.TimeProvider,
            failure => _telemetry.SnapshotFailed(failure.Path, failure.Error),
            saved => _telemetry.SnapshotSaved(file.Path, saved.Records, saved.Bytes, saved.Duration, saved.Refused, saved.KeptAside));
    }

    private ValueTask CloseSnapshotAsync() => _snapshot?.DisposeAsync() ?? ValueTask.CompletedTask;

    // Something in memory changed: tell who listens, and save it sooner or later. Called outside the stripes.
    private void AfterChange()
    {
        _memory.FlushRemovals();
        _snapshot?.MarkChanged();
    }

    private void Load(SnapshotFile file)
    {
        long loaded = 0, expired = 0, rejected = 0;
        SnapshotLoadResult result = file.Load(record =>
        {
            if (!SnapshotKey.TryRead(record.Key, out PartitionId id, out string text) || _codec.TryReadHeader(record.Value, out EnvelopeHeader header) != DecodeOutcome.Ok)
            {
                rejected++;
                return;
            }

            EntryTimes times = Envelopes.TimesOf(header, _clock);
            if (_clock.Exact >= times.ExpiresAt)
            {
                expired++;
                return;
            }

            var key = new EntryKey(Partitions.Get(id), text);
            var entry = new EncodedEntry(record.Value, times, Envelopes.TraitsOf(header, times), _epochs.Now);
            entry.Follow(Defaults);
            _memory.Set(key, entry);
            loaded++;
        });
        _memory.FlushRemovals();

        if (result.Status is SnapshotLoadStatus.UnknownVersion or SnapshotLoadStatus.Unreadable)
            _telemetry.SnapshotFailed(file.Path, result.Error ?? new InvalidDataException(result.Reason));
        else if (result.Status != SnapshotLoadStatus.Missing)
            _telemetry.SnapshotLoaded(file.Path, loaded, expired, rejected + (result.LostRecords ?? (result.Status == SnapshotLoadStatus.Damaged ? 1 : 0)), result.Reason);
    }

    // Coldest first, so that loading them in this order leaves the same ones in a full memory, in the same order.
    private IEnumerable<SnapshotRecord> Records()
    {
        foreach (KeyValuePair<EntryKey, CacheEntry> pair in _memory.ColdestFirst())
        {
            if (Encoded(pair.Key, pair.Value) is { } envelope)
                yield return new SnapshotRecord(SnapshotKey.Of(pair.Key), envelope);
        }
    }

    private byte[]? Encoded(in EntryKey key, CacheEntry entry)
    {
        if (!IsValid(key, entry) || _clock.Exact >= entry.ExpiresAt)
            return null;
        try
        {
            return entry.Encode(_codec, StoredKeyOf(key), Envelopes.HeaderOf(entry, _clock, stamp: 0));
        }
        catch (Exception error)
        {
            // One value that no serializer takes, or that somebody changes at this moment, must not cost all others.
            _telemetry.PayloadRejected(key.Partition, key.Key, "not encodable", error);
            return null;
        }
    }
}
