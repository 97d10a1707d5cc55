namespace Larder;

/// <summary>
/// A cache: one memory tier in front of at most one store. Ask it for a value and say how to compute it;
/// one caller computes, everybody else waits for that.
/// </summary>
/// <remarks>
/// <para>A handle covers a partition: the cache itself its default collection in global scope,
/// <see cref="Collection"/> and <see cref="For(UserContext, CacheScope)"/> other ones. Keys, patterns and tags act
/// in the handle's own partition and never reach another.</para>
/// <para><see langword="null"/>, <c>0</c>, <c>""</c> and <see langword="false"/> are values, not misses. A value is
/// shared by reference: whoever gets it must not change it, unless <see cref="EntryOptions.CloneOnRead"/> is set.
/// An entry is read back as the type that it was written as, or a type it can be assigned to; asked for as any
/// other type it is a miss.</para>
/// <para>A store that fails never fails a caller while <see cref="EntryOptions.FailSilently"/> is on (the default).
/// After a write, a removal or a clear returns, this process never reads what was there before.</para>
/// <para>The synchronous members do the same as their asynchronous twins; where a store has to be asked, they
/// block the calling thread for it.</para>
/// <para>Every member may throw an <see cref="ObjectDisposedException"/> after the cache was disposed, an
/// <see cref="ArgumentException"/> for an argument or option out of its range (it names the option, its value and what
/// would be right), and, with <see cref="EntryOptions.FailSilently"/> off, a <see cref="CacheStoreException"/>. A
/// cancelled token ends a call with an <see cref="OperationCanceledException"/>; a write or removal has then either not
/// begun, or is done in memory and goes on to the store.</para>
/// </remarks>
public interface ICache
{
    /// <summary>The name given by <see cref="CacheOptions.Name"/>.</summary>
    string Name { get; }

    /// <summary>The handle of a collection, in global scope.</summary>
    /// <param name="name">Any text but the empty one; compared ordinally.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is <see langword="null"/> or empty.</exception>
    ICache Collection(string name);

    /// <summary>The handle of the same collection, for one user or organization.</summary>
    /// <param name="context">On whose behalf.</param>
    /// <param name="scope">Who shares the entries.</param>
    /// <exception cref="ArgumentException">The scope needs an id that the context lacks.</exception>
    ICache For(UserContext context, CacheScope scope = CacheScope.User);

    /// <summary>The handle of the same collection in a scope, for the ambient context (<see cref="UserContext.Use"/>) of this moment.</summary>
    /// <param name="scope">Who shares the entries.</param>
    /// <exception cref="ArgumentException">The scope needs an id that the ambient context lacks.</exception>
    /// <exception cref="InvalidOperationException">The scope needs a context, and none is ambient.</exception>
    ICache For(CacheScope scope);

