using Larder.Coherence;
using Larder.Diagnostics;
using Larder.Entries;
using Larder.Flights;
using Larder.Partitions;
using Larder.Resilience;

namespace Larder;

/// <content>Reads that compute nothing.</content>
internal sealed partial class CacheCore
{
    public ValueTask<CacheResult<T>> TryGetAsync<T>(EntryKey key, EntryPolicy policy, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<CacheResult<T>>(cancellationToken);

        if (policy.ReadsMemory && LookUp<T>(key, policy) is { IsFresh: true } found)
        {
            _telemetry.Hit(key.Partition, key.Key, Tiers.Memory, LeftOf(found.Entry!));
            return new ValueTask<CacheResult<T>>(new CacheResult<T>(Handed(found.Value, found.Entry, policy)));
        }

        if (_store is not null && policy.ReadsStore)
            return TryGetStoredAsync<T>(key, policy, cancellationToken);
        _telemetry.Miss(key.Partition, key.Key);
        return new ValueTask<CacheResult<T>>(default(CacheResult<T>));
    }

    /// <summary>A fresh entry of memory or store, whatever its type; counts as neither hit nor miss.</summary>
    public async ValueTask<CacheEntry?> FindAsync(EntryKey key, CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        cancellationToken.ThrowIfCancellationRequested();
        CacheEntry? entry = FindLiving(key, out Freshness freshness);
        if (freshness == Freshness.Fresh)
            return entry;
        return _store is null ? null : await LoadAsync(key, Defaults, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<CacheResult<T>> TryGetStoredAsync<T>(EntryKey key, EntryPolicy policy, CancellationToken cancellationToken)
    {
        CacheEntry? entry = await LoadAsync(key, policy, cancellationToken).ConfigureAwait(false);
        if (entry is EncodedEntry encoded)
            entry = DecodeInPlace<T>(key, encoded, policy);
        if (entry is null || !entry.TryGetValue(out T value))
        {
            _telemetry.Miss(key.Partition, key.Key);
            return default;
        }

        StoredHit(key, entry);
        return new CacheResult<T>(Handed(value, entry, policy));
    }

    // Brings a fresh entry from the store into memory, still encoded: who asks for the type decodes it.
    private async ValueTask<CacheEntry?> LoadAsync(EntryKey key, EntryPolicy policy, CancellationToken cancellationToken)
    {
        CacheEntry? seen = policy.ReadsMemory && _memory.TryPeek(key, out CacheEntry? present) ? present : null;
        while (true)
        {
            long asked = _epochs.Now;
            Boarding<EncodedEntry> boarding = Board<EncodedEntry>(key, seen, FlightKind.Read, policy.ReadsMemory, policy.ReadFrom);
            Landing<EncodedEntry> landing;
            if (boarding.Flight is { } flight)
            {
                if (boarding.Started)
                    _ = ReadFlightAsync(flight, policy);
                try
                {
                    landing = await flight.Landing.WaitAsync(cancellationToken).ConfigureAwait(false);
                }
                catch (OperationCanceledException)
                {
                    Abandon(flight, goOn: false);
                    throw;
                }

                if (asked > flight.Stamp && landing.Entry is { } found && !key.Partition.IsValid(flight.Stamp, found.Tags))
                    continue;
            }
            else if (boarding.Other is not null)
            {
                // A factory is at work. Whoever only reads does not wait for it, and leaves it to it to publish.
                StoreRead read = await _store!.Reader.ReadEncodedAsync(key, StoredKeyOf(key), asked, cancellationToken).ConfigureAwait(false);
                landing = LandingOf(read, policy);
            }
            else
            {
                CacheEntry? entry = FindLiving(key, out Freshness freshness);
                if (freshness == Freshness.Fresh)
                    return entry;
                seen = entry;
                continue;
            }

            return landing.Error is null ? landing.Entry : throw landing.Error;
        }
    }

    private async Task ReadFlightAsync(Flight<EncodedEntry> flight, EntryPolicy policy)
    {
        Landing<EncodedEntry> landing;
        try
        {
            StoreRead read = await _store!.Reader.ReadEncodedAsync(flight.Key, StoredKeyOf(flight.Key), flight.Stamp, flight.CancellationToken).ConfigureAwait(false);
            landing = LandingOf(read, policy);
            if (landing.Entry is { } entry)
                PublishToMemory(flight, entry, policy);
        }
        catch (Exception error)
        {
            landing = Landing<EncodedEntry>.Failed(error);
        }

        Land(flight, landing);
    }

    private Landing<EncodedEntry> LandingOf(in StoreRead read, EntryPolicy policy) => read.Kind switch
    {
        StoreReadKind.Fresh => new Landing<EncodedEntry>(Outcome.Stored, (EncodedEntry)read.Entry!, read.Entry, null),
        StoreReadKind.Failed when !policy.FailSilently => Landing<EncodedEntry>.Failed(new CacheStoreException($"The store '{_store!.Guard.Store.Name}' could not be read.", read.Error)),
        _ => Landing<EncodedEntry>.Absent,
    };

    private void StoredHit(in EntryKey key, CacheEntry entry)
    {
        _telemetry.Hit(key.Partition, key.Key, Tiers.Store, LeftOf(entry));
        if (entry.Traits is { SlidingMilliseconds: > 0 } sliding)
            TouchStored(key, sliding);
    }

    // A sliding entry lives in the store for one slide from its last hit. Nobody waits for that, and a touch that
    // fails only makes the entry a miss elsewhere a little earlier.
    private void TouchStored(in EntryKey key, EntryTraits traits)
    {
        if (_store is not { } store)
            return;
        _ = store.Guard.AskAsync(
            StoreOperation.SetTimeToLive,
            (StoredKey: StoredKeyOf(key), TimeToLive: TimeSpan.FromMilliseconds(traits.SlidingMilliseconds)),
            static (store, touch, cancellationToken) => store.SetTimeToLiveAsync(touch.StoredKey, touch.TimeToLive, cancellationToken),
            store.Guard.Options.WriteTimeout,
            CancellationToken.None).AsTask();
    }
}
