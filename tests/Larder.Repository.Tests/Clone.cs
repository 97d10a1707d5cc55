using System.Diagnostics;

namespace Larder.Repository.Tests;

/// <summary>The clone that these tests were built from, and how to run its verbs.</summary>
internal static class Clone
{
    public static string Root { get; } = FindRoot();

    /// <summary><c>Release</c> or <c>Debug</c>, as these tests were built.</summary>
    public static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    /// <summary>Runs a command in the clone and hands out what it printed; anything but success fails the test.</summary>
    public static async Task<string> RunAsync(string command, params string[] arguments)
    {
        (int exitCode, string output) = await TryAsync(command, arguments);
        Assert.True(exitCode == 0, $"{command} {string.Join(' ', arguments)} ended with {exitCode}:\n{output}");
        return output;
    }

    /// <summary>Runs a command in the clone and hands out how it ended and what it printed, errors last.</summary>
    public static async Task<(int ExitCode, string Output)> TryAsync(string command, params string[] arguments)
    {
        var start = new ProcessStartInfo(command, arguments)
        {
            WorkingDirectory = Root,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1"; // A build node that stays would keep the output open.
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }

        return (process.ExitCode, await output + await errors);
    }

    private static string FindRoot()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Larder.slnx")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException($"There is no Larder.slnx above {AppContext.BaseDirectory}.");
    }
}
