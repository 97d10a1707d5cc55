using System.Diagnostics;
using System.Globalization;

namespace Larder.Samples.Nodes;

/// <summary>A process that runs a <see cref="Node"/>.</summary>
internal sealed class NodeProcess : IDisposable
{
    private readonly Process _process;

    public NodeProcess(string name, string redis)
    {
        Name = name;
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        // Run by the dotnet command or by a host of its own.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(NodeProcess).Assembly.Location);
        foreach (string argument in (string[])["node", name, redis])
            start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
    }

    public string Name { get; }

    /// <summary>Says something and waits for the answer.</summary>
    public async Task<string> AskAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
        return await AnswerAsync();
    }

    public async Task<string> AnswerAsync() => await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"Node {Name} has ended.");

    /// <summary>The answer as a point in time.</summary>
    public static long Time(string answer) => long.Parse(answer, CultureInfo.InvariantCulture);

    public void Dispose()
    {
        _process.StandardInput.Close(); // The node reads to the end and goes.
        if (!_process.WaitForExit(TimeSpan.FromSeconds(10)))
            _process.Kill();
        _process.Dispose();
    }
}
