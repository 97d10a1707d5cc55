using System.Buffers;
using System.IO.Compression;
using Larder.Stores;

namespace Larder.Tests.Options;

public sealed class CacheOptionsValidationTests
{
    public static TheoryData<string, Action<CacheOptions>> Wrong { get; } = new()
    {
        { "Name is \" \"; it must hold at least one visible character.", o => o.Name = " " },
        { "KeyPrefix is \"\"; it must hold at least one character, or be null for the cache's name.", o => o.KeyPrefix = "" },
        { "MaxEntries is 0; it must be 1 or more, or null for no bound.", o => o.MaxEntries = 0 },
        { "MaxBytes is -5; it must be 1 or more, or null for no bound.", o => o.MaxBytes = -5 },
        { "Eviction is 7; it must be Adaptive or Lru.", o => o.Eviction = (EvictionPolicy)7 },
        { "DefaultTtl is 00:00:00; it must be positive, or Timeout.InfiniteTimeSpan for ever.", o => o.DefaultTtl = TimeSpan.Zero },
        { "Grace is infinite; it must be zero or more.", o => o.Grace = Timeout.InfiniteTimeSpan },
        { "GraceThrottle is 00:00:00; it must be positive.", o => o.GraceThrottle = TimeSpan.Zero },
        { "Jitter is -00:00:01; it must be zero or more.", o => o.Jitter = TimeSpan.FromSeconds(-1) },
        { "EagerRefresh is 1; it must be at least 0 (off) and less than 1.", o => o.EagerRefresh = 1 },
        { "EagerRefresh is NaN; it must be at least 0 (off) and less than 1.", o => o.EagerRefresh = double.NaN },
        { "SoftTimeout is 00:00:00; it must be positive and at most 49 days, or Timeout.InfiniteTimeSpan for no limit.", o => o.SoftTimeout = TimeSpan.Zero },
        { "HardTimeout is 50.00:00:00; it must be positive and at most 49 days, or Timeout.InfiniteTimeSpan for no limit.", o => o.HardTimeout = TimeSpan.FromDays(50) },
        {
            "SoftTimeout is 00:00:05; it must be shorter than HardTimeout (00:00:05), or it never matters.",
            o => (o.SoftTimeout, o.HardTimeout) = (TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5))
        },
        { "MaxPayloadBytes is 0; it must be 1 or more.", o => o.MaxPayloadBytes = 0 },
        { "Retry is null; use RetryOptions.None for no retries.", o => o.Retry = null! },
        { "Store is null; leave it as it is for the defaults.", o => o.Store = null! },
        { "TimeProvider is null; use TimeProvider.System for the system's time.", o => o.TimeProvider = null! },
        { "Retry.Retries is 101; it must be 0 to 100.", o => o.Retry = new RetryOptions { Retries = 101 } },
        { "Retry.Delay is -00:00:01; it must be zero or more and at most a day.", o => o.Retry = new RetryOptions { Delay = TimeSpan.FromSeconds(-1) } },
        { "Retry.MaxDelay is 00:00:00.1000000; it must be at least Retry.Delay (00:00:00.2000000) and at most a day.", o => o.Retry = new RetryOptions { MaxDelay = TimeSpan.FromMilliseconds(100) } },
        { "Store.ReadTimeout is 00:00:00; it must be positive and at most 49 days, or Timeout.InfiniteTimeSpan for no limit.", o => o.Store.ReadTimeout = TimeSpan.Zero },
        { "Store.WriteTimeout is -00:00:02; it must be positive and at most 49 days, or Timeout.InfiniteTimeSpan for no limit.", o => o.Store.WriteTimeout = TimeSpan.FromSeconds(-2) },
        { "Store.CircuitFailures is 1; it must be 2 or more.", o => o.Store.CircuitFailures = 1 },
        { "Store.CircuitBreak is infinite; it must be from 500 milliseconds to 1 day.", o => o.Store.CircuitBreak = Timeout.InfiniteTimeSpan },
        { "Store.RecoveryInterval is 00:00:00; it must be positive and at most 49 days.", o => o.Store.RecoveryInterval = TimeSpan.Zero },
        { "Store.RecoveryCapacity is 0; it must be 1 or more.", o => o.Store.RecoveryCapacity = 0 },
        { "Store.SweepInterval is 00:00:00; it must be positive and at most 49 days, or Timeout.InfiniteTimeSpan for no limit.", o => o.Store.SweepInterval = TimeSpan.Zero },
        { "Store.LeaseDuration is 00:00:00; it must be positive and at most 49 days.", o => o.Store.LeaseDuration = TimeSpan.Zero },
        { "Compression.Algorithm is 9; it must be Brotli or Deflate.", o => o.Compression = new CompressionOptions { Algorithm = (CompressionAlgorithm)9 } },
        { "Compression.ThresholdBytes is -1; it must be zero or more.", o => o.Compression = new CompressionOptions { ThresholdBytes = -1 } },
        { "Compression.Level is 9; it must be Fastest, Optimal or SmallestSize.", o => o.Compression = new CompressionOptions { Level = (CompressionLevel)9 } },
        {
            "Compression.Level is NoCompression; to store values as they are, leave Compression null.",
            o => o.Compression = new CompressionOptions { Level = CompressionLevel.NoCompression }
        },
        { "Serializer.Id is 3 (Larder.Tests.Options.CacheOptionsValidationTests+Taken), which Larder keeps for itself; it must be 16 to 255.", o => o.Serializer = new Taken() },
        { "Encryption.Keys is empty; it must have at least the key that Encryption.CurrentKeyId names.", o => o.Encryption = new EncryptionOptions { CurrentKeyId = 3 } },
        {
            "Encryption.CurrentKeyId is 3, which is not in Encryption.Keys (1); it must be the id of one of them.",
            o => o.Encryption = new EncryptionOptions { CurrentKeyId = 3, Keys = { [1] = new byte[16] } }
        },
        {
            "Encryption.Keys[1] is 5 bytes long; an AES key has 16, 24 or 32 bytes.",
            o => o.Encryption = new EncryptionOptions { CurrentKeyId = 1, Keys = { [1] = new byte[5] } }
        },
        { "SnapshotOptions.Interval is 00:00:00; it must be positive and at most 49 days, or Timeout.InfiniteTimeSpan.", o => o.PersistTo("c.larder", s => s.Interval = TimeSpan.Zero) },
        { "SnapshotOptions.Path is ''; it must name a file in an existing directory.", o => o.PersistTo("c.larder", s => s.Path = "") },
        { "SnapshotOptions.Path is \"/no/such/c.larder\"; its directory \"/no/such\" must exist.", o => o.PersistTo("/no/such/c.larder") },
        { "SnapshotOptions.Path is \"/etc\"; it must name a file, and this is a directory.", o => o.PersistTo("/etc") },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_option_is_named_with_its_value_and_what_would_be_right(string error, Action<CacheOptions> configure)
    {
        var options = new CacheOptions();
        configure(options);

        InvalidCacheOptionsException exception = Assert.Throws<InvalidCacheOptionsException>(options.Validate);

        Assert.Equal(error, exception.Errors[0]);
    }