    /// <summary>Returns the entry's value, or computes, caches and returns it.</summary>
    /// <param name="key">The key: a string, a span or <c>$"user:{id}"</c>.</param>
    /// <param name="factory">Computes the value. Its token is cancelled only when nobody waits for the value any more.</param>
    /// <param name="ttl">How long the entry is fresh; overrides <paramref name="options"/>.</param>
    /// <param name="options">How to treat this entry; what it leaves open follows the cache's defaults.</param>
    /// <param name="cancellationToken">Ends this caller's wait, not the others'.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    /// <exception cref="TimeoutException">The factory took longer than its hard timeout, and there was nothing stale to serve.</exception>
    /// <exception cref="ReentrantFactoryException">The factory (directly, or through another entry's) waits for its own result.</exception>
    ValueTask<T> GetOrSetAsync<T>(CacheKey key, Func<CancellationToken, ValueTask<T>> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="GetOrSetAsync{T}(CacheKey, Func{CancellationToken, ValueTask{T}}, TimeSpan?, EntryOptions?, CancellationToken)"/>
    /// <param name="key">The key: a string, a span or <c>$"user:{id}"</c>.</param>
    /// <param name="state">Handed to the factory, so that it can be a static lambda and a hit allocates nothing.</param>
    /// <param name="factory">Computes the value. Its token is cancelled only when nobody waits for the value any more.</param>
    /// <param name="ttl">How long the entry is fresh; overrides <paramref name="options"/>.</param>
    /// <param name="options">How to treat this entry; what it leaves open follows the cache's defaults.</param>
    /// <param name="cancellationToken">Ends this caller's wait, not the others'.</param>
    ValueTask<T> GetOrSetAsync<TState, T>(CacheKey key, TState state, Func<TState, CancellationToken, ValueTask<T>> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="GetOrSetAsync{T}(CacheKey, Func{CancellationToken, ValueTask{T}}, TimeSpan?, EntryOptions?, CancellationToken)"/>
    /// <param name="key">The key: a string, a span or <c>$"user:{id}"</c>.</param>
    /// <param name="factory">Computes the value and decides, through the context, how this entry is kept.</param>
    /// <param name="ttl">How long the entry is fresh; overrides <paramref name="options"/>.</param>
    /// <param name="options">How to treat this entry; what it leaves open follows the cache's defaults.</param>
    /// <param name="cancellationToken">Ends this caller's wait, not the others'.</param>
    ValueTask<T> GetOrSetAsync<T>(CacheKey key, Func<EntryContext, CancellationToken, ValueTask<T>> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="GetOrSetAsync{T}(CacheKey, Func{CancellationToken, ValueTask{T}}, TimeSpan?, EntryOptions?, CancellationToken)"/>
    /// <param name="key">The key: a string, a span or <c>$"user:{id}"</c>.</param>
    /// <param name="state">Handed to the factory, so that it can be a static lambda and a hit allocates nothing.</param>
    /// <param name="factory">Computes the value and decides, through the context, how this entry is kept.</param>
    /// <param name="ttl">How long the entry is fresh; overrides <paramref name="options"/>.</param>
    /// <param name="options">How to treat this entry; what it leaves open follows the cache's defaults.</param>
    /// <param name="cancellationToken">Ends this caller's wait, not the others'.</param>
    ValueTask<T> GetOrSetAsync<TState, T>(CacheKey key, TState state, Func<TState, EntryContext, CancellationToken, ValueTask<T>> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>The synchronous twin of <see cref="GetOrSetAsync{T}(CacheKey, Func{CancellationToken, ValueTask{T}}, TimeSpan?, EntryOptions?, CancellationToken)"/>.</summary>
    /// <inheritdoc cref="GetOrSetAsync{T}(CacheKey, Func{CancellationToken, ValueTask{T}}, TimeSpan?, EntryOptions?, CancellationToken)"/>
    T GetOrSet<T>(CacheKey key, Func<CancellationToken, T> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="GetOrSet{T}(CacheKey, Func{CancellationToken, T}, TimeSpan?, EntryOptions?, CancellationToken)"/>
    /// <param name="key">The key: a string, a span or <c>$"user:{id}"</c>.</param>
    /// <param name="state">Handed to the factory, so that it can be a static lambda and a hit allocates nothing.</param>
    /// <param name="factory">Computes the value.</param>
    /// <param name="ttl">How long the entry is fresh; overrides <paramref name="options"/>.</param>
    /// <param name="options">How to treat this entry; what it leaves open follows the cache's defaults.</param>
    /// <param name="cancellationToken">Ends this caller's wait, not the others'.</param>
    T GetOrSet<TState, T>(CacheKey key, TState state, Func<TState, CancellationToken, T> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="GetOrSet{T}(CacheKey, Func{CancellationToken, T}, TimeSpan?, EntryOptions?, CancellationToken)"/>
    /// <param name="key">The key: a string, a span or <c>$"user:{id}"</c>.</param>
    /// <param name="factory">Computes the value and decides, through the context, how this entry is kept.</param>
    /// <param name="ttl">How long the entry is fresh; overrides <paramref name="options"/>.</param>
    /// <param name="options">How to treat this entry; what it leaves open follows the cache's defaults.</param>
    /// <param name="cancellationToken">Ends this caller's wait, not the others'.</param>
    T GetOrSet<T>(CacheKey key, Func<EntryContext, CancellationToken, T> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="GetOrSet{T}(CacheKey, Func{CancellationToken, T}, TimeSpan?, EntryOptions?, CancellationToken)"/>
    /// <param name="key">The key: a string, a span or <c>$"user:{id}"</c>.</param>
    /// <param name="state">Handed to the factory, so that it can be a static lambda and a hit allocates nothing.</param>
    /// <param name="factory">Computes the value and decides, through the context, how this entry is kept.</param>
    /// <param name="ttl">How long the entry is fresh; overrides <paramref name="options"/>.</param>
    /// <param name="options">How to treat this entry; what it leaves open follows the cache's defaults.</param>
    /// <param name="cancellationToken">Ends this caller's wait, not the others'.</param>
    T GetOrSet<TState, T>(CacheKey key, TState state, Func<TState, EntryContext, CancellationToken, T> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Reads a fresh entry and computes nothing.</summary>
    /// <param name="key">The key: a string, a span or <c>$"user:{id}"</c>.</param>
    /// <param name="options">Where to look, and whether to copy; what concerns writing means nothing here.</param>
    /// <param name="cancellationToken">Ends this caller's wait for the store.</param>
    /// <returns>The value, or that there is none: expired, stale, of another type, or never there.</returns>
    ValueTask<CacheResult<T>> TryGetAsync<T>(CacheKey key, EntryOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Reads a fresh entry and computes nothing.</summary>
    /// <param name="key">The key: a string, a span or <c>$"user:{id}"</c>.</param>
    /// <param name="value">The value; the type's default when there is none.</param>
    /// <param name="options">Where to look, and whether to copy; what concerns writing means nothing here.</param>
    /// <returns>Whether there was one.</returns>
    bool TryGet<T>(CacheKey key, out T value, EntryOptions? options = null);

    /// <summary>Reads a fresh entry; a miss is <paramref name="fallback"/>, which tells it from a cached value only where that cannot be one.</summary>
    /// <param name="key">The key: a string, a span or <c>$"user:{id}"</c>.</param>
    /// <param name="fallback">What a miss returns.</param>
    /// <param name="cancellationToken">Ends this caller's wait for the store.</param>
    ValueTask<T?> GetAsync<T>(CacheKey key, T? fallback = default, CancellationToken cancellationToken = default);

    /// <summary>Reads a fresh entry; a miss is <paramref name="fallback"/>, which tells it from a cached value only where that cannot be one.</summary>
    /// <param name="key">The key: a string, a span or <c>$"user:{id}"</c>.</param>
    /// <param name="fallback">What a miss returns.</param>
    T? Get<T>(CacheKey key, T? fallback = default);

    /// <summary>Reads many entries, those that memory lacks with one call to the store.</summary>
    /// <param name="keys">The keys; one that comes twice is asked for once. None may be <see langword="null"/>.</param>
    /// <param name="options">Where to look, and whether to copy.</param>
    /// <param name="cancellationToken">Ends this caller's wait for the store.</param>
    /// <returns>The values of those that are fresh, by key; the others are absent.</returns>
    ValueTask<IReadOnlyDictionary<string, T>> GetManyAsync<T>(IEnumerable<string> keys, EntryOptions? options = null, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="GetManyAsync"/>
    IReadOnlyDictionary<string, T> GetMany<T>(IEnumerable<string> keys, EntryOptions? options = null);

    /// <summary>Reads many entries and computes the missing ones together.</summary>
    /// <remarks>Options mean for each key what they mean for one alone; timeouts run once, for all of them together, and late hits are renewed together.</remarks>
    /// <param name="keys">The keys; one that comes twice is asked for once. None may be <see langword="null"/>.</param>
    /// <param name="factory">Given the keys that nobody has and nobody else computes; returns their values. A key that it leaves out is absent from the result and is not cached.</param>
    /// <param name="ttl">How long the entries are fresh; overrides <paramref name="options"/>.</param>
    /// <param name="options">How to treat these entries.</param>
    /// <param name="cancellationToken">Ends this caller's wait.</param>
    /// <returns>The values by key.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    /// <exception cref="TimeoutException">The factory took longer than its hard timeout, and there was nothing stale to serve for one of the keys.</exception>
    /// <exception cref="ReentrantFactoryException">The factory (directly, or through another entry's) waits for its own result.</exception>
    ValueTask<IReadOnlyDictionary<string, T>> GetOrSetManyAsync<T>(IEnumerable<string> keys, Func<IReadOnlyList<string>, CancellationToken, ValueTask<IReadOnlyDictionary<string, T>>> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="GetOrSetManyAsync"/>
    IReadOnlyDictionary<string, T> GetOrSetMany<T>(IEnumerable<string> keys, Func<IReadOnlyList<string>, CancellationToken, IReadOnlyDictionary<string, T>> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Writes an entry, replacing what was there. A factory at work on the key is overtaken: its value is not kept.</summary>
    /// <param name="key">The key: a string, a span or <c>$"user:{id}"</c>.</param>
    /// <param name="value">The value; <see langword="null"/> is one.</param>
    /// <param name="ttl">How long the entry is fresh: positive, or <see cref="Timeout.InfiniteTimeSpan"/>; overrides <paramref name="options"/>.</param>
    /// <param name="options">How to keep this entry; what it leaves open follows the cache's defaults.</param>
    /// <param name="cancellationToken">Ends this caller's wait for the store.</param>
    /// <returns>Completes when the store has the entry, or when <see cref="StoreOptions.WriteTimeout"/> has passed; it is repeated then.</returns>
    ValueTask SetAsync<T>(CacheKey key, T value, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="SetAsync"/>
    void Set<T>(CacheKey key, T value, TimeSpan? ttl = null, EntryOptions? options = null);

    /// <summary>Removes an entry, and with it its stale copy. A factory at work on the key is overtaken: its value is not kept.</summary>
    /// <param name="key">The key: a string, a span or <c>$"user:{id}"</c>.</param>
    /// <param name="cancellationToken">Ends this caller's wait for the store.</param>
    /// <returns>Whether there was a fresh one in memory, or any in the store.</returns>
    ValueTask<bool> RemoveAsync(CacheKey key, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="RemoveAsync"/>
    bool Remove(CacheKey key);

    /// <summary>Removes many entries, each as <see cref="RemoveAsync"/> does.</summary>
    /// <param name="keys">The keys. None may be <see langword="null"/>.</param>
    /// <param name="cancellationToken">Ends this caller's wait for the store.</param>
    ValueTask RemoveManyAsync(IEnumerable<string> keys, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="RemoveManyAsync"/>
    void RemoveMany(IEnumerable<string> keys);

    /// <summary>Removes every entry of this partition whose key matches a glob: <c>*</c> any characters, <c>?</c> one, <c>[a-z]</c> one of a set, <c>\</c> escapes.</summary>
    /// <remarks>
    /// It looks at every key of memory, and at the keys of the store that begin as the pattern does. What another
    /// process is computing at that moment, and nobody has yet, it cannot find: clear a tag or a collection for that.
    /// </remarks>
    /// <param name="pattern">The glob, over whole keys; <see cref="CachePattern.Escape"/> makes text stand for itself.</param>
    /// <param name="cancellationToken">Ends the search in the store.</param>
    /// <returns>How many fresh entries of memory, and entries of the store, were removed; each is counted once.</returns>
    /// <exception cref="FormatException">The pattern is malformed; the message says where.</exception>
    ValueTask<long> RemoveByPatternAsync(string pattern, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="RemoveByPatternAsync"/>
    long RemoveByPattern(string pattern);

    /// <summary>Removes every entry of this partition that carries a tag, in O(1), also what is being computed and will carry it.</summary>
    /// <param name="tag">The tag, compared ordinally. Not empty.</param>
    /// <param name="cancellationToken">Ends this caller's wait for the store.</param>
    /// <exception cref="ArgumentException"><paramref name="tag"/> is <see langword="null"/> or empty.</exception>
    ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="RemoveByTagAsync"/>
    void RemoveByTag(string tag);

    /// <summary>
    /// Removes everything that this handle covers, in O(1): the cache itself everything, a collection's handle the
    /// collection in every scope, a scoped handle its own partition. Also what is being computed under it is not kept.
    /// </summary>
    /// <param name="cancellationToken">Ends this caller's wait for the store.</param>
    ValueTask ClearAsync(CancellationToken cancellationToken = default);

    /// <inheritdoc cref="ClearAsync(CancellationToken)"/>
    void Clear();

    /// <summary>Clears a collection, a scope, or one within the other, in O(1).</summary>
    /// <param name="collection">The collection; <see langword="null"/> means this handle's, or every collection when the handle is the cache itself.</param>
    /// <param name="context">Whose entries; <see langword="null"/> takes the ambient context where the scope needs one.</param>
    /// <param name="scope">Exactly this scope's entries, and not a narrower one's; <see langword="null"/> means every scope.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ArgumentException">The scope needs an id that is missing; or a context was given without a scope; or the handle is scoped or of another collection.</exception>
    ValueTask ClearAsync(string? collection, UserContext? context, CacheScope? scope, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="ClearAsync(string?, UserContext?, CacheScope?, CancellationToken)"/>
    void Clear(string? collection, UserContext? context, CacheScope? scope);

    /// <summary>Whether there is a fresh entry, of whatever type. Counts as neither hit nor miss.</summary>
    /// <param name="key">The key: a string, a span or <c>$"user:{id}"</c>.</param>
    /// <param name="cancellationToken">Ends this caller's wait for the store.</param>
    ValueTask<bool> ContainsAsync(CacheKey key, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="ContainsAsync"/>
    bool Contains(CacheKey key);

    /// <summary>How long a fresh entry stays fresh. Counts as neither hit nor miss.</summary>
    /// <param name="key">The key: a string, a span or <c>$"user:{id}"</c>.</param>
    /// <param name="cancellationToken">Ends this caller's wait for the store.</param>
    ValueTask<TimeToLive> GetTimeToLiveAsync(CacheKey key, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="GetTimeToLiveAsync"/>
    TimeToLive GetTimeToLive(CacheKey key);

    /// <summary>Makes a fresh entry stay fresh for <paramref name="ttl"/> from now; its value, its grace and its slide stay. One that never expired gets the cache's grace.</summary>
    /// <param name="key">The key: a string, a span or <c>$"user:{id}"</c>.</param>
    /// <param name="ttl">Positive, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends this caller's wait for the store.</param>
    /// <returns>Whether there was a fresh entry.</returns>
    ValueTask<bool> SetTimeToLiveAsync(CacheKey key, TimeSpan ttl, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="SetTimeToLiveAsync"/>
    bool SetTimeToLive(CacheKey key, TimeSpan ttl);

    /// <summary>Begins a fresh entry's own TTL anew, as if it had just been written.</summary>
    /// <param name="key">The key: a string, a span or <c>$"user:{id}"</c>.</param>
    /// <param name="cancellationToken">Ends this caller's wait for the store.</param>
    /// <returns>Whether there was a fresh entry.</returns>
    ValueTask<bool> RefreshAsync(CacheKey key, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="RefreshAsync"/>
    bool Refresh(CacheKey key);

    /// <summary>What the whole cache has done so far; the same for every handle of it.</summary>
    CacheStatistics Statistics { get; }

    /// <summary>What happens in the whole cache, told while it happens; the same for every handle of it.</summary>
    CacheEvents Events { get; }
}
