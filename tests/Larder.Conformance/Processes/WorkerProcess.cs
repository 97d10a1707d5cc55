using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Larder.Conformance.Processes;

/// <summary>Another process with a cache of its own.</summary>
public sealed class WorkerProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly StringBuilder _errors = new(); // What it wrote to standard error; guards itself.

    /// <summary>Starts it.</summary>
    /// <param name="assembly">The program's file.</param>
    /// <param name="arguments">What it is to do.</param>
    public WorkerProcess(string assembly, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(assembly);
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        _process = Process.Start(start) ?? throw new InvalidOperationException("The worker did not start.");
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public async Task ReadyAsync()
    {
        if (await AnswerAsync() is var said and not "ready")
            throw await FailureAsync($"said '{said}' where 'ready' was due");
    }

    public void Go() => _process.StandardInput.WriteLine("go");

    /// <summary>Says a line.</summary>
    public void Tell(string line) => _process.StandardInput.WriteLine(line);

    /// <summary>Waits for a line.</summary>
    /// <exception cref="InvalidOperationException">It has ended, or says nothing; with what it wrote to standard error.</exception>
    public async Task<string> AnswerAsync()
    {
        try
        {
            return await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience) ?? throw await FailureAsync("ended before it answered");
        }
        catch (TimeoutException)
        {
            throw await FailureAsync(string.Create(CultureInfo.InvariantCulture, $"did not answer for {Patience}"));
        }
    }

    /// <summary>What it said until its end.</summary>
    /// <exception cref="InvalidOperationException">It failed; with what it wrote to standard error.</exception>
    public async Task<string[]> EndAsync()
    {
        string output = await _process.StandardOutput.ReadToEndAsync();
        await _process.WaitForExitAsync();
        return _process.ExitCode == 0 ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries) : throw await FailureAsync("failed");
    }

    public void Kill() => _process.Kill();

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        lock (_errors)
            _errors.AppendLine(line);
    }

    private async Task<InvalidOperationException> FailureAsync(string what)
    {
        bool ended = _process.HasExited || _process.WaitForExit(TimeSpan.FromSeconds(1));
        if (ended)
            await _process.WaitForExitAsync(); // Until all of its standard error is here.
        string code = ended ? $"exit code {_process.ExitCode}" : "it still runs";
        lock (_errors)
            return new InvalidOperationException($"Worker {_process.Id} {what} ({code}). It wrote to standard error:\n{_errors}");
    }
}
