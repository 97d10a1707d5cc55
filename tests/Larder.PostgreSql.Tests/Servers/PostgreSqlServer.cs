using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace Larder.PostgreSql.Tests.Servers;

/// <summary>A real PostgreSQL on a free port of this machine, for the length of a test.</summary>
/// <remarks>It refuses to run as root; where the tests do, it runs as the user that its package made. Debian's own cluster, if there is one, is left alone.</remarks>
public sealed class PostgreSqlServer : IAsyncDisposable
{
    private const string Programs = "/usr/lib/postgresql/15/bin";
    private const string User = "postgres";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _directory = Directory.CreateTempSubdirectory("larder-postgresql-").FullName;
    private readonly string[] _settings;
    private int _process;

    private PostgreSqlServer(string[] settings) => _settings = settings;

    public int Port { get; private set; }

    public string ConnectionString => ConnectionStringAt(Port);

    private string Cluster => Path.Combine(_directory, "data");

    /// <summary>Makes a cluster and starts it.</summary>
    /// <param name="settings">Settings, each as <c>name=value</c>.</param>
    public static async Task<PostgreSqlServer> StartAsync(params string[] settings)
    {
        var server = new PostgreSqlServer(settings);
        await RunAsync(isServers: false, "chmod", "755", server._directory);
        Directory.CreateDirectory(server.Cluster);
        if (Environment.UserName == "root")
            await RunAsync(isServers: false, "chown", User, server.Cluster);
        await RunAsync(isServers: true, $"{Programs}/initdb", "-D", server.Cluster, "-A", "trust", "-U", User, "-E", "UTF8", "--no-sync");
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

    public static string ConnectionStringAt(int port) => $"Host=127.0.0.1;Port={port};Username={User};Database={User}";

    /// <summary>Starts it again on the same port, with the data that it has.</summary>
    public async Task StartAgainAsync()
    {
        // fsync is for those who lose power; what is lost when a process is killed is the same without.
        string[] settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=''", "fsync=off", "shared_buffers=32MB", "max_connections=200", .. _settings];
        string options = $"-p {Port} " + string.Join(' ', settings.Select(setting => "-c " + setting));
        string log = Path.Combine(Cluster, "log");
        try
        {
            await RunAsync(isServers: true, $"{Programs}/pg_ctl", "-D", Cluster, "-w", "-t", "60", "-o", options, "-l", log, "start");
        }
        catch (InvalidOperationException error)
        {
            throw new InvalidOperationException($"The server does not start. Its log:\n{(File.Exists(log) ? await File.ReadAllTextAsync(log) : "")}", error);
        }

        _process = int.Parse((await File.ReadAllLinesAsync(Path.Combine(Cluster, "postmaster.pid")))[0]);
    }

    /// <summary>Kills it with all its processes, as a power failure does.</summary>
    public async Task KillAsync()
    {
        if (_process == 0)
            return;
        await SignalAsync("CONT"); // One that is stopped would not end.
        int[] all = [_process, .. Children(_process)];
        await RunAsync(isServers: false, "kill", ["-KILL", .. all.Select(id => $"{id}")]);
        long began = Stopwatch.GetTimestamp();
        while (all.Any(IsAlive))
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, "The server does not end.");
            await Task.Delay(5);
        }

        _process = 0;
        File.Delete(Path.Combine(Cluster, "postmaster.pid"));
    }

    /// <summary>Stops it as an administrator does, and starts it again.</summary>
    public async Task RestartAsync()
    {
        await RunAsync(isServers: true, $"{Programs}/pg_ctl", "-D", Cluster, "-m", "fast", "-w", "stop");
        await StartAgainAsync();
    }

    /// <summary>Stops all its processes without ending them: connections stay, and nobody answers.</summary>
    public Task PauseAsync() => SignalAsync("STOP");

    public Task ResumeAsync() => SignalAsync("CONT");

    /// <summary>Carries out a statement, as anybody may, and gives what it answered.</summary>
    public async Task<object?> SqlAsync(string text)
    {
        await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false;Timeout=60;CommandTimeout=60");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(text, connection);
        return await command.ExecuteScalarAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(_directory, recursive: true);
    }

    public static int FreePort()
    {
        // Not where outgoing connections get theirs.
        while (true)
        {
            int port = Random.Shared.Next(12_000, 32_000);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken.
            }
        }
    }

    private async Task SignalAsync(string signal)
    {
        // The backends that come between the list and the signal are those of a server that is stopped already.
        await RunAsync(isServers: false, "kill", "-" + signal, $"{_process}");
        foreach (int child in Children(_process))
        {
            try
            {
                await RunAsync(isServers: false, "kill", "-" + signal, $"{child}");
            }
            catch (InvalidOperationException) when (!IsAlive(child))
            {
                // It ended by itself.
            }
        }
    }

    private static int[] Children(int process)
    {
        try
        {
            return [.. File.ReadAllText($"/proc/{process}/task/{process}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
        }
        catch (IOException)
        {
            return [];
        }
    }

    // One that nobody has waited for is dead all the same.
    private static bool IsAlive(int process)
    {
        try
        {
            string state = File.ReadAllText($"/proc/{process}/stat");
            return state[state.LastIndexOf(')') + 2] is not 'Z' and not 'X';
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task RunAsync(bool isServers, string program, params string[] arguments)
    {
        string[] command = isServers && Environment.UserName == "root" ? ["runuser", "-u", User, "--", program, .. arguments] : [program, .. arguments];
        var start = new ProcessStartInfo(command[0]) { UseShellExecute = false, WorkingDirectory = "/", RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in command.AsSpan(1))
            start.ArgumentList.Add(argument);
        var output = new StringBuilder();
        try
        {
            using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
            process.OutputDataReceived += (_, line) => Keep(line.Data);
            process.ErrorDataReceived += (_, line) => Keep(line.Data);
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            // Not until the output ends: a server that was started inherits it.
            long began = Stopwatch.GetTimestamp();
            while (!process.HasExited)
            {
                if (Stopwatch.GetElapsedTime(began) > Patience + Patience)
                    throw new InvalidOperationException($"{program} does not end:\n{output}");
                await Task.Delay(2);
            }

            if (process.ExitCode != 0)
                throw new InvalidOperationException($"{program} ended with {process.ExitCode}:\n{output}");
        }
        catch (Win32Exception error)
        {
            throw new InvalidOperationException($"{program} did not start.", error);
        }

        void Keep(string? line)
        {
            lock (output)
                output.AppendLine(line);
        }
    }
}
