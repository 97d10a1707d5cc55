using System.Diagnostics;

namespace Larder.MongoDB.Tests.Driver;

/// <summary>A client that others have written: Debian's python3-pymongo, in a process of its own.</summary>
internal sealed class PythonDriver : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly Process _process;
    private readonly Task<string> _errors;

    public PythonDriver(params string[] arguments)
    {
        // Not whatever python3 comes first: the package belongs to Debian's.
        var start = new ProcessStartInfo("/usr/bin/python3") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])[Path.Combine(AppContext.BaseDirectory, "Driver", "drive.py"), .. arguments])
            start.ArgumentList.Add(argument);
        _process = Process.Start(start) ?? throw new InvalidOperationException("python3 did not start.");
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Runs one test of the script to its end.</summary>
    public static async Task RunAsync(params string[] arguments)
    {
        await using var driver = new PythonDriver(arguments);
        await driver.EndAsync();
    }

    public async Task<string> ReadLineAsync() =>
        await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience) ?? throw new InvalidOperationException($"The driver has ended:\n{await _errors}");

    public Task WriteLineAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    public async Task EndAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        string errors = await _errors;
        Assert.True(_process.ExitCode == 0, errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
