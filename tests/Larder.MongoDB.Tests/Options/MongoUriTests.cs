using Microsoft.Extensions.DependencyInjection;

namespace Larder.MongoDB.Tests.Options;

/// <summary>Addresses, as the connection string specification and the URI options specification have them.</summary>
public sealed class MongoUriTests
{
    [Fact]
    public void Everything_an_address_can_say_is_read()
    {
        MongoDbStoreOptions options = MongoDbStoreOptions.Parse(
            "mongodb://us%3Aer:p%40ss%2Fw%25rd@One.example:7000,two,[::1]:7002/app?replicaSet=rs0&authSource=users&authMechanism=SCRAM-SHA-1&tls=true&appName=web&maxPoolSize=7&maxIdleTimeMS=8"
            + "&waitQueueTimeoutMS=9&connectTimeoutMS=10&socketTimeoutMS=11&serverSelectionTimeoutMS=12&heartbeatFrequencyMS=500&retryWrites=false&retryReads=false&w=majority");

        Assert.Equal(["One.example:7000", "two", "[::1]:7002"], options.Servers);
        Assert.Equal(("us:er", "p@ss/w%rd", "users", "SCRAM-SHA-1"), (options.User, options.Password, options.AuthenticationDatabase, options.AuthenticationMechanism));
        Assert.Equal(("app", "rs0", true, "web", 7), (options.Database, options.ReplicaSet, options.UseTls, options.ApplicationName, options.MaxPoolSize));
        Assert.Equal([8, 9, 10, 11, 12, 500], new[] { options.MaxIdleTime, options.WaitQueueTimeout, options.ConnectTimeout, options.CommandTimeout, options.ServerSelectionTimeout, options.HeartbeatInterval }.Select(span => span.TotalMilliseconds));
        Assert.Equal((false, false, "majority"), (options.RetryWrites, options.RetryReads, options.WriteConcern));
        Assert.Empty(options.Warnings);
        Assert.True(options.TellsOfChanges);
    }

    [Theory]
    [InlineData("mongodb://localhost")]
    [InlineData("mongodb://localhost/")]
    [InlineData("mongodb://localhost:27017")]
    [InlineData("MONGODB://localhost/?")]
    [InlineData("mongodb://localhost?")]
    public void Short_addresses_have_the_defaults(string address)
    {
        MongoDbStoreOptions options = MongoDbStoreOptions.Parse(address);

        Assert.Equal(new ServerAddress("localhost", 27017), ServerAddress.Parse(Assert.Single(options.Servers)));
        Assert.Equal(("larder", "admin", null, null, false), (options.Database, options.AuthenticationDatabase, options.User, options.ReplicaSet, options.UseTls));
        Assert.False(options.TellsOfChanges);
        Assert.Empty(options.Warnings);
    }

    // From the specification's lists of valid hosts.
    [Theory]
    [InlineData("mongodb://127.0.0.1", "127.0.0.1", 27017)]
    [InlineData("mongodb://127.0.0.1:27018", "127.0.0.1", 27018)]
    [InlineData("mongodb://[::1]", "::1", 27017)]
    [InlineData("mongodb://[::1]:27018", "::1", 27018)]
    [InlineData("mongodb://EXAMPLE.com", "example.com", 27017)]
    [InlineData("mongodb://example.com:27018", "example.com", 27018)]
    [InlineData("mongodb://%2Ftmp%2Fmongodb-27017.sock", "/tmp/mongodb-27017.sock", 0)]
    [InlineData("mongodb://%2Ftmp%2Fmongodb-27017.sock/auth", "/tmp/mongodb-27017.sock", 0)]
    [InlineData("mongodb://user:pass@%2Ftmp%2F.sock%2F.sock/admin", "/tmp/.sock/.sock", 0)]
    public void Hosts_are_read(string address, string host, int port) =>
        Assert.Equal(new ServerAddress(host, port), ServerAddress.Parse(Assert.Single(MongoDbStoreOptions.Parse(address).Servers)));

