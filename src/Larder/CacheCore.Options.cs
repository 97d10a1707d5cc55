using Larder.Entries;

namespace Larder;

/// <content>Options that change while the cache is in use.</content>
internal sealed partial class CacheCore
{
    // Protects the options in force while they are exchanged, and what ends with the cache.
    private readonly Lock _changing = new();
    private readonly List<IDisposable> _owned = [];

    /// <summary>Takes over what may change while entries are there and calls are under way, and names the rest.</summary>
    /// <remarks>
    /// What holds for an entry was decided when it was written and stays; a call under way goes on under the options that it began
    /// with. Bounds hold when this returns: what is above them has been evicted.
    /// </remarks>
    /// <param name="options">The options that somebody would like.</param>
    /// <param name="storeChanged">Whether another store was chosen, too.</param>
    /// <exception cref="InvalidCacheOptionsException">The options are wrong; then nothing changes.</exception>
    public void Change(CacheOptions options, bool storeChanged = false)
    {
        options.Validate();
        lock (_changing)
        {
            if (IsDisposed)
                return;
            CacheOptions before = Options;
            CacheOptions now = before.Changed(options, weighs: _memory.Weighs);
            string[] restart = [.. now.Differences(options), .. storeChanged ? ["Backend"] : Array.Empty<string>()];
            bool changed = now != before;
            if (!changed && restart.Length == 0)
                return; // A file that is watched tells of more changes than there are.

            Options = now;
            Defaults = EntryPolicy.DefaultsOf(now);
            CopyingDefaults = Defaults with { CloneOnRead = true };
            _telemetry.SetVerbose(now.Verbose);
            if ((now.MaxEntries, now.MaxBytes) != (before.MaxEntries, before.MaxBytes))
            {
                _memory.SetBounds(now.MaxEntries, now.MaxBytes);
                _memory.FlushRemovals();
            }

            _telemetry.OptionsChanged(restart);
        }
    }

    /// <summary>Tells that options were changed into something that they may not be.</summary>
    public void RefuseChange(Exception error) => _telemetry.OptionsRefused(error);

    /// <summary>Disposes something together with the cache.</summary>
    public void Own(IDisposable owned)
    {
        lock (_changing)
        {
            if (!IsDisposed)
            {
                _owned.Add(owned);
                return;
            }
        }

        owned.Dispose();
    }

    private void DisposeOwned()
    {
        IDisposable[] owned;
        lock (_changing)
            owned = [.. _owned];
        foreach (IDisposable one in owned)
            one.Dispose();
    }
}
