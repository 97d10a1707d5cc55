using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Larder.Samples.Nodes;

/// <summary>A redis-server for the length of the sample, on a free port of this machine.</summary>
internal sealed class RedisProcess : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("larder-nodes-").FullName;
    private readonly Process _process;

    private RedisProcess(int port)
    {
        Port = port;
        var start = new ProcessStartInfo("redis-server") { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (string argument in (string[])["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", _directory])
            start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
    }

    public int Port { get; }

    /// <summary>Starts a server; nothing when none is installed.</summary>
    public static async Task<RedisProcess?> TryStartAsync()
    {
        RedisProcess server;
        try
        {
            server = new RedisProcess(FreePort());
        }
        catch (Win32Exception)
        {
            return null;
        }

        while (await server._process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Contains("Ready to accept connections", StringComparison.Ordinal))
                return server;
        }

        server.Dispose();
        throw new InvalidOperationException("The redis-server has not started.");
    }

    /// <summary>The key under which Redis has what a cache calls <paramref name="key"/>.</summary>
    public async Task<string> KeyAsync(string key) => (await CommandLineAsync("keys", $"*{key.Replace(":", "*", StringComparison.Ordinal)}*")).Trim();

    /// <summary>What anybody may do, with no Larder at hand.</summary>
    public async Task<string> CommandLineAsync(params string[] words)
    {
        var start = new ProcessStartInfo("redis-cli") { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (string argument in (string[])["-p", $"{Port}", .. words])
            start.ArgumentList.Add(argument);
        using Process client = Process.Start(start)!;
        string output = await client.StandardOutput.ReadToEndAsync();
        await client.WaitForExitAsync();
        return output;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
