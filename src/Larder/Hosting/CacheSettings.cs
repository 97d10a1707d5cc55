using System.Globalization;
using System.IO.Compression;
using Microsoft.Extensions.Configuration;

namespace Larder.Hosting;

/// <summary>
/// The options that configuration can set, by name. Written out, not reflected on: it survives trimming, tells every
/// error at once, and knows which names do not exist. What is code (a weigher, a serializer, a store) is not here.
/// </summary>
internal static class CacheSettings
{
    /// <summary>Names the store, see <see cref="StoreBackends"/>.</summary>
    public const string Backend = "Backend";

    /// <summary>The options of the store that <see cref="Backend"/> names.</summary>
    public const string BackendOptions = "BackendOptions";

    /// <summary>The file that memory is kept in.</summary>
    public const string PersistTo = "PersistTo";

    private static readonly Dictionary<string, Setting.Reader<RetryOptions>> Retry = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Retries"] = static (o, s) => s.Number<int>(v => o.Retries = v),
        ["Delay"] = static (o, s) => s.Span(v => o.Delay = v),
        ["MaxDelay"] = static (o, s) => s.Span(v => o.MaxDelay = v),
    };

    private static readonly Dictionary<string, Setting.Reader<StoreOptions>> Store = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ReadTimeout"] = static (o, s) => s.Span(v => o.ReadTimeout = v),
        ["WriteTimeout"] = static (o, s) => s.Span(v => o.WriteTimeout = v),
        ["CircuitFailures"] = static (o, s) => s.Number<int>(v => o.CircuitFailures = v),
        ["CircuitBreak"] = static (o, s) => s.Span(v => o.CircuitBreak = v),
        ["RecoveryInterval"] = static (o, s) => s.Span(v => o.RecoveryInterval = v),
        ["RecoveryCapacity"] = static (o, s) => s.Number<int>(v => o.RecoveryCapacity = v),
        ["LeaseDuration"] = static (o, s) => s.Span(v => o.LeaseDuration = v),
        ["SweepInterval"] = static (o, s) => s.Span(v => o.SweepInterval = v),
    };

    private static readonly Dictionary<string, Setting.Reader<CompressionOptions>> Compression = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Algorithm"] = static (o, s) => s.Choice<CompressionAlgorithm>(v => o.Algorithm = v),
        ["ThresholdBytes"] = static (o, s) => s.Number<int>(v => o.ThresholdBytes = v),
        ["Level"] = static (o, s) => s.Choice<CompressionLevel>(v => o.Level = v),
    };

    private static readonly Dictionary<string, Setting.Reader<EncryptionOptions>> Encryption = new(StringComparer.OrdinalIgnoreCase)
    {
        ["CurrentKeyId"] = static (o, s) => s.Number<uint>(v => o.CurrentKeyId = v),
        ["Keys"] = ReadKeys,
    };

    private static readonly Dictionary<string, Setting.Reader<SnapshotOptions>> Snapshot = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Path"] = static (o, s) => s.Text(v => o.Path = v),
        ["Interval"] = static (o, s) => s.Span(v => o.Interval = v),
        ["KeepCorrupt"] = static (o, s) => s.Number<int>(v => o.KeepCorrupt = v),
    };

    // After the groups that it refers to: static fields are made in the order of the text.
    private static readonly Dictionary<string, Setting.Reader<CacheOptions>> Options = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Name"] = static (o, s) => s.Text(v => o.Name = v),
        ["MaxEntries"] = static (o, s) => s.NumberOrNull<long>(v => o.MaxEntries = v),
        ["MaxBytes"] = static (o, s) => s.NumberOrNull<long>(v => o.MaxBytes = v),
        ["Eviction"] = static (o, s) => s.Choice<EvictionPolicy>(v => o.Eviction = v),
        ["DefaultTtl"] = static (o, s) => s.Span(v => o.DefaultTtl = v),
        ["Grace"] = static (o, s) => s.Span(v => o.Grace = v),
        ["GraceThrottle"] = static (o, s) => s.Span(v => o.GraceThrottle = v),
        ["Jitter"] = static (o, s) => s.Span(v => o.Jitter = v),
        ["EagerRefresh"] = static (o, s) => s.Number<double>(v => o.EagerRefresh = v),
        ["SoftTimeout"] = static (o, s) => s.Span(v => o.SoftTimeout = v),
        ["HardTimeout"] = static (o, s) => s.Span(v => o.HardTimeout = v),
        ["CompleteInBackground"] = static (o, s) => s.Flag(v => o.CompleteInBackground = v),
        ["FailSilently"] = static (o, s) => s.Flag(v => o.FailSilently = v),
        ["CloneOnRead"] = static (o, s) => s.Flag(v => o.CloneOnRead = v),
        ["KeyPrefix"] = static (o, s) => s.Text(v => o.KeyPrefix = v),
        ["MaxPayloadBytes"] = static (o, s) => s.Number<int>(v => o.MaxPayloadBytes = v),
        ["Verbose"] = static (o, s) => s.Flag(v => o.Verbose = v),
        ["Retry"] = static (o, s) => s.Group(o.Retry = (o.Retry ?? RetryOptions.None) with { }, Retry),
        ["Store"] = static (o, s) => s.Group(o.Store ??= new StoreOptions(), Store),
        ["Compression"] = static (o, s) => s.Group(o.Compression ??= new CompressionOptions(), Compression),
        ["Encryption"] = static (o, s) => s.Group(o.Encryption ??= new EncryptionOptions(), Encryption),
        [PersistTo] = ReadSnapshot,
        // Chosen elsewhere, where the backends are known. Here it must only be a name.
        [Backend] = static (_, s) => s.Text(static _ => { }),
        [BackendOptions] = static (_, _) => { },
    };

    /// <summary>Sets what a section says. What it says wrongly is left as it was and added to <paramref name="errors"/>.</summary>
    public static void Apply(IConfiguration section, CacheOptions options, OptionErrors errors)
    {
        Setting.ReadAll(section, options, Options, errors);
        if (StoreBackends.IsFile(section))
            ReadSnapshot(options, new Setting(section.GetSection(BackendOptions), errors));
    }

    private static void ReadSnapshot(CacheOptions options, Setting setting)
    {
        SnapshotOptions read = (options.Snapshot ?? new SnapshotOptions()) with { };
        if (setting.IsText)
            setting.Text(path => read.Path = path);
        else
            setting.Group(read, Snapshot);
        // A path that is missing is the validation's to refuse; here it must only not be lost that somebody wants a file.
        options.PersistTo(
            read.Path.Length == 0 ? "unnamed" : read.Path,
            snapshot => (snapshot.Path, snapshot.Interval, snapshot.KeepCorrupt) = (read.Path, read.Interval, read.KeepCorrupt));
    }

    private static void ReadKeys(EncryptionOptions encryption, Setting setting)
    {
        foreach ((string key, Setting secret) in setting.Children())
        {
            if (uint.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out uint id))
                secret.Secret(bytes => encryption.Keys[id] = bytes);
            else
                setting.Refuse($"a group of keys by their ids, and \"{key}\" is no id: an id is a number");
        }
    }
}
