using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Larder.Benchmarks.Stores;

/// <summary>A PostgreSQL for the length of a benchmark, as Debian packages it, with the settings that it comes with. As root, it runs as the user that its package made.</summary>
internal sealed class LocalPostgreSql : IAsyncDisposable
{
    private const string Programs = "/usr/lib/postgresql/15/bin";
    private const string User = "postgres";

    private readonly string _directory = Directory.CreateTempSubdirectory("larder-bench-").FullName;

    private LocalPostgreSql(int port) => ConnectionString = $"Host=127.0.0.1;Port={port};Username={User};Database={User};Maximum Pool Size=50";

    public string ConnectionString { get; }

    private string Cluster => Path.Combine(_directory, "data");

    public static async Task<LocalPostgreSql> StartAsync()
    {
        int port = FreePort();
        var server = new LocalPostgreSql(port);
        await RunAsync("chmod", "755", server._directory);
        Directory.CreateDirectory(server.Cluster);
        if (Environment.UserName == "root")
            await RunAsync("chown", User, server.Cluster);
        await RunAsServerAsync($"{Programs}/initdb", "-D", server.Cluster, "-A", "trust", "-U", User, "-E", "UTF8");
        await RunAsServerAsync($"{Programs}/pg_ctl", "-D", server.Cluster, "-w", "-l", Path.Combine(server.Cluster, "log"), "-o", $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''", "start");
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsServerAsync($"{Programs}/pg_ctl", "-D", Cluster, "-m", "immediate", "-w", "stop");
        Directory.Delete(_directory, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static Task RunAsServerAsync(string program, params string[] arguments) =>
        Environment.UserName == "root" ? RunAsync("runuser", ["-u", User, "--", program, .. arguments]) : RunAsync(program, arguments);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        // Its output goes nowhere: a server that was started inherits it.
        using Process process = Process.Start(new ProcessStartInfo("sh", ["-c", "exec \"$@\" >/dev/null 2>&1", "sh", program, .. arguments]) { WorkingDirectory = "/" })
            ?? throw new InvalidOperationException($"{program} did not start.");
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}; Debian's package postgresql-15 is needed.");
    }
}
