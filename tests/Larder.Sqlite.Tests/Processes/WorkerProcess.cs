using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Larder.Sqlite.Tests.Processes;

/// <summary>Another process on the same file (<c>tests/Larder.Sqlite.Worker</c>).</summary>
internal sealed class WorkerProcess : IDisposable
{
    private readonly Process _process;

    public WorkerProcess(params string[] arguments)
    {
        // The runtime that runs this test, wherever it is installed.
        string dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
        var start = new ProcessStartInfo(dotnet) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Larder.Sqlite.Worker.dll"));
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["DOTNET_TieredPGO"] = "0";
        _process = Process.Start(start) ?? throw new InvalidOperationException("The worker did not start.");
    }

    public int Id => _process.Id;

    /// <summary>The next line it prints; <see langword="null"/> when it has ended.</summary>
    public string? ReadLine() => _process.StandardOutput.ReadLine();

    public void Go() => _process.StandardInput.WriteLine("go");

    /// <summary>Ends it without a chance to do anything (SIGKILL), and returns what else it had printed.</summary>
    public string[] Kill()
    {
        _process.Kill();
        return End();
    }

    /// <summary>Waits for its end, and returns what else it had printed.</summary>
    public string[] End()
    {
        string output = _process.StandardOutput.ReadToEnd();
        _process.WaitForExit();
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        // A line that was cut by the end of the process says nothing.
        return output.Length == 0 || output[^1] == '\n' ? lines : lines[..^1];
    }

    /// <summary>As <see cref="End"/>.</summary>
    public Task<string[]> EndAsync() => Task.Run(End);

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
