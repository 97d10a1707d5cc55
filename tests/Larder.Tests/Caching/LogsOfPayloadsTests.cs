using System.Text.Json;
using Larder.Stores;
using Larder.Tests.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Larder.Tests.Caching;

/// <summary>What an operator is told of values that cannot be read or kept: what is wrong, not only that something is.</summary>
public sealed class LogsOfPayloadsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("larder-");
    private readonly Loggers _loggers = new();

    private string File => Path.Combine(_folder.FullName, "cache.larder");

    public void Dispose()
    {
        _loggers.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task What_the_serializer_says_of_a_stored_value_is_logged()
    {
        var store = new InMemoryStore();
        await using Cache writer = Cache.Create(o => o.UseStore(store));
        await using Cache reader = Cache.Create(o =>
        {
            o.UseStore(store.Connect());
            o.LoggerFactory = _loggers;
        });
        await writer.SetAsync("k", new Named("Ada"));

        Assert.Equal(new Numbered(7), await reader.GetOrSetAsync("k", _ => new ValueTask<Numbered>(new Numbered(7))));

        RecordingLogger.Line line = _loggers.Log.Lines.First(line => line.Id == 205);
        Assert.Contains("DeserializationFailed", line.Text);
        Assert.IsType<JsonException>(line.Exception);
    }

    [Fact]
    public async Task What_the_serializer_says_of_a_value_that_has_just_been_read_as_bytes_is_logged()
    {
        var store = new InMemoryStore();
        await using Cache writer = Cache.Create(o => o.UseStore(store));
        await using Cache reader = Cache.Create(o =>
        {
            o.UseStore(store.Connect());
            o.LoggerFactory = _loggers;
        });
        await writer.SetAsync("k", new Named("Ada"));

        Assert.False((await reader.TryGetAsync<Numbered>("k")).Found);

        Assert.IsType<JsonException>(_loggers.Log.Lines.First(line => line.Id == 205).Exception);
    }

    [Fact]
    public async Task Why_a_value_cannot_be_stored_is_logged()
    {
        await using Cache cache = Cache.Create(o =>
        {
            o.UseStore(new InMemoryStore());
            o.LoggerFactory = _loggers;
            o.MaxPayloadBytes = 10;
        });

        await cache.SetAsync("k", new string('x', 11));

        RecordingLogger.Line line = Assert.Single(_loggers.Log.Lines, line => line.Id == 205);
        Assert.Contains("not encodable", line.Text);
        Assert.NotNull(line.Exception);
        Assert.Equal(11, cache.Get<string>("k")!.Length);
    }

    [Fact]
    public async Task A_damaged_snapshot_is_logged_with_what_is_wrong_and_where_it_is_kept()
    {
        await using (Cache cache = Open())
        {
            cache.Set("a", "first");
            cache.Set("b", "second");
        }

        byte[] bytes = await System.IO.File.ReadAllBytesAsync(File);
        await System.IO.File.WriteAllBytesAsync(File, bytes[..^1]);
        await using (Cache cache = Open())
        {
            Assert.Equal("first", cache.Get<string>("a"));
            cache.Set("c", "third");
        }

        RecordingLogger.Line damaged = Assert.Single(_loggers.Log.Lines, line => line.Id == 301);
        Assert.Contains("the footer is missing", damaged.Text);
        string kept = Assert.Single(Directory.GetFiles(_folder.FullName, "*.corrupt-*"));
        Assert.Contains(kept, Assert.Single(_loggers.Log.Lines, line => line.Id == 304).Text);
    }

    [Fact]
    public async Task A_header_that_is_damaged_is_damage_although_no_record_is_lost()
    {
        await using (Cache cache = Open())
            cache.Set("a", "first");
        byte[] bytes = await System.IO.File.ReadAllBytesAsync(File);
        bytes[0] ^= 1;
        await System.IO.File.WriteAllBytesAsync(File, bytes);

        await using Cache again = Open();

        Assert.Equal("first", again.Get<string>("a"));
        Assert.Contains("the header is damaged", Assert.Single(_loggers.Log.Lines, line => line.Id == 301).Text);
    }

    [Fact]
    public async Task A_value_of_the_largest_payload_is_saved_with_everything_beside_it()
    {
        byte[] largest = [.. Enumerable.Range(0, 100).Select(i => (byte)i)];
        string longKey = new('k', 100_000);
        var options = new EntryOptions { Tags = [.. Enumerable.Range(0, 1000).Select(i => $"tag:{i}")] };
        await using (Cache cache = Open(o => o.MaxPayloadBytes = 100))
            cache.Set(longKey, largest, options: options);

        await using Cache again = Open(o => o.MaxPayloadBytes = 100);

        Assert.Equal(largest, again.Get<byte[]>(longKey));
        Assert.DoesNotContain(_loggers.Log.Lines, line => line.Id == 305);
    }

    private Cache Open(Action<CacheOptions>? configure = null) => Cache.Create(o =>
    {
        o.PersistTo(File, snapshot => snapshot.Interval = Timeout.InfiniteTimeSpan);
        o.LoggerFactory = _loggers;
        configure?.Invoke(o);
    });

    private sealed record Named(string Name);

    private sealed record Numbered(int Name);

    private sealed class Loggers : ILoggerFactory
    {
        public RecordingLogger Log { get; } = new();

        public ILogger CreateLogger(string categoryName) => Log;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
