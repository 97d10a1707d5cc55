using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Larder.Redis.Tests.Servers;

/// <summary>A real redis-server on a free port of this machine, for the length of a test.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _directory = Directory.CreateTempSubdirectory("larder-redis-").FullName;
    private readonly string[] _arguments;
    private Process? _process;

    private RedisServer(string[] arguments) => _arguments = arguments;

    public int Port { get; private set; }

    public string Address => $"127.0.0.1:{Port}";

    public string Folder => _directory;

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>Starts a server.</summary>
    /// <param name="arguments">More of its options, each name and value an argument of its own.</param>
    public static async Task<RedisServer> StartAsync(params string[] arguments)
    {
        var server = new RedisServer(arguments);
        // Somebody else may take the port between its being found free and being used.
        for (int attempt = 1; ; attempt++)
        {
            server.Port = FreePort();
            try
            {
                await server.StartAgainAsync();
                return server;
            }
            catch (InvalidOperationException) when (attempt < 5)
            {
                await server.KillAsync();
            }
        }
    }

    /// <summary>Starts it again on the same port, with no data.</summary>
    public async Task StartAgainAsync()
    {
        var start = new ProcessStartInfo("redis-server") { UseShellExecute = false, WorkingDirectory = _directory, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])["--port", $"{Port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", _directory, .. _arguments])
            start.ArgumentList.Add(argument);
        Process process = Process.Start(start) ?? throw new InvalidOperationException("redis-server did not start.");
        _process = process;
        var output = new StringBuilder();
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        long began = Stopwatch.GetTimestamp();
        while (!await IsListeningAsync())
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(began) > Patience)
                throw new InvalidOperationException($"redis-server is not there:\n{output}");
            await Task.Delay(10);
        }

        void Keep(string? line)
        {
            lock (output)
                output.AppendLine(line);
        }
    }

    /// <summary>Kills it, as a power failure does.</summary>
    public async Task KillAsync()
    {
        if (_process is null)
            return;
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Stops it without ending it: its connections stay, and it answers nothing.</summary>
    public Task PauseAsync() => SignalAsync("STOP");

    public Task ResumeAsync() => SignalAsync("CONT");

    /// <summary>Runs redis-cli and gives what it printed.</summary>
    public async Task<string> CliAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("redis-cli") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])["-p", $"{Port}", .. arguments])
            start.ArgumentList.Add(argument);
        using Process cli = Process.Start(start) ?? throw new InvalidOperationException("redis-cli did not start.");
        string output = await cli.StandardOutput.ReadToEndAsync();
        await cli.WaitForExitAsync();
        return output.Trim();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(_directory, recursive: true);
    }

    public static int FreePort()
    {
        // Cluster nodes listen at their port plus 10,000 as well; and not where outgoing connections get theirs.
        while (true)
        {
            int port = Random.Shared.Next(12_000, 22_000);
            if (IsFree(port) && IsFree(port + 10_000))
                return port;
        }
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task<bool> IsListeningAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task SignalAsync(string signal)
    {
        using Process kill = Process.Start("kill", ["-" + signal, $"{_process!.Id}"]);
        await kill.WaitForExitAsync();
    }
}
