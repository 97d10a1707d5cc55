using System.Collections.Concurrent;
using Larder.Stores;

namespace Larder.Tests.Stores;

/// <summary>Stores whose client, clock or server gets one thing wrong: the conformance suite has to notice.</summary>
internal static class BrokenConnections
{
    public sealed class CutsLongValues(InMemoryStore inner) : StoreDecorator(inner)
    {
        public override ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken) =>
            base.SetAsync(key, value[..Math.Min(value.Length, 1024 * 1024)], timeToLive, cancellationToken);
    }

    /// <summary>Forgets that an answer is still due when its caller gives up.</summary>
    public sealed class CrossesAnswers(InMemoryStore inner) : StoreDecorator(inner)
    {
        private readonly ConcurrentQueue<ReadOnlyMemory<byte>?> _nobodys = new();

        public override async ValueTask<ReadOnlyMemory<byte>?> GetAsync(string key, CancellationToken cancellationToken)
        {
            ReadOnlyMemory<byte>? answer = await base.GetAsync(key, cancellationToken);
            await Task.Yield();
            if (cancellationToken.IsCancellationRequested)
            {
                _nobodys.Enqueue(answer);
                cancellationToken.ThrowIfCancellationRequested();
            }

            if (!_nobodys.TryDequeue(out ReadOnlyMemory<byte>? another))
                return answer;
            _nobodys.Enqueue(answer);
            return another;
        }
    }

    public sealed class HasItsOwnLastWrite(InMemoryStore inner) : StoreDecorator(inner)
    {
        private readonly ConcurrentDictionary<string, byte[]> _written = new(StringComparer.Ordinal);

        public override async ValueTask<ReadOnlyMemory<byte>?> GetAsync(string key, CancellationToken cancellationToken) =>
            _written.TryGetValue(key, out byte[]? written) ? written.AsMemory() : await base.GetAsync(key, cancellationToken);

        public override ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken)
        {
            _written[key] = value.ToArray();
            return base.SetAsync(key, value, timeToLive, cancellationToken);
        }
    }

    public sealed class CountsInTicksOf30Milliseconds(InMemoryStore inner) : StoreDecorator(inner)
    {
        // A tick that ends before it began is never.
        public override ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken) =>
            base.SetAsync(key, value, timeToLive < TimeSpan.FromMilliseconds(30) ? null : timeToLive, cancellationToken);
    }

    /// <summary>Tells the server when an entry ends, instead of how long it lives.</summary>
    public sealed class CountsByItsOwnClock(InMemoryStore inner) : StoreDecorator(inner)
    {
        public TimeSpan Skew { get; set; }

        public override ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken)
        {
            TimeSpan? left = timeToLive + Skew;
            return left <= TimeSpan.Zero ? new(base.RemoveAsync(key, cancellationToken).AsTask()) : base.SetAsync(key, value, left, cancellationToken);
        }
    }

    public sealed class ForgetsEpochs(InMemoryStore inner) : StoreDecorator(inner)
    {
        private long _forgotten;

        public void Restart() => _forgotten = 1;

        public override async ValueTask<long> BumpEpochAsync(string name, CancellationToken cancellationToken) =>
            await base.BumpEpochAsync(name, cancellationToken) - _forgotten;
    }

    public sealed class AnswersWithoutItsServer(InMemoryStore inner) : StoreDecorator(inner)
    {
        private byte[]? _last;

        public override async ValueTask<ReadOnlyMemory<byte>?> GetAsync(string key, CancellationToken cancellationToken)
        {
            try
            {
                return await base.GetAsync(key, cancellationToken);
            }
            catch (IOException)
            {
                return _last;
            }
        }

        public override ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken)
        {
            _last = value.ToArray();
            return base.SetAsync(key, value, timeToLive, cancellationToken);
        }
    }
}
