using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Larder.Stores;
using Larder.Tests.Caching;
using Larder.Tests.Diagnostics;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Larder.Tests.Hybrid;

/// <summary>Serializers that a host registers for HybridCache serve Larder, and payloads have their limit.</summary>
public sealed class HybridSerializerTests
{
    [Fact]
    public async Task A_types_own_serializer_writes_and_reads_it()
    {
        var serializer = new PersonSerializer("own");
        await using var store = new InMemoryStore();
        await using ServiceProvider one = Host(store, services => services.AddSingleton<IHybridCacheSerializer<Person>>(serializer));
        await using ServiceProvider two = Host(store, services => services.AddSingleton<IHybridCacheSerializer<Person>>(serializer));

        await Ask(one, "key", new Person { Name = "Ada" });

        Assert.Equal("Ada", (await Ask(two, "key", new Person())).Name);
        Assert.True(serializer.Writes > 0 && serializer.Reads > 0);
        Assert.Equal(5, await Ask(two, "number", 5));
    }

    [Fact]
    public async Task Of_several_factories_the_last_that_knows_the_type_serves_it()
    {
        var first = new PersonSerializer("first");
        var last = new PersonSerializer("last");
        await using ServiceProvider host = Host(null, services =>
        {
            services.AddSingleton<IHybridCacheSerializerFactory>(new Factory(first));
            services.AddSingleton<IHybridCacheSerializerFactory>(new Factory(last));
            services.AddSingleton<IHybridCacheSerializerFactory>(new Factory(null));
        });

        Assert.Equal("Ada", (await Ask(host, "key", new Person { Name = "Ada" })).Name);
        Assert.Equal(0, first.Writes);
        Assert.True(last.Writes > 0);
    }

    [Fact]
    public async Task What_another_registration_has_written_is_a_miss_and_not_read_wrongly()
    {
        await using var store = new InMemoryStore();
        await using ServiceProvider before = Host(store, services => services.AddSingleton<IHybridCacheSerializerFactory>(new Factory(null)));
        await using ServiceProvider after = Host(store, services => services.AddSingleton<IHybridCacheSerializer<Person>>(new PersonSerializer("now")));
        await Ask(before, "key", new Person { Name = "old" });

        Assert.Equal("new", (await Ask(after, "key", new Person { Name = "new" })).Name);
    }

    [Fact]
    public async Task Without_serializers_the_stored_format_is_the_caches_own()
    {
        await using ServiceProvider host = Host(null, static _ => { });

        await Ask(host, "key", new Person { Name = "Ada" });

        Assert.Null(host.GetRequiredService<Microsoft.Extensions.Options.IOptions<CacheOptions>>().Value.Serializer);
    }

    [Fact]
    public async Task A_value_that_can_change_and_cannot_be_serialized_is_an_error_and_not_cached()
    {
        var serializer = new PersonSerializer("") { Fails = true };
        await using ServiceProvider host = Host(null, services => services.AddSingleton<IHybridCacheSerializer<Person>>(serializer));

        await Assert.ThrowsAsync<FormatException>(async () => await Ask(host, "key", new Person()));
        await Assert.ThrowsAsync<FormatException>(async () => await host.GetRequiredService<HybridCache>().SetAsync("key", new Person()));

        serializer.Fails = false;
        Assert.Equal("new", (await Ask(host, "key", new Person { Name = "new" })).Name);
    }

    [Fact]
    public async Task A_hit_reads_a_copy_and_writes_nothing()
    {
        var serializer = new PersonSerializer("");
        await using ServiceProvider host = Host(null, services => services.AddSingleton<IHybridCacheSerializer<Person>>(serializer));
        await Ask(host, "key", new Person { Name = "Ada" });
        await Ask(host, "key", new Person());
        (int writes, int reads) = (serializer.Writes, serializer.Reads);

        for (int i = 0; i < 5; i++)
            Assert.Equal("Ada", (await Ask(host, "key", new Person())).Name);

        Assert.Equal((writes, reads + 5), (serializer.Writes, serializer.Reads));
    }

    [Theory]
    [InlineData(100, true)]
    [InlineData(8, false)]
    public async Task A_value_larger_than_the_limit_stays_in_memory_and_the_log_says_so(long limit, bool stored)
    {
        await using var bed = new HybridBed(StoreKind.Plain, new LarderHybridCacheOptions { MaximumPayloadBytes = limit });

        await bed.Ask("key", "simple value");

        Assert.Equal("simple value", await bed.Ask("key", "x"));
        Assert.Equal(stored ? "simple value" : "y", await bed.Ask("key", "y", cache: bed.Another()));
        Assert.Equal(!stored, bed.Logs.Log.Lines.Any(line => line.Id == 205 && line.Exception!.Message.Contains("larger than 8 bytes", StringComparison.Ordinal)));
    }

    private static ServiceProvider Host(ICacheStore? store, Action<IServiceCollection> configure)
    {
        var services = new ServiceCollection();
        LarderBuilder builder = services.AddLarder().AsHybridCache();
        if (store is not null)
            builder.UseStore(_ => ((InMemoryStore)store).Connect());
        configure(services);
        return services.BuildServiceProvider();
    }

    private static ValueTask<T> Ask<T>(ServiceProvider host, string key, T value) =>
        host.GetRequiredService<HybridCache>().GetOrCreateAsync(key, value, static (state, _) => new ValueTask<T>(state));

    public sealed class Person
    {
        public string Name { get; set; } = "";
    }

    private sealed class PersonSerializer(string mark) : IHybridCacheSerializer<Person>
    {
        public int Reads { get; private set; }

        public int Writes { get; private set; }

        public bool Fails { get; set; }

        public Person Deserialize(ReadOnlySequence<byte> source)
        {
            Reads++;
            string text = Encoding.UTF8.GetString(source);
            return text.StartsWith(mark, StringComparison.Ordinal) ? new Person { Name = text[mark.Length..] } : throw new FormatException();
        }

        public void Serialize(Person value, IBufferWriter<byte> target)
        {
            Writes++;
            if (Fails)
                throw new FormatException();
            Encoding.UTF8.GetBytes(mark + value.Name, target);
        }
    }

    private sealed class Factory(object? serializer) : IHybridCacheSerializerFactory
    {
        public bool TryCreateSerializer<T>([NotNullWhen(true)] out IHybridCacheSerializer<T>? made)
        {
            made = serializer as IHybridCacheSerializer<T>;
            return made is not null;
        }
    }
}
