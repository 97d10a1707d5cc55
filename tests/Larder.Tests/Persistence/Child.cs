using System.Diagnostics;
using System.Runtime.InteropServices;
using Larder.Crasher;

namespace Larder.Tests.Persistence;

/// <summary>A process that runs <c>Larder.Crasher</c>, and what it printed.</summary>
internal sealed class Child : IDisposable
{
    private readonly Process _process;

    private Child(Process process) => _process = process;

    public int Id => _process.Id;

    public int ExitCode => _process.ExitCode;

    public static Child Start(params string[] arguments) => Start(null, arguments);

    /// <summary>Starts it from a shell that runs <paramref name="before"/> first.</summary>
    public static Child StartAfter(string before, params string[] arguments) => Start(before, arguments);

    /// <summary>The next line it prints; <see langword="null"/> when it has ended.</summary>
    public string? ReadLine() => _process.StandardOutput.ReadLine();

    /// <summary>Ends it without a chance to do anything (SIGKILL), and returns what else it had printed.</summary>
    public string[] Kill()
    {
        _process.Kill();
        return ReadToEnd();
    }

    /// <summary>Waits for its end, and returns what else it had printed.</summary>
    public string[] ReadToEnd()
    {
        string[] lines = _process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        _process.WaitForExit();
        return lines;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private static Child Start(string? before, string[] arguments)
    {
        // The runtime that runs this test, wherever it is installed.
        string dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
        string[] command = [dotnet, typeof(Contents).Assembly.Location, .. arguments];
        var start = before is null ? new ProcessStartInfo(command[0], command[1..]) : new ProcessStartInfo("sh", ["-c", before + "; exec \"$@\"", "sh", .. command]);
        start.RedirectStandardOutput = true;
        start.RedirectStandardInput = true;
        // Otherwise the runtime maps its code through a file of 2 GB, which a limit on file sizes forbids.
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
        return new Child(Process.Start(start)!);
    }
}