    [Theory]
    [InlineData("mongodb://alice:foo@127.0.0.1", "alice", "foo", "admin", "larder")]
    [InlineData("mongodb://alice:foo@127.0.0.1/test", "alice", "foo", "test", "test")]
    [InlineData("mongodb://eve:baz@evil.example/db2?authSource=other", "eve", "baz", "other", "db2")]
    [InlineData("mongodb://bob:bar@127.0.0.1:27018/?w=1", "bob", "bar", "admin", "larder")]
    [InlineData("mongodb://user%3A%3B%3C:%25%40%2F@h/?x=y", "user:;<", "%@/", "admin", "larder")]
    [InlineData("mongodb://!$&'()*+,;=:!$&'()*+,;=@h/db%2D1", "!$&'()*+,;=", "!$&'()*+,;=", "db-1", "db-1")]
    [InlineData("mongodb://alice:@h", "alice", "", "admin", "larder")]
    public void Credentials_are_read(string address, string user, string password, string authenticationDatabase, string database)
    {
        MongoDbStoreOptions options = MongoDbStoreOptions.Parse(address);

        Assert.Equal((user, password, authenticationDatabase, database), (options.User, options.Password, options.AuthenticationDatabase, options.Database));
    }

    [Theory]
    [InlineData("", "begins with mongodb://")]
    [InlineData("localhost", "begins with mongodb://")]
    [InlineData("http://localhost", "begins with mongodb://")]
    [InlineData("mongodb+srv://cluster.example", "name the hosts")]
    [InlineData("mongodb://", "names no host")]
    [InlineData("mongodb:///db", "names no host")]
    [InlineData("mongodb://,localhost", "not an address")]
    [InlineData("mongodb://localhost,", "not an address")]
    [InlineData("mongodb://localhost::27017", "not an address")]
    [InlineData("mongodb://::1", "not an address")]
    [InlineData("mongodb://localhost:0", "port of 1 to 65535")]
    [InlineData("mongodb://localhost:65536", "port of 1 to 65535")]
    [InlineData("mongodb://localhost:foo", "port of 1 to 65535")]
    [InlineData("mongodb://localhost:", "port of 1 to 65535")]
    [InlineData("mongodb://user:sec%ret@localhost", "percent-encode|'%'")]
    [InlineData("mongodb://user:sec:ret@localhost", "percent-encode")]
    [InlineData("mongodb://user:sec@ret@localhost", "percent-encode")]
    [InlineData("mongodb://user:sec/ret@localhost", "percent-encode")]
    [InlineData("mongodb://user:sec/ret@localhost/db", "percent-encode")]
    [InlineData("mongodb://user:sec?ret@localhost", "percent-encode")]
    [InlineData("mongodb://user:123?secret@localhost", "percent-encode")]
    [InlineData("mongodb://user@localhost", "user:password")]
    [InlineData("mongodb://:secret@localhost", "name no user")]
    [InlineData("mongodb://localhost/a.b", "none of")]
    [InlineData("mongodb://localhost/a%24b", "none of")]
    [InlineData("mongodb://localhost/?tls=yes", "true or false")]
    [InlineData("mongodb://localhost/?tls=true&ssl=false", "tls and ssl")]
    [InlineData("mongodb://localhost/?tlsInsecure=true&tlsAllowInvalidCertificates=true", "tlsInsecure")]
    [InlineData("mongodb://localhost/?tlsInsecure=false&tlsAllowInvalidHostnames=false", "tlsInsecure")]
    [InlineData("mongodb://localhost/?tlsCAFile=/no/such/file.pem", "cannot be read")]
    [InlineData("mongodb://localhost/?maxPoolSize=-1", "0 or more")]
    [InlineData("mongodb://localhost/?connectTimeoutMS=0", "1 or more")]
    [InlineData("mongodb://localhost/?connectTimeoutMS=x", "1 or more")]
    [InlineData("mongodb://localhost/?authMechanism=GSSAPI", "SCRAM-SHA-256 or SCRAM-SHA-1")]
    [InlineData("mongodb://localhost/?readPreference=somewhere", "primary, primaryPreferred")]
    [InlineData("mongodb://localhost/?w=0", "has to know")]
    [InlineData("mongodb://a,b/?directConnection=true", "exactly one")]
    public void What_is_wrong_is_said(string address, string expected)
    {
        var error = Assert.Throws<FormatException>(() => MongoDbStoreOptions.Parse(address));

        Assert.Contains(expected.Split('|'), part => error.Message.Contains(part, StringComparison.Ordinal));
        Assert.All(["secret", "sec%ret", "sec:ret", "sec@ret"], password => Assert.DoesNotContain(password, error.Message));
    }

