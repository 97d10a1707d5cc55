using System.Diagnostics;
using System.Globalization;

namespace Larder.Benchmarks;

/// <summary>A redis-server of the benchmark's own, ended with it.</summary>
internal sealed class LocalRedis : IDisposable
{
    private readonly Process _process;
    private readonly string _directory = Directory.CreateTempSubdirectory("larder-bench-").FullName;

    public LocalRedis()
    {
        Port = Random.Shared.Next(12_000, 22_000);
        var start = new ProcessStartInfo("redis-server") { UseShellExecute = false, RedirectStandardOutput = true };
        foreach (string argument in (string[])["--port", $"{Port}", "--bind", "127.0.0.1", "--save", "", "--dir", _directory])
            start.ArgumentList.Add(argument);
        _process = Process.Start(start) ?? throw new InvalidOperationException("redis-server did not start.");
        _process.OutputDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
    }

    public int Port { get; }

    /// <summary>Runs redis-benchmark on one connection.</summary>
    /// <returns>Operations a second.</returns>
    public double Benchmark(string command, int pipeline, int operations, int payloadBytes)
    {
        var start = new ProcessStartInfo("redis-benchmark") { UseShellExecute = false, RedirectStandardOutput = true };
        foreach (string argument in (string[])["-p", $"{Port}", "-c", "1", "-P", $"{pipeline}", "-n", $"{operations}", "-d", $"{payloadBytes}", "-t", command.ToLowerInvariant(), "--csv"])
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("redis-benchmark did not start.");
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        string line = output.Split('\n').First(line => line.StartsWith($"\"{command}\"", StringComparison.Ordinal));
        return double.Parse(line.Split(',')[1].Trim('"'), CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
