using System.IO.Compression;
using System.Text;
using Larder.Hosting;
using Microsoft.Extensions.Configuration;

namespace Larder.Tests.Hosting;

public sealed class CacheSettingsTests
{
    [Fact]
    public void Every_option_that_is_not_code_can_be_set()
    {
        (CacheOptions options, IReadOnlyList<string> errors) = Apply("""
            {
              "Name": "weather", "MaxEntries": 500, "MaxBytes": 1000000, "Eviction": "lru", "DefaultTtl": "10m", "Grace": "1h",
              "GraceThrottle": "5s", "Jitter": "00:00:30", "EagerRefresh": 0.8, "SoftTimeout": "100ms", "HardTimeout": "infinite",
              "CompleteInBackground": false, "FailSilently": false, "CloneOnRead": true, "KeyPrefix": "w", "MaxPayloadBytes": 1024, "Verbose": true,
              "Retry": { "Retries": 3, "Delay": "1s", "MaxDelay": "20s" },
              "Store": { "ReadTimeout": "2s", "WriteTimeout": "3s", "CircuitFailures": 7, "CircuitBreak": "9s", "RecoveryInterval": "4s", "RecoveryCapacity": 99, "LeaseDuration": "10s", "SweepInterval": "11s" },
              "Compression": { "Algorithm": "Deflate", "ThresholdBytes": 10, "Level": "SmallestSize" },
              "Encryption": { "CurrentKeyId": 2, "Keys": { "2": "AAECAwQFBgcICQoLDA0ODw==" } },
              "PersistTo": { "Path": "c.larder", "Interval": "15s", "KeepCorrupt": 1 }
            }
            """);

        Assert.Empty(errors);
        Assert.Equal(("weather", 500L, 1_000_000L, EvictionPolicy.Lru), (options.Name, options.MaxEntries, options.MaxBytes, options.Eviction));
        Assert.Equal((Minutes(10), Minutes(60), Seconds(5), Seconds(30)), (options.DefaultTtl, options.Grace, options.GraceThrottle, options.Jitter));
        Assert.Equal((0.8, Seconds(0.1), Timeout.InfiniteTimeSpan), (options.EagerRefresh, options.SoftTimeout, options.HardTimeout));
        Assert.Equal((false, false, true, true), (options.CompleteInBackground, options.FailSilently, options.CloneOnRead, options.Verbose));
        Assert.Equal(("w", 1024), (options.KeyPrefix, options.MaxPayloadBytes));
        Assert.Equal(new RetryOptions { Retries = 3, Delay = Seconds(1), MaxDelay = Seconds(20) }, options.Retry);
        Assert.Equal(
            new StoreOptions { ReadTimeout = Seconds(2), WriteTimeout = Seconds(3), CircuitFailures = 7, CircuitBreak = Seconds(9), RecoveryInterval = Seconds(4), RecoveryCapacity = 99, LeaseDuration = Seconds(10), SweepInterval = Seconds(11) },
            options.Store);
        Assert.Equal(new CompressionOptions { Algorithm = CompressionAlgorithm.Deflate, ThresholdBytes = 10, Level = CompressionLevel.SmallestSize }, options.Compression);
        Assert.Equal((2u, 16), (options.Encryption!.CurrentKeyId, options.Encryption.Keys[2].Length));
        Assert.Equal(new SnapshotOptions { Path = "c.larder", Interval = Seconds(15), KeepCorrupt = 1 }, options.Snapshot);
    }

    [Fact]
    public void The_options_that_configuration_cannot_set_are_code_and_are_known()
    {
        string[] code = ["Weigher", "Serializer", "TimeProvider", "LoggerFactory", "Random"];
        IEnumerable<string> settable = typeof(CacheOptions).GetProperties().Where(p => p.GetSetMethod() is not null).Select(p => p.Name);

        (_, IReadOnlyList<string> errors) = Apply("""{ "Nonsense": 1 }""");
        string known = Assert.Single(errors).Split("known here are ")[1].TrimEnd('.');

        Assert.Equal(settable.Except(code).Concat(["Backend", "BackendOptions", "PersistTo"]).Order(StringComparer.Ordinal), known.Split(", "));
    }

    [Fact]
    public void An_empty_bound_is_no_bound()
    {
        (CacheOptions options, IReadOnlyList<string> errors) = Apply("""{ "MaxEntries": null, "MaxBytes": "" }""");

        Assert.Empty(errors);
        Assert.Equal((null, null), (options.MaxEntries, options.MaxBytes));
    }

