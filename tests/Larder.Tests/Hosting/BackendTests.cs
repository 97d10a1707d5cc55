using Larder.Stores;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Larder.Tests.Hosting;

public sealed class BackendTests
{
    [Theory]
    [InlineData("memory")]
    [InlineData(" Memory ")]
    public async Task Memory_is_no_store(string name)
    {
        await using ServiceProvider provider = Build($$"""{ "Backend": "{{name}}", "MaxEntries": 7 }""", (b, _) => b.UseStore(_ => throw new InvalidOperationException("The later wins.")), codeFirst: true);

        provider.GetRequiredService<ICache>().Set("a", 1);

        Assert.Equal(7, provider.GetRequiredService<IOptions<CacheOptions>>().Value.MaxEntries);
    }

    [Fact]
    public async Task File_keeps_the_memory_in_a_file()
    {
        string directory = Directory.CreateTempSubdirectory("larder-backend").FullName;
        try
        {
            string json = $$"""{ "Backend": "file", "BackendOptions": { "Path": "{{Path.Combine(directory, "c.larder")}}", "Interval": "1h", "KeepCorrupt": 1 } }""";
            await using (ServiceProvider first = Build(json))
                first.GetRequiredService<ICache>().Set("a", 42);

            await using ServiceProvider second = Build(json);

            Assert.Equal(42, second.GetRequiredService<ICache>().Get<int>("a"));
            SnapshotOptions snapshot = second.GetRequiredService<IOptions<CacheOptions>>().Value.Snapshot!;
            Assert.Equal((TimeSpan.FromHours(1), 1), (snapshot.Interval, snapshot.KeepCorrupt));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task One_of_the_applications_own_is_found_by_its_name_and_given_its_options()
    {
        var backend = new Own();
        await using ServiceProvider provider = Build(
            """{ "Backend": "OWN", "BackendOptions": { "place": "here", "Depth": 3, "Bound": null, "On": true, "Sort": "thursday", "Span": "2s", "Hosts": [ "a", "b" ] } }""",
            (b, _) => b.AddBackend("own", backend));

        ICache cache = provider.GetRequiredService<ICache>();
        cache.Set("a", 1);

        Assert.Equal(("here", 3, null, true, DayOfWeek.Thursday, TimeSpan.FromSeconds(2)), (backend.Place, backend.Depth, backend.Bound, backend.On, backend.Day, backend.Span));
        Assert.Equal(["a", "b"], backend.Hosts);
        Assert.Single(await Keys(backend.Made.Single()));
    }

    [Fact]
    public async Task A_list_may_be_one_text()
    {
        var backend = new Own();
        await using ServiceProvider provider = Build("""{ "Backend": "own", "BackendOptions": { "Hosts": "a" } }""", (b, _) => b.AddBackend("own", backend));

        _ = provider.GetRequiredService<ICache>();

        Assert.Equal(["a"], backend.Hosts);
    }

    [Fact]
    public async Task Validation_makes_no_store()
    {
        var backend = new Own();
        await using ServiceProvider provider = Build("""{ "Backend": "own" }""", (b, _) => b.AddBackend("own", backend));

        _ = provider.GetRequiredService<IOptions<CacheOptions>>().Value;

        Assert.Equal(1, backend.Reads);
        Assert.Empty(backend.Made);
    }

    [Fact]
    public async Task Code_that_comes_later_wins_over_configuration()
    {
        var store = new InMemoryStore();
        await using ServiceProvider provider = Build("""{ "Backend": "own" }""", (b, backend) => b.AddBackend("own", backend).UseStore(_ => store));

        provider.GetRequiredService<ICache>().Set("a", 1);

        Assert.NotEmpty(await Keys(store));
    }

    [Theory]
    [InlineData("""{ "Backend": "rediss" }""", "Larder:Backend is \"rediss\"; it must be one of memory, file, sqlite, redis, mongo, postgres, own.")]
    [InlineData("""{ "Backend": "sqlite" }""", "Larder:Backend is \"sqlite\", and its package is not there; add it: dotnet add package Larder.Sqlite.")]
    [InlineData("""{ "Backend": "redis" }""", "Larder:Backend is \"redis\", and its package is not there; add it: dotnet add package Larder.Redis.")]
    [InlineData("""{ "Backend": "mongo" }""", "Larder:Backend is \"mongo\", and its package is not there; add it: dotnet add package Larder.MongoDB.")]
    [InlineData("""{ "Backend": "postgres" }""", "Larder:Backend is \"postgres\", and its package is not there; add it: dotnet add package Larder.PostgreSql.")]
    [InlineData("""{ "Backend": "" }""", "Larder:Backend is \"\"; it must be a text.")]
    [InlineData("""{ "BackendOptions": { "Path": "a" } }""", "Larder:BackendOptions is set and Larder:Backend is not; it must be one of memory, file, sqlite, redis, mongo, postgres, own.")]
    [InlineData("""{ "Backend": "memory", "BackendOptions": { "Path": "a" } }""", "Larder:BackendOptions:Path is set, and the backend \"memory\" has no option \"Path\"; it has none.")]
    [InlineData("""{ "Backend": "file", "BackendOptions": { "Pfad": "a", "Path": "c.larder" } }""", "Larder:BackendOptions:Pfad is set, and there is no option \"Pfad\"; known here are Interval, KeepCorrupt, Path.")]
    [InlineData("""{ "Backend": "file" }""", "SnapshotOptions.Path is ''; it must name a file in an existing directory.")]
    [InlineData("""{ "Backend": "file", "BackendOptions": { "Path": "c.larder" }, "PersistTo": "d.larder" }""", "Larder:Backend is \"file\" and Larder:PersistTo is set; choose one: both name the file that the memory is kept in.")]
    [InlineData("""{ "Backend": "own", "PersistTo": "d.larder" }""", "PersistTo is \"d.larder\" and UseStore is set, in code or by \"Backend\"; choose one: ")]
    [InlineData("""{ "Backend": "own", "BackendOptions": { "Plaice": "a" } }""", "Larder:BackendOptions:Plaice is set, and the backend \"own\" has no option \"Plaice\"; known here are Bound, Depth, Hosts, On, Place, Sort, Span.")]
    [InlineData("""{ "Backend": "own", "BackendOptions": "there" }""", "Larder:BackendOptions is a text; it must be a group of options.")]
    [InlineData("""{ "Backend": "own", "BackendOptions": { "Depth": "deep" } }""", "Larder:BackendOptions:Depth is \"deep\"; it must be a number within the option's range.")]
    [InlineData("""{ "Backend": "own", "BackendOptions": { "Span": "2" } }""", "Larder:BackendOptions:Span is \"2\"; it must be a span ")]
    [InlineData("""{ "Backend": "own", "BackendOptions": { "Hosts": { "a": "b" } } }""", "Larder:BackendOptions:Hosts is a group; it must be a list of texts, or one text.")]
    [InlineData("""{ "Backend": "own", "BackendOptions": { "Place": "nowhere" } }""", "Larder:BackendOptions:Place is wrong: it must be somewhere.")]
    [InlineData("""{ "Backend": "own", "BackendOptions": { "Depth": -1 } }""", "Own.Depth is -1; it must be zero or more.")]
    public void What_is_wrong_is_told_with_what_would_be_right(string json, string error)
    {
        using ServiceProvider provider = Build(json, (b, backend) => b.AddBackend("own", backend));

        var invalid = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<CacheOptions>>().Value);

        Assert.StartsWith($"Cache \"default\": {error}", Assert.Single(invalid.Failures), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("memory")]
    [InlineData("File")]
    public void What_is_built_in_cannot_be_replaced(string name) =>
        Assert.Contains("built in", Assert.Throws<ArgumentException>(() => new ServiceCollection().AddLarder().AddBackend(name, new Own())).Message);

    [Fact]
    public async Task A_packages_backend_can_be_replaced()
    {
        var backend = new Own();
        await using ServiceProvider provider = Build("""{ "Backend": "redis" }""", (b, _) => b.AddBackend("redis", backend));

        _ = provider.GetRequiredService<ICache>();

        Assert.Single(backend.Made);
    }

    [Fact]
    public void A_backend_that_makes_nothing_is_named()
    {
        using ServiceProvider provider = Build("""{ "Backend": "own" }""", (b, _) => b.AddBackend("own", new Own { MakesNothing = true }));

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(provider.GetRequiredService<ICache>);

        Assert.StartsWith("The backend \"own\" made no store; ", error.Message, StringComparison.Ordinal);
    }

    private static ServiceProvider Build(string json, Action<LarderBuilder, Own>? more = null, bool codeFirst = false)
    {
        LarderBuilder builder = new ServiceCollection().AddLarder();
        if (codeFirst)
            more?.Invoke(builder, new Own());
        builder.Bind(CacheSettingsTests.Section(json));
        if (!codeFirst)
            more?.Invoke(builder, new Own());
        return builder.Services.BuildServiceProvider();
    }

    private static async Task<List<string>> Keys(InMemoryStore store)
    {
        List<string> keys = [];
        await foreach (string key in store.ScanAsync("", CancellationToken.None))
            keys.Add(key);
        return keys;
    }

    private sealed class Own : IStoreBackend
    {
        public List<InMemoryStore> Made { get; } = [];

        public int Reads { get; private set; }

        public bool MakesNothing { get; init; }

        public string? Place { get; private set; }

        public int Depth { get; private set; }

        public long? Bound { get; private set; } = 5;

        public bool On { get; private set; }

        public DayOfWeek Day { get; private set; }

        public TimeSpan Span { get; private set; }

        public IReadOnlyList<string> Hosts { get; private set; } = [];

        public Func<IServiceProvider, ICacheStore> Read(BackendOptions options)
        {
            Reads++;
            options.Text("Place", value => Place = value);
            if (Place == "nowhere")
                options.Refuse("Place", "it must be somewhere");
            options.Number<int>("Depth", value => Depth = value);
            options.NumberOrNone<long>("Bound", value => Bound = value);
            options.Flag("On", value => On = value);
            options.Choice<DayOfWeek>("Sort", value => Day = value);
            options.Span("Span", value => Span = value);
            options.Texts("Hosts", value => Hosts = value);
            if (Depth < 0)
                throw new InvalidCacheOptionsException([$"Own.Depth is {Depth}; it must be zero or more."]);
            return _ =>
            {
                if (MakesNothing)
                    return null!;
                Made.Add(new InMemoryStore());
                return Made[^1];
            };
        }
    }
}
