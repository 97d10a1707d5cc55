using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Larder.MongoDB.Bson;
using Larder.MongoDB.Tests.Servers;
using Larder.MongoDB.Tests.Store;
using Larder.MongoDB.Wire;
using Larder.Stores;

namespace Larder.MongoDB.Tests.Faults;

/// <summary>Passwords, encryption, connections that break or say nothing, servers that are none.</summary>
public sealed class ConnectionTests
{
    private static readonly byte[] Value = [1, 2, 3];

    [Theory]
    [InlineData("", "SCRAM-SHA-256", "SCRAM-SHA-1")]
    [InlineData("", "SCRAM-SHA-256")]
    [InlineData("", "SCRAM-SHA-1")]
    [InlineData("&authMechanism=SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-1")]
    [InlineData("&authMechanism=SCRAM-SHA-256", "SCRAM-SHA-256")]
    public async Task Password_is_proved_by_what_the_server_has_for_the_user(string option, params string[] mechanisms)
    {
        await using var server = new MongoServer { User = ("a,b", "p:w d=", mechanisms) };
        await using MongoDbStore store = TestStores.Make($"mongodb://a%2Cb:p%3Aw%20d%3D@{server.Address}/?authSource=users{option}");

        await store.SetAsync("key", Value, null, default);

        Assert.Equal(Value, (await store.GetAsync("key", default))!.Value.ToArray());
    }

    [Theory]
    [InlineData("mongodb://user:wrong@{0}", 18)]
    [InlineData("mongodb://nobody:secret@{0}", 18)]
    [InlineData("mongodb://{0}", 13)]
    [InlineData("mongodb://user:secret@{0}/?authMechanism=SCRAM-SHA-1", 334)]
    public async Task Whoever_cannot_prove_who_they_are_is_refused_and_told_so_without_the_password(string address, int code)
    {
        await using var server = new MongoServer { User = ("user", "secret", ["SCRAM-SHA-256"]) };
        await using MongoDbStore store = TestStores.Make(string.Format(address, server.Address));

        var error = await Assert.ThrowsAsync<MongoDbServerException>(() => store.GetAsync("key", default).AsTask());

        Assert.True(error.Code == code || (address.Contains("nobody") && error.Code == 334), $"{error.Code}");
        Assert.DoesNotContain("wrong", error.ToString());
        Assert.DoesNotContain("secret", error.ToString());
    }

    [Fact]
    public async Task Server_that_knows_the_greeting_by_its_old_name_only_is_greeted_by_that()
    {
        await using var server = new MongoServer(setName: "larder") { User = ("user", "secret", ["SCRAM-SHA-256"]) };
        server.Role.KnowsHello = false;
        server.Role.MaxWireVersion = 9;
        await using MongoDbStore store = TestStores.Make($"mongodb://user:secret@{server.Address}/?replicaSet=larder");

        await store.SetAsync("key", Value, null, default);

        Assert.Equal(Value, (await store.GetAsync("key", default))!.Value.ToArray());
    }

