using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Larder.Redis.Tests.Coherence;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Tests.Store;

namespace Larder.Redis.Tests.Faults;

/// <summary>Passwords, access lists, TLS, and servers that refuse.</summary>
public sealed class AccessTests
{
    [Fact]
    public async Task Password_is_said_and_a_wrong_one_is_told()
    {
        await using RedisServer server = await RedisServer.StartAsync("--requirepass", "s3cret");
        await using RedisStore right = new($"redis://:s3cret@{server.Address}");
        await using RedisStore wrong = new($"redis://:wrong@{server.Address}");
        await using RedisStore none = new($"redis://{server.Address}");

        await right.SetAsync("key", "value"u8.ToArray(), null, default);

        var error = await Assert.ThrowsAsync<RedisServerException>(() => wrong.GetAsync("key", default).Soon());
        Assert.Equal(RedisErrorKind.WrongPassword, error.Kind);
        error = await Assert.ThrowsAsync<RedisServerException>(() => none.GetAsync("key", default).Soon());
        Assert.Equal(RedisErrorKind.AuthenticationRequired, error.Kind);
    }

    [Fact]
    public async Task User_of_an_access_list_needs_its_own_keys_and_channel_only()
    {
        await using RedisServer server = await RedisServer.StartAsync();
        await server.CliAsync("ACL", "SETUSER", "app", "on", ">pass", "~app:*", "&app:*", "+@all", "-@dangerous", "+client|tracking", "+client|info");
        await using var one = new Node(server, "app:", options => (options.User, options.Password) = ("app", "pass"));
        await using var two = new Node(server, "app:");

        await one.Cache.SetAsync("key", "old").Soon();
        Assert.Equal("old", await two.GetOrMakeAsync("key", "not needed"));
        await two.Cache.RemoveAsync("key").Soon();
        await one.UntilDroppedAsync("key");
        Assert.Equal("made", await one.GetOrMakeAsync("key", "made"));
        await one.Cache.ClearAsync().Soon();
        await two.UntilDroppedAsync("key");
        Assert.True(one.Store.Statistics.IsTracking);
        Assert.Equal(0, one.Cache.Statistics.StoreFailures);
    }

    [Fact]
    public async Task User_without_transactions_writes_by_script_and_is_told_of_changes()
    {
        await using RedisServer server = await RedisServer.StartAsync();
        await server.CliAsync("ACL", "SETUSER", "app", "on", ">pass", "~*", "&*", "+@all", "-@transaction");
        await using var one = new Node(server, "", options => (options.User, options.Password) = ("app", "pass"));
        await using var two = new Node(server, "");

        await one.Cache.SetAsync("key", "old").Soon();
        Assert.Equal("old", await two.GetOrMakeAsync("key", "not needed"));
        await two.Cache.SetAsync("key", "new").Soon();
        await one.UntilDroppedAsync("key");

        Assert.Equal("new", await one.GetOrMakeAsync("key", "not needed"));
        Assert.Equal(0, one.Cache.Statistics.StoreFailures);
        Assert.Contains("cmdstat_evalsha", await server.CliAsync("INFO", "commandstats"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_tracking_is_refused_nodes_tell_each_other()
    {
        await using RedisServer server = await RedisServer.StartAsync();
        await server.CliAsync("ACL", "SETUSER", "app", "on", ">pass", "~*", "&*", "+@all", "-client|tracking");
        await using var one = new Node(server, "", options => (options.User, options.Password) = ("app", "pass"));
        await using var two = new Node(server, "", options => (options.User, options.Password) = ("app", "pass"));
        await one.Cache.SetAsync("key", "old").Soon();
        Assert.Equal("old", await two.GetOrMakeAsync("key", "not needed"));
        Assert.False(one.Store.Statistics.IsTracking);

        await one.Cache.SetAsync("key", "new").Soon();

        await Waiting.UntilAsync(async () => await two.GetOrMakeAsync("key", "not needed") == "new", "The change was not told.");
    }

    [Fact]
    public async Task Database_and_client_name_are_those_asked_for()
    {
        await using RedisServer server = await RedisServer.StartAsync();
        await using RedisStore store = new($"redis://{server.Address}/3?clientName=web-1");
        await store.SetAsync("key", "value"u8.ToArray(), null, default);

        Assert.Equal("value", await server.CliAsync("-n", "3", "GET", "key"));
        Assert.Equal("", await server.CliAsync("GET", "key"));
        Assert.Contains("name=web-1", await server.CliAsync("CLIENT", "LIST"));
    }

    [Fact]
    public async Task Encrypted_connections_check_the_certificate()
    {
        using RSA key = RSA.Create(2048);
        var request = new CertificateRequest("CN=redis.example", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("redis.example");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, true));
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        string folder = Directory.CreateTempSubdirectory("larder-tls-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "cert.pem"), certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
        int tlsPort = RedisServer.FreePort();
        await using RedisServer server = await RedisServer.StartAsync(
            "--tls-port", $"{tlsPort}", "--tls-cert-file", Path.Combine(folder, "cert.pem"), "--tls-key-file", Path.Combine(folder, "key.pem"), "--tls-auth-clients", "no");

        // The system does not know who signed it.
        await using RedisStore unknown = new($"rediss://127.0.0.1:{tlsPort}?tlsHost=redis.example");
        var error = await Assert.ThrowsAsync<RedisConnectionException>(() => unknown.GetAsync("key", default).Soon());
        Assert.Contains("certificate", error.Message);

        // Whoever signed it is fine, but the name is another's.
        await using RedisStore otherName = Make("other.example");
        await Assert.ThrowsAsync<RedisConnectionException>(() => otherName.GetAsync("key", default).Soon());

        await using RedisStore right = Make("redis.example");
        await right.SetAsync("key", new byte[300_000], null, default);
        Assert.Equal(300_000, (await right.GetAsync("key", default))!.Value.Length);
        Directory.Delete(folder, recursive: true);

        RedisStore Make(string host) => TestStores.Make($"127.0.0.1:{tlsPort}", configure: options =>
        {
            options.UseTls = true;
            options.TlsHost = host;
            options.CertificateValidation = (_, shown, _, errors) =>
                (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) == SslPolicyErrors.None && shown!.GetCertHashString() == certificate.GetCertHashString();
        });
    }

    [Fact]
    public async Task Server_that_speaks_something_else_is_left_with_a_clear_error()
    {
        var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        _ = Task.Run(async () =>
        {
            while (await listener.AcceptTcpClientAsync() is { } client)
                await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
        });
        await using RedisStore store = TestStores.Make($"127.0.0.1:{((System.Net.IPEndPoint)listener.LocalEndpoint).Port}");

        var error = await Assert.ThrowsAnyAsync<RedisException>(() => store.GetAsync("key", default).Soon());

        Assert.Contains("no type of RESP3", error.ToString());
        listener.Stop();
    }
}
