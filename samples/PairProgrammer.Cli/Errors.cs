using Larder.Samples.PairProgrammer.Asking;
using Larder.Samples.PairProgrammer.Models;
using Larder.Samples.PairProgrammer.Recordings;
using Larder.Samples.PairProgrammer.Sessions;

namespace Larder.Samples.PairProgrammer.Cli;

/// <summary>Says what went wrong in a sentence: 1 for what failed, 2 for what was asked wrongly, 130 for what was interrupted.</summary>
internal static class Errors
{
    /// <summary>The exit code for what was asked wrongly.</summary>
    public const int Misuse = 2;

    public static async Task<int> GuardAsync(Func<Task> command)
    {
        try
        {
            await command();
            return 0;
        }
        catch (Exception error) when (error is UsageException or SessionException or InvalidCacheOptionsException)
        {
            return Tell(error, Misuse);
        }
        catch (Exception error) when (error is AnswerException or ModelException or RecordingException or SqliteStoreException or IOException or UnauthorizedAccessException)
        {
            return Tell(error, 1);
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("pair: interrupted. What was done is saved; the same command goes on there.");
            return 130;
        }
    }

    private static int Tell(Exception error, int exitCode)
    {
        Console.Error.WriteLine($"pair: {error.Message}");
        return exitCode;
    }
}
