using Larder.Diagnostics;
using Larder.Time;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Larder.MemoryCaches;

/// <summary>
/// What the engine holds for an entry that is more than a value with an end: one that slides, that change tokens can end,
/// or whose end somebody wants to hear of. The value of any other is held as it is.
/// </summary>
internal sealed class WatchedEntry(object key, object? value, MemoryEntry entry, long limit)
{
    private readonly IChangeToken[] _tokens = entry.CopyTokens();
    private readonly PostEvictionCallbackRegistration[] _callbacks = entry.CopyCallbacks();
    private readonly Lock _gate = new();
    private List<IDisposable>? _registrations;
    private EvictionReason _reason;
    private bool _gone;

    public object Key => key;

    public object? Value => value;

    /// <summary>How far a use moves the end; 0 for not at all.</summary>
    public long SlidingMilliseconds { get; } = entry.SlidingExpiration is { } sliding ? Math.Max(1, (long)sliding.TotalMilliseconds) : 0;

    /// <summary>Where sliding ends.</summary>
    public long Limit { get; } = limit;

    /// <summary>Until when the entry lives if it is not used any more.</summary>
    public long Expires { get; set; } = limit;

    /// <summary>Whether a token has ended the entry.</summary>
    public bool HasChanged => _tokens.Length > 0 && Array.Exists(_tokens, static token => token.HasChanged);

    /// <summary>Where the end moves to with a use at <paramref name="now"/>; the end that it has, when it does not move by much.</summary>
    public long ExpiresAfterUse(long now)
    {
        long expires = Math.Min(Limit, now > Clock.Never - SlidingMilliseconds ? Clock.Never : now + SlidingMilliseconds);
        return expires - Expires <= SlidingMilliseconds >> 5 ? Expires : expires;
    }

    /// <summary>Says why the entry will go, before it goes.</summary>
    public void GoesBecause(EvictionReason reason)
    {
        lock (_gate)
            _reason = reason;
    }

    /// <summary>Asks the tokens to call when they change. After the entry can be found, so that it can be removed.</summary>
    public void Watch(Action<WatchedEntry> changed)
    {
        foreach (IChangeToken token in _tokens)
        {
            if (!token.ActiveChangeCallbacks)
                continue;
            IDisposable registration = token.RegisterChangeCallback(
                static state =>
                {
                    (WatchedEntry entry, Action<WatchedEntry> changed) = ((WatchedEntry, Action<WatchedEntry>))state!;
                    changed(entry);
                },
                (this, changed));
            bool gone;
            lock (_gate)
            {
                gone = _gone;
                if (!gone)
                    (_registrations ??= []).Add(registration);
            }

            // Gone before it was watched: nobody else would end the registration.
            if (gone)
                registration.Dispose();
        }
    }

    /// <summary>The entry has gone: ends the watch and tells whoever wants to know, once, on a thread of its own.</summary>
    public void Leave(EvictionReason reason, ILogger logger, string cache)
    {
        if (TryGo(reason) && _callbacks.Length > 0)
            ThreadPool.UnsafeQueueUserWorkItem(static told => told.Entry.Tell(told.Logger, told.Cache), (Entry: this, Logger: logger, Cache: cache), preferLocal: false);
    }

    /// <summary>The entry has gone with its cache: ends the watch and tells nobody. A token that lives on would keep both.</summary>
    public void Drop() => TryGo(EvictionReason.None);

    private bool TryGo(EvictionReason reason)
    {
        List<IDisposable>? registrations;
        lock (_gate)
        {
            if (_gone)
                return false;
            _gone = true;
            _reason = _reason == EvictionReason.None ? reason : _reason;
            registrations = _registrations;
            _registrations = null;
        }

        foreach (IDisposable registration in registrations ?? [])
            registration.Dispose();
        return true;
    }

    private void Tell(ILogger logger, string cache)
    {
        foreach (PostEvictionCallbackRegistration registration in _callbacks)
        {
            try
            {
                registration.EvictionCallback?.Invoke(key, value, _reason, registration.State);
            }
            catch (Exception error)
            {
                // Nobody else is there to catch it, and the other callbacks must still be called.
                LogMessages.EvictionCallbackFailed(logger, error, cache);
            }
        }
    }
}
