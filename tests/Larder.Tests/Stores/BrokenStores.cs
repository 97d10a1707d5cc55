using System.Collections.Concurrent;
using System.IO.Enumeration;
using System.Text;
using Larder.Stores;

namespace Larder.Tests.Stores;

/// <summary>Stores that each get one thing wrong, as real ones have: the conformance suite has to notice.</summary>
internal static class BrokenStores
{
    public sealed class IgnoresTimeToLive(InMemoryStore inner) : StoreDecorator(inner)
    {
        public override ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken) =>
            base.SetAsync(key, value, null, cancellationToken);
    }

    public sealed class CountsTimeInSeconds(InMemoryStore inner) : StoreDecorator(inner)
    {
        public override ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken) =>
            base.SetAsync(key, value, timeToLive is { TotalDays: < 1 } span ? TimeSpan.FromSeconds(Math.Ceiling(span.TotalSeconds)) : timeToLive, cancellationToken);
    }

    public sealed class KeepsOldTimeToLive(InMemoryStore inner) : StoreDecorator(inner)
    {
        public override async ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken)
        {
            StoreTimeToLive old = await GetTimeToLiveAsync(key, cancellationToken);
            await base.SetAsync(key, value, old.Exists ? old.Remaining : timeToLive, cancellationToken);
        }
    }

    public sealed class SetsTimeToLiveOfNothing(InMemoryStore inner) : StoreDecorator(inner)
    {
        public override async ValueTask<bool> SetTimeToLiveAsync(string key, TimeSpan? timeToLive, CancellationToken cancellationToken) =>
            await base.SetTimeToLiveAsync(key, timeToLive, cancellationToken) || timeToLive is null;
    }

    public sealed class ReusesItsReadBuffer(InMemoryStore inner) : StoreDecorator(inner)
    {
        private readonly byte[] _buffer = new byte[2 * 1024 * 1024];

        public override async ValueTask<ReadOnlyMemory<byte>?> GetAsync(string key, CancellationToken cancellationToken)
        {
            if (await base.GetAsync(key, cancellationToken) is not { } value)
                return null;
            value.CopyTo(_buffer);
            return _buffer.AsMemory(0, value.Length);
        }
    }

    public sealed class KeepsTheCallersBuffer(InMemoryStore inner) : StoreDecorator(inner)
    {
        private readonly Dictionary<string, ReadOnlyMemory<byte>> _values = [];

        public override ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken)
        {
            _values[key] = value;
            return ValueTask.CompletedTask;
        }

        public override ValueTask<ReadOnlyMemory<byte>?> GetAsync(string key, CancellationToken cancellationToken) =>
            new(_values.TryGetValue(key, out ReadOnlyMemory<byte> value) ? value : default(ReadOnlyMemory<byte>?));
    }

    public sealed class TakesEmptyForMissing(InMemoryStore inner) : StoreDecorator(inner)
    {
        public override async ValueTask<ReadOnlyMemory<byte>?> GetAsync(string key, CancellationToken cancellationToken) =>
            await base.GetAsync(key, cancellationToken) is { IsEmpty: false } value ? value : default(ReadOnlyMemory<byte>?);
    }

    public sealed class ChangesKeys(InMemoryStore inner, Func<string, string> change) : StoreDecorator(inner)
    {
        public static string Trim(string key) => key.Trim();

        public static string FoldCase(string key) => key.ToLowerInvariant();

        public static string CutAtNul(string key) => key.Split('\0')[0];

        public static string ThroughUtf8(string key) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(key));

        public static string CutLong(string key) => key.Length > 1024 ? key[..1024] : key;

        public override ValueTask<ReadOnlyMemory<byte>?> GetAsync(string key, CancellationToken cancellationToken) =>
            base.GetAsync(change(key), cancellationToken);

        public override ValueTask<ReadOnlyMemory<byte>?[]> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
            base.GetManyAsync([.. keys.Select(change)], cancellationToken);

        public override ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken) =>
            base.SetAsync(change(key), value, timeToLive, cancellationToken);
    }

    public sealed class AnswersEachKeyOnce(InMemoryStore inner) : StoreDecorator(inner)
    {
        public override ValueTask<ReadOnlyMemory<byte>?[]> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
            base.GetManyAsync([.. keys.Distinct()], cancellationToken);
    }

    public sealed class AlwaysRemoved(InMemoryStore inner) : StoreDecorator(inner)
    {
        public override async ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken) =>
            await base.RemoveAsync(key, cancellationToken) || true;
    }

    public sealed class LooksThenRemoves(InMemoryStore inner) : StoreDecorator(inner)
    {
        public override async ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken)
        {
            bool found = (await GetAsync(key, cancellationToken)).HasValue;
            await Task.Delay(1, cancellationToken);
            await base.RemoveAsync(key, cancellationToken);
            return found;
        }
    }

    public sealed class IgnoresCancellation(InMemoryStore inner) : StoreDecorator(inner)
    {
        public override ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken) =>
            base.SetAsync(key, value, timeToLive, CancellationToken.None);
    }

    public sealed class WritesInTwoSteps(InMemoryStore inner) : StoreDecorator(inner)
    {
        public override async ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken)
        {
            await base.SetAsync(key, value[..((value.Length + 1) / 2)], timeToLive, cancellationToken);
            await Task.Delay(1, cancellationToken);
            await base.SetAsync(key, value, timeToLive, cancellationToken);
        }
    }

    public sealed class AcknowledgesEarly(InMemoryStore inner) : StoreDecorator(inner)
    {
        public override ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken)
        {
            byte[] copy = value.ToArray();
            _ = Task.Delay(5, CancellationToken.None).ContinueWith(_ => base.SetAsync(key, copy, timeToLive, default).AsTask(), TaskScheduler.Default);
            return ValueTask.CompletedTask;
        }
    }

    public sealed class TakesPrefixesForGlobs(InMemoryStore inner) : StoreDecorator(inner)
    {
        public override IAsyncEnumerable<string> ScanAsync(string prefix, CancellationToken cancellationToken) =>
            base.ScanAsync("", cancellationToken).Where(key => FileSystemName.MatchesSimpleExpression(prefix + "*", key, ignoreCase: false));
    }

    public sealed class ScansByOffset(InMemoryStore inner) : StoreDecorator(inner)
    {
        public override async IAsyncEnumerable<string> ScanAsync(string prefix, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            for (int offset = 0; ; offset += 10)
            {
                string[] page = await base.ScanAsync(prefix, cancellationToken).Skip(offset).Take(10).ToArrayAsync(cancellationToken);
                foreach (string key in page)
                    yield return key;
                if (page.Length < 10)
                    yield break;
            }
        }
    }

    public sealed class KeepsLeaseWhenNothingWasRemoved(InMemoryStore inner) : StoreDecorator(inner)
    {
        public override async ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken) =>
            (await GetAsync(key, cancellationToken)).HasValue && await base.RemoveAsync(key, cancellationToken);
    }

    public sealed class WritesThroughAnyLease(InMemoryStore inner) : StoreDecorator(inner)
    {
        public override async ValueTask<bool> SetWithLeaseAsync(string key, string lease, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken)
        {
            await SetAsync(key, value, timeToLive, cancellationToken);
            return true;
        }
    }

    public sealed class ChecksTheLeaseThenWrites(InMemoryStore inner) : StoreDecorator(inner)
    {
        public override async ValueTask<bool> SetWithLeaseAsync(string key, string lease, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken)
        {
            if (!await base.SetWithLeaseAsync(key, lease, value, timeToLive, cancellationToken))
                return false;
            await Task.Delay(1, cancellationToken);
            await SetAsync(key, value, timeToLive, cancellationToken);
            return true;
        }
    }

    public sealed class ReleasesWhateverLease(InMemoryStore inner) : StoreDecorator(inner)
    {
        // A removal voids the lease, whoever holds it.
        public override async ValueTask ReleaseLeaseAsync(string key, string lease, CancellationToken cancellationToken) =>
            await base.RemoveAsync(key, cancellationToken);
    }

    public sealed class DoesNotWait(InMemoryStore inner) : StoreDecorator(inner)
    {
        public override ValueTask WaitForLeaseAsync(string key, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }

    public sealed class BumpsInTwoSteps(InMemoryStore inner, Dictionary<string, long> shared) : StoreDecorator(inner)
    {
        public override async ValueTask<long> BumpEpochAsync(string name, CancellationToken cancellationToken)
        {
            long next;
            lock (shared)
                next = shared.GetValueOrDefault("") + 1;
            await Task.Delay(1, cancellationToken);
            lock (shared)
                return shared[name] = shared[""] = next;
        }

        public override ValueTask<StoreEpochs> GetEpochsAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
        {
            lock (shared)
                return new(new StoreEpochs(shared.GetValueOrDefault(""), [.. names.Select(name => shared.GetValueOrDefault(name))]));
        }
    }

    public sealed class CountsEveryNameAlone(InMemoryStore inner) : StoreDecorator(inner)
    {
        private readonly Dictionary<string, long> _epochs = [];

        public override ValueTask<long> BumpEpochAsync(string name, CancellationToken cancellationToken) =>
            new(_epochs[name] = _epochs.GetValueOrDefault(name) + 1);
    }

    public sealed class TellsOnlyOnce(InMemoryStore inner) : StoreDecorator(inner)
    {
        public override IDisposable Observe(IStoreObserver observer) => base.Observe(new OnceObserver(observer));

        private sealed class OnceObserver(IStoreObserver observer) : IStoreObserver
        {
            private readonly HashSet<string> _told = [];

            public void OnChanged(string key)
            {
                lock (_told)
                {
                    if (!_told.Add(key))
                        return;
                }

                observer.OnChanged(key);
            }

            public void OnEpochChanged(string name) => observer.OnEpochChanged(name);

            public void OnConnectionLost() => observer.OnConnectionLost();

            public void OnConnectionRestored() => observer.OnConnectionRestored();
        }
    }

    public sealed class TellsOnlyOfWrites(InMemoryStore inner) : StoreDecorator(inner)
    {
        public override IDisposable Observe(IStoreObserver observer) => base.Observe(new WritesObserver(this, observer));

        private sealed class WritesObserver(ICacheStore store, IStoreObserver observer) : IStoreObserver
        {
            public void OnChanged(string key)
            {
                if (store.GetAsync(key, default).AsTask().GetAwaiter().GetResult().HasValue)
                    observer.OnChanged(key);
            }

            public void OnEpochChanged(string name) => observer.OnEpochChanged(name);

            public void OnConnectionLost() => observer.OnConnectionLost();

            public void OnConnectionRestored() => observer.OnConnectionRestored();
        }
    }

    /// <summary>As a server does that tracks reads, and whose client forgets that a writer keeps a copy, too.</summary>
    public sealed class TellsOnlyOfWhatWasRead(InMemoryStore inner) : StoreDecorator(inner)
    {
        private readonly ConcurrentDictionary<string, bool> _read = new(StringComparer.Ordinal);

        public override ValueTask<ReadOnlyMemory<byte>?> GetAsync(string key, CancellationToken cancellationToken)
        {
            _read[key] = true;
            return base.GetAsync(key, cancellationToken);
        }

        public override IDisposable Observe(IStoreObserver observer) => base.Observe(new FilteredObserver(_read.ContainsKey, observer));
    }

    public sealed class TellsNothingOfTimeToLive(InMemoryStore inner) : StoreDecorator(inner)
    {
        private static readonly ConcurrentDictionary<string, bool> Untold = new(StringComparer.Ordinal);

        public override async ValueTask<bool> SetTimeToLiveAsync(string key, TimeSpan? timeToLive, CancellationToken cancellationToken)
        {
            Untold[key] = true;
            try
            {
                return await base.SetTimeToLiveAsync(key, timeToLive, cancellationToken);
            }
            finally
            {
                Untold.TryRemove(key, out _);
            }
        }

        public override IDisposable Observe(IStoreObserver observer) => base.Observe(new FilteredObserver(key => !Untold.ContainsKey(key), observer));
    }

    private sealed class FilteredObserver(Func<string, bool> tells, IStoreObserver observer) : IStoreObserver
    {
        public void OnChanged(string key)
        {
            if (tells(key))
                observer.OnChanged(key);
        }

        public void OnEpochChanged(string name) => observer.OnEpochChanged(name);

        public void OnConnectionLost() => observer.OnConnectionLost();

        public void OnConnectionRestored() => observer.OnConnectionRestored();
    }
}
