using System.Diagnostics;
using Larder.PostgreSql.Tests.Store;

namespace Larder.PostgreSql.Tests.Processes;

/// <summary>Another process with a cache of its own (<c>tests/Larder.PostgreSql.Worker</c>).</summary>
internal sealed class WorkerProcess : IDisposable
{
    private readonly Process _process;

    public WorkerProcess(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Larder.PostgreSql.Worker.dll"));
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        _process = Process.Start(start) ?? throw new InvalidOperationException("The worker did not start.");
    }

    public int Id => _process.Id;

    public async Task ReadyAsync() => Assert.Equal("ready", await _process.StandardOutput.ReadLineAsync().Soon());

    public void Go() => _process.StandardInput.WriteLine("go");

    /// <summary>What it said until its end.</summary>
    public async Task<string[]> EndAsync()
    {
        string output = await _process.StandardOutput.ReadToEndAsync();
        await _process.WaitForExitAsync();
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public void Kill() => _process.Kill();

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