    [Fact]
    public void All_errors_are_told_at_once()
    {
        var options = new CacheOptions { MaxEntries = 0, Jitter = TimeSpan.FromSeconds(-1), Store = { CircuitFailures = 0 } };

        InvalidCacheOptionsException exception = Assert.Throws<InvalidCacheOptionsException>(options.Validate);

        Assert.Equal(3, exception.Errors.Count);
        Assert.All(exception.Errors, error => Assert.Contains(error, exception.Message));
    }

    [Fact]
    public void The_defaults_are_valid()
    {
        new CacheOptions().Validate();
    }

    [Fact]
    public void What_lies_on_the_edge_of_a_range_is_valid()
    {
        var options = new CacheOptions
        {
            MaxEntries = null,
            MaxBytes = 1,
            DefaultTtl = Timeout.InfiniteTimeSpan,
            EagerRefresh = 0.999,
            SoftTimeout = TimeSpan.FromDays(49),
            MaxPayloadBytes = 1,
            Retry = new RetryOptions { Retries = 100, Delay = TimeSpan.Zero, MaxDelay = TimeSpan.Zero },
            Compression = new CompressionOptions { ThresholdBytes = 0 },
            Encryption = new EncryptionOptions { CurrentKeyId = 0, Keys = { [0] = new byte[24] } },
            Store = { ReadTimeout = Timeout.InfiniteTimeSpan, CircuitFailures = 2, RecoveryCapacity = 1 },
        };
        options.PersistTo(Path.Combine(Path.GetTempPath(), "c.larder"), s => s.Interval = Timeout.InfiniteTimeSpan);

        options.Validate();
    }

    [Fact]
    public void A_store_and_a_file_together_are_refused()
    {
        CacheOptions options = new CacheOptions().UseStore(new InMemoryStore()).PersistTo("c.larder");

        string error = Assert.Single(Assert.Throws<InvalidCacheOptionsException>(options.Validate).Errors);

        Assert.StartsWith("PersistTo is \"c.larder\" and UseStore is ", error, StringComparison.Ordinal);
    }

    private sealed class Taken : ICacheSerializer
    {
        public byte Id => 3;

        public void Serialize<T>(T value, IBufferWriter<byte> output) => throw new NotSupportedException();

        public T Deserialize<T>(ReadOnlyMemory<byte> payload) => throw new NotSupportedException();
    }
}
