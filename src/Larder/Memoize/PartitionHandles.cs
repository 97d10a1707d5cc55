using System.Runtime.CompilerServices;

namespace Larder.Memoize;

/// <summary>
/// The handles of a memoized method's collection and scope, by cache. Making a handle allocates, and a hit must not:
/// a few are kept for each cache, as long as the cache lives.
/// </summary>
internal sealed class PartitionHandles(string? collection, CacheScope? scope)
{
    private readonly ConditionalWeakTable<ICache, Known> _known = [];

    public ICache Of(ICache cache) => collection is null && scope is null ? cache : Find(cache).Shared;

    public ICache Of(ICache cache, UserContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Find(cache).Of(context);
    }

    private Known Find(ICache cache) =>
        _known.TryGetValue(cache, out Known? known)
            ? known
            : _known.GetValue(cache, key => new Known(collection is null ? key : key.Collection(collection), scope));

    /// <summary>The handles made from one cache.</summary>
    private sealed class Known
    {
        private const int Slots = 64; // A power of two. Who finds the slot taken by another context takes it over.

        private readonly ICache _collection;
        private readonly CacheScope _scope;

        // Written without a lock: a slot holds an immutable object, and whoever loses a race made a handle in vain.
        private readonly Slot?[] _slots = new Slot?[Slots];

        public Known(ICache collection, CacheScope? scope)
        {
            _collection = collection;
            _scope = scope ?? CacheScope.Global;
            Shared = scope == CacheScope.Global ? collection.For(CacheScope.Global) : collection;
        }

        public ICache Shared { get; }

        public ICache Of(UserContext context)
        {
            ref Slot? slot = ref _slots[HashOf(context) & (Slots - 1)];
            Slot? known = Volatile.Read(ref slot);
            if (known is not null && (ReferenceEquals(known.Context, context) || known.Context == context))
                return known.Handle;
            var made = new Slot(context, _collection.For(context, _scope));
            Volatile.Write(ref slot, made);
            return made.Handle;
        }

        private static int HashOf(UserContext context)
        {
            int hash = HashCode.Combine(context.OrganizationId, context.UserId);
            return hash ^ (hash >>> 16);
        }

        private sealed record Slot(UserContext Context, ICache Handle);
    }
}