    [Fact]
    public void A_snapshot_can_be_just_its_path()
    {
        (CacheOptions options, IReadOnlyList<string> errors) = Apply("""{ "persistto": "c.larder" }""");

        Assert.Empty(errors);
        Assert.Equal(("c.larder", Seconds(30)), (options.Snapshot!.Path, options.Snapshot.Interval));
    }

    [Fact]
    public void A_snapshot_without_a_path_is_refused_and_not_forgotten()
    {
        (CacheOptions options, _) = Apply("""{ "PersistTo": { "Interval": "15s" } }""");

        Assert.Contains("SnapshotOptions.Path is ''", Assert.Throws<InvalidCacheOptionsException>(options.Validate).Message);
    }

    [Fact]
    public void The_shared_retry_options_are_never_written_to()
    {
        Apply("""{ "Retry": { "Retries": 3 } }""");

        Assert.Equal(0, RetryOptions.None.Retries);
    }

    [Theory]
    [InlineData("""{ "MaxEntires": 5 }""", "Larder:MaxEntires is set, and there is no option \"MaxEntires\"; known here are ")]
    [InlineData("""{ "Retry": { "Tries": 5 } }""", "Larder:Retry:Tries is set, and there is no option \"Tries\"; known here are Delay, MaxDelay, Retries.")]
    [InlineData("""{ "MaxEntries": "many" }""", "Larder:MaxEntries is \"many\"; it must be a number within the option's range.")]
    [InlineData("""{ "MaxPayloadBytes": 3000000000 }""", "Larder:MaxPayloadBytes is \"3000000000\"; it must be a number within the option's range.")]
    [InlineData("""{ "EagerRefresh": "0,8" }""", "Larder:EagerRefresh is \"0,8\"; it must be a number within the option's range.")]
    [InlineData("""{ "MaxEntries": "50,000" }""", "Larder:MaxEntries is \"50,000\"; it must be a number within the option's range.")]
    [InlineData("""{ "DefaultTtl": "30" }""", "Larder:DefaultTtl is \"30\"; it must be a span such as 00:05:00, 1.00:00:00, 250ms, 30s, 5m, 1.5h, 30d or infinite.")]
    [InlineData("""{ "DefaultTtl": null }""", "Larder:DefaultTtl is null; it must be a span ")]
    [InlineData("""{ "Eviction": "Fifo" }""", "Larder:Eviction is \"Fifo\"; it must be one of Adaptive, Lru.")]
    [InlineData("""{ "Eviction": 1 }""", "Larder:Eviction is \"1\"; it must be one of Adaptive, Lru.")]
    [InlineData("""{ "Verbose": "yes" }""", "Larder:Verbose is \"yes\"; it must be true or false.")]
    [InlineData("""{ "Retry": 3 }""", "Larder:Retry is \"3\"; it must be a group of Delay, MaxDelay, Retries.")]
    [InlineData("""{ "Name": { "First": "a" } }""", "Larder:Name is a group; it must be a text.")]
    [InlineData("""{ "Encryption": { "Keys": { "x": "AAAA" } } }""", "Larder:Encryption:Keys is a group; it must be a group of keys by their ids, and \"x\" is no id: an id is a number.")]
    [InlineData("""{ "Encryption": { "Keys": { "1": "s3cret!" } } }""", "Larder:Encryption:Keys:1 cannot be read; it must be Base64.")]
    public void What_cannot_be_read_is_named_with_its_value(string json, string error)
    {
        (_, IReadOnlyList<string> errors) = Apply(json);

        Assert.StartsWith(error, Assert.Single(errors), StringComparison.Ordinal);
    }

    private static (CacheOptions Options, IReadOnlyList<string> Errors) Apply(string json)
    {
        var options = new CacheOptions();
        var errors = new OptionErrors();
        CacheSettings.Apply(Section(json), options, errors);
        return (options, errors.All);
    }

    internal static IConfigurationSection Section(string json) => new ConfigurationBuilder()
        .AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes($$"""{ "Larder": {{json}} }""")))
        .Build()
        .GetSection("Larder");

    private static TimeSpan Seconds(double count) => TimeSpan.FromSeconds(count);

    private static TimeSpan Minutes(double count) => TimeSpan.FromMinutes(count);
}