    [Fact]
    public async Task Connection_is_encrypted_and_the_certificate_is_looked_at()
    {
        using X509Certificate2 certificate = Certificate();
        await using var server = new MongoServer { Certificate = certificate };
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, certificate.ExportCertificatePem());
        try
        {
            string address = $"mongodb://localhost:{server.Port}/?tls=true&serverSelectionTimeoutMS=100";
            await using MongoDbStore trusting = TestStores.Make($"{address}&tlsCAFile={Uri.EscapeDataString(file)}");
            await trusting.SetAsync("key", Value, null, default);
            await using MongoDbStore careless = TestStores.Make($"{address}&tlsInsecure=true");
            Assert.Equal(Value, (await careless.GetAsync("key", default))!.Value.ToArray());
            await using MongoDbStore careful = TestStores.Make(address);
            await Assert.ThrowsAsync<MongoDbConnectionException>(() => careful.GetAsync("key", default).AsTask());
            await using MongoDbStore misled = TestStores.Make($"{address.Replace("localhost", "127.0.0.1")}&tlsCAFile={Uri.EscapeDataString(file)}");
            await Assert.ThrowsAsync<MongoDbConnectionException>(() => misled.GetAsync("key", default).AsTask());
            await using MongoDbStore lenient = TestStores.Make($"{address.Replace("localhost", "127.0.0.1")}&tlsCAFile={Uri.EscapeDataString(file)}&tlsAllowInvalidHostnames=true");
            Assert.Equal(Value, (await lenient.GetAsync("key", default))!.Value.ToArray());
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Checksums_are_sent_and_looked_at()
    {
        await using var server = new MongoServer();
        await using MongoDbStore store = TestStores.Make($"mongodb://{server.Address}", configure: options => options.UseChecksums = true);

        await store.SetAsync("key", new byte[100_000], null, default);

        Assert.Equal(100_000, (await store.GetAsync("key", default))!.Value.Length);
    }

    [Fact]
    public async Task Broken_connection_is_replaced_and_reads_are_sent_again()
    {
        await using var server = new MongoServer();
        await using MongoDbStore store = TestStores.Make($"mongodb://{server.Address}");
        await store.SetAsync("key", Value, null, default);
        for (int i = 0; i < 5; i++)
        {
            server.Cut();
            Assert.Equal(Value, (await store.GetAsync("key", default))!.Value.ToArray());
        }

        Assert.Equal(5, store.Statistics.Retries);
    }

    [Fact]
    public async Task Server_that_says_nothing_costs_the_timeout()
    {
        await using var server = new MongoServer();
        var never = new TaskCompletionSource<BsonDocument?>();
        server.Before = command => command.First().Key == "find" ? never.Task : Task.FromResult<BsonDocument?>(null);
        await using MongoDbStore store = TestStores.Make($"mongodb://{server.Address}", configure: options =>
        {
            options.CommandTimeout = TimeSpan.FromMilliseconds(50);
            options.RetryReads = false;
        });

        var error = await Assert.ThrowsAsync<MongoDbConnectionException>(() => store.GetAsync("key", default).AsTask().Soon());

        Assert.Contains("did not answer within 100 ms", error.Message);
        never.SetResult(null);
    }

    [Fact]
    public async Task Callers_share_the_connections_there_may_be()
    {
        await using var server = new MongoServer();
        await using MongoDbStore store = TestStores.Make($"mongodb://{server.Address}/?maxPoolSize=3");

        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => store.SetAsync($"key{i}", Value, null, default).AsTask())).Soon();