    [Fact]
    public void Options_in_a_log_do_not_tell_the_password() =>
        Assert.Equal("MongoDbStoreOptions { Servers = a:1,b:2, Database = shop }", MongoDbStoreOptions.Parse("mongodb://user:secret@a:1,b:2/shop").ToString());

    [Theory]
    [InlineData("mongodb://localhost/?compressors=zlib", "'compressors' is not known")]
    [InlineData("mongodb://localhost/?readPreference=secondaryPreferred", "reads from the primary")]
    [InlineData("mongodb://localhost/?replicaSet", "'replicaSet' is no option=value")]
    [InlineData("mongodb://localhost/?replicaSet=", "'replicaSet' is no option=value")]
    [InlineData("mongodb://localhost/?=x", "is no option=value")]
    public void What_has_no_effect_is_told_and_does_no_harm(string address, string expected) =>
        Assert.Contains(expected, Assert.Single(MongoDbStoreOptions.Parse(address).Warnings));

    [Fact]
    public void Names_of_options_are_read_whatever_their_case_and_the_last_counts()
    {
        MongoDbStoreOptions options = MongoDbStoreOptions.Parse("mongodb://localhost/?REPLICASET=a&replicaset=b&SSL=true&maxpoolsize=0");

        Assert.Equal(("b", true, int.MaxValue), (options.ReplicaSet, options.UseTls, options.MaxPoolSize));
    }

    [Fact]
    public void Options_out_of_range_are_told_together()
    {
        var error = Assert.Throws<InvalidCacheOptionsException>(() => MongoDbStore.Create(new MongoDbStoreOptions
        {
            Servers = ["a:b"],
            Database = "a.b",
            User = "me",
            AuthenticationMechanism = "PLAIN",
            MaxPoolSize = 1,
            ChangeStreams = true,
            WriteConcern = "0",
            CommandTimeout = TimeSpan.Zero,
            MaxIdleTime = TimeSpan.Zero,
            ReconnectDelay = TimeSpan.FromSeconds(10),
        }));

        string[] names = ["Servers", "Database", "User", "AuthenticationMechanism", "MaxPoolSize", "WriteConcern", "CommandTimeout", "MaxIdleTime", "MaxReconnectDelay"];
        Assert.Equal(names.Length, error.Errors.Count);
        Assert.All(names, name => Assert.Contains(error.Errors, one => one.Contains($"MongoDb.{name}")));
    }

    [Theory]
    [InlineData("mongodb://localhost", null, false)]
    [InlineData("mongodb://localhost/?replicaSet=a", null, true)]
    [InlineData("mongodb://localhost/?replicaSet=a", false, false)]
    [InlineData("mongodb://localhost", true, true)]
    public async Task Store_says_whether_it_tells_of_changes(string address, bool? changeStreams, bool expected)
    {
        MongoDbStoreOptions options = MongoDbStoreOptions.Parse(address);
        options.ChangeStreams = changeStreams;

        await using var store = MongoDbStore.Create(options);

        Assert.Equal(expected, store is Stores.ICoherentStore);
    }

    [Fact]
    public async Task Host_gets_a_cache_in_front_of_a_store_and_bad_addresses_are_told_at_once()
    {
        var services = new ServiceCollection();
        Assert.Throws<FormatException>(() => services.AddLarder().UseMongoDb("mongodb://"));
        MongoDbStoreOptions? seen = null;
        services.AddLarder().UseMongoDb("mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=50", options => seen = options);
        await using ServiceProvider provider = services.BuildServiceProvider();

        ICache cache = provider.GetRequiredService<ICache>();

        // Nobody is there: the cache goes on without.
        Assert.Equal(42, await cache.GetOrSetAsync("key", _ => ValueTask.FromResult(42)));
        Assert.Equal(["127.0.0.1:1"], seen!.Servers);
    }
}
