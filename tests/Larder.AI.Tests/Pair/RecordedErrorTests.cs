using System.Diagnostics;
using Larder.Samples.PairProgrammer.Answers;
using Larder.Samples.PairProgrammer.Recordings;

namespace Larder.AI.Tests.Pair;

/// <summary>The error that is recorded beside the session in Python: it is a real one, and its answer mends it.</summary>
public sealed class RecordedErrorTests : IDisposable
{
    private static readonly string Recorded = RepositoryRoot.Of("samples", "PairProgrammer", "recorded", "database-cache");

    private readonly string _folder = Directory.CreateTempSubdirectory("larder-error-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Code_fails_as_the_error_says_and_its_debugged_code_does_not()
    {
        string code = File.ReadAllText(Path.Combine(Recorded, "first_attempt.py")), error = File.ReadAllText(Path.Combine(Recorded, "first_attempt.error.txt"));
        await using Desk desk = await Desk.OpenAsync(Recording.Load(Recorded));

        CodeFix fix = await desk.Programmer.ErrorAsync(new Code("first_attempt.py", code, "", []), error);

        Assert.EndsWith(error.TrimEnd().Split('\n')[^1], (await RunAsync(code)).TrimEnd());
        Assert.Equal("{'temperature': 21.5} {'temperature': 21.5} None None ['London', 'Atlantis']", (await RunAsync(fix.DebuggedCode)).TrimEnd());
    }

    // In place of the driver and the API stand two of the same names; the driver refuses what the real one refuses.
    private async Task<string> RunAsync(string code)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "first_attempt.py"), code);
        await File.WriteAllTextAsync(Path.Combine(_folder, "main.py"), """
            import sys
            import types

            calls = []
            values = {}


            class DataError(Exception):
                __module__ = "redis.exceptions"


            class Redis:
                def __init__(self, **_):
                    pass

                def get(self, key):
                    return values.get(key)

                def set(self, key, value, ex):
                    if not isinstance(value, (bytes, str, int, float)):
                        raise DataError(f"Invalid input of type: '{type(value).__name__}'. Convert to a bytes, string, int or float first.")
                    values[key] = str(value).encode()


            def expensive_api_call(mandatory, *_):
                calls.append(mandatory)
                return {"temperature": 21.5} if mandatory == "London" else None


            sys.modules["redis"] = types.SimpleNamespace(Redis=Redis)
            sys.modules["my_api"] = types.SimpleNamespace(expensive_api_call=expensive_api_call)
            from first_attempt import cached_api_call

            print(*(cached_api_call(city) for city in ("London", "London", "Atlantis", "Atlantis")), calls)
            """);
        var start = new ProcessStartInfo("python3", ["-B", "main.py"]) { WorkingDirectory = _folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process python = Process.Start(start)!;
        Task<string> errors = python.StandardError.ReadToEndAsync();
        string output = await python.StandardOutput.ReadToEndAsync();
        await python.WaitForExitAsync();
        return output + await errors;
    }
}