        Assert.InRange(server.ConnectionsMade, 1, 3);
    }

    [Fact]
    public async Task Connection_that_lay_unused_for_long_is_not_used_again()
    {
        await using var server = new MongoServer();
        await using MongoDbStore store = TestStores.Make($"mongodb://{server.Address}/?maxIdleTimeMS=1");
        await store.SetAsync("key", Value, null, default);
        int before = server.ConnectionsMade;

        await Task.Delay(20);
        await store.GetAsync("key", default);

        Assert.Equal(before + 1, server.ConnectionsMade);
    }

    [Fact]
    public async Task Waiting_for_a_connection_has_an_end_and_can_be_given_up()
    {
        await using var server = new MongoServer();
        var held = new TaskCompletionSource<BsonDocument?>();
        await using MongoDbStore store = TestStores.Make($"mongodb://{server.Address}/?maxPoolSize=1", configure: options => options.WaitQueueTimeout = TimeSpan.FromMilliseconds(100));
        await store.SetAsync("key", Value, null, default);
        server.Before = _ => held.Task;
        Task holding = store.GetAsync("key", default).AsTask();
        using var cancellation = new CancellationTokenSource();
        Task cancelled = store.GetAsync("key", cancellation.Token).AsTask();
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.Soon());
        var error = await Assert.ThrowsAsync<MongoDbConnectionException>(() => store.GetAsync("key", default).AsTask().Soon());
        Assert.Contains("None of the 1 connections", error.Message);
        server.Before = null;
        held.SetResult(null);
        await holding.Soon();
        Assert.NotNull(await store.GetAsync("key", default));
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n")]
    [InlineData("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")]
    [InlineData("")]
    public async Task Server_that_is_none_is_told(string answer)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _ = Task.Run(async () =>
        {
            while (true)
            {
                using Socket socket = await listener.AcceptSocketAsync();
                await socket.ReceiveAsync(new byte[1000]);
                await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(answer));
            }
        });
        await using MongoDbStore store = TestStores.Make($"mongodb://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/?serverSelectionTimeoutMS=50");

        await Assert.ThrowsAsync<MongoDbConnectionException>(() => store.GetAsync("key", default).AsTask().Soon());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Answer_to_something_else_ends_the_connection(bool more)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _ = Task.Run(async () =>
        {
            while (true)
            {
                using Socket socket = await listener.AcceptSocketAsync();
                await socket.ReceiveAsync(new byte[1000]);
                var output = new System.Buffers.ArrayBufferWriter<byte>();
                byte[] body = BsonWriter.ToArray(new BsonDocument { { "ok", 1 }, { "isWritablePrimary", true }, { "maxWireVersion", 17 } });
                new OpMsg(more ? OpMsgFlags.MoreToCome : OpMsgFlags.None, body, []).Write(output, 1, responseTo: more ? 1 : 77);
                await socket.SendAsync(output.WrittenMemory);
            }
        });
        await using MongoDbStore store = TestStores.Make($"mongodb://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/?serverSelectionTimeoutMS=50");

        var error = await Assert.ThrowsAsync<MongoDbConnectionException>(() => store.GetAsync("key", default).AsTask().Soon());

        Assert.Contains(more ? "more than one document" : "answered request 77", error.Message);
    }

    [Fact]
    public async Task Server_that_is_too_old_is_told()
    {
        await using var server = new MongoServer { Role = { MaxWireVersion = 8 } };
        await using MongoDbStore store = TestStores.Make($"mongodb://{server.Address}/?serverSelectionTimeoutMS=50");

        var error = await Assert.ThrowsAsync<MongoDbConnectionException>(() => store.GetAsync("key", default).AsTask());

        Assert.Contains("MongoDB 4.4", error.Message);
    }

    [Fact]
    public async Task Clocks_an_hour_apart_do_no_harm()
    {
        foreach (int hours in (int[])[-1, 1])
        {
            await using var server = new MongoServer { Data = { ClockOffset = TimeSpan.FromHours(hours) } };
            await using MongoDbStore store = TestStores.Make($"mongodb://{server.Address}");
            await store.SetAsync("short", Value, TimeSpan.FromMilliseconds(50), default);
            await store.SetAsync("long", Value, TimeSpan.FromMinutes(10), default);
            Assert.NotNull(await store.TryAcquireLeaseAsync("lease", TimeSpan.FromMinutes(10), default));

            await Waiting.UntilAsync(async () => await store.GetAsync("short", default) is null, "The entry did not end.");
            Assert.InRange((await store.GetTimeToLiveAsync("long", default)).Remaining!.Value, TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(10));
            Assert.Null(await store.TryAcquireLeaseAsync("lease", TimeSpan.FromMinutes(10), default));
        }
    }

    [Fact]
    public async Task Disposed_store_refuses_calls_and_ends_waits()
    {
        await using var server = new MongoServer();
        MongoDbStore store = TestStores.Make($"mongodb://{server.Address}");
        await store.TryAcquireLeaseAsync("key", TimeSpan.FromHours(1), default);
        Task wait = store.WaitForLeaseAsync("key", default).AsTask();

        await store.DisposeAsync();
        await store.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => wait.Soon());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => store.GetAsync("key", default).AsTask());
    }

    private static X509Certificate2 Certificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }
}
