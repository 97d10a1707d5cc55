using System.Diagnostics;
using System.Globalization;

namespace Larder.Redis.Worker;

/// <summary>What a process does in a <see cref="CoherenceRun"/>, a line at a time: <c>watch COUNT VALUE</c>, <c>write COUNT VALUE</c>, <c>drops COUNT VALUE</c>.</summary>
internal static class CoherenceWork
{
    public static async Task RunAsync(Cache cache)
    {
        var watch = new DropWatch(cache);
        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            string[] words = line.Split(' ');
            switch (words[0])
            {
                case "watch":
                    await watch.BeginAsync(Number(words[1]), Number(words[2]));
                    Console.WriteLine("watching");
                    break;
                case "write":
                    Console.WriteLine(string.Join(' ', await WriteAsync(cache, Number(words[1]), Number(words[2]))));
                    break;
                case "drops":
                    Console.WriteLine(string.Join(' ', await watch.EndAsync()));
                    break;
                default:
                    throw new InvalidOperationException($"'{line}' is no command; there are: watch, write, drops.");
            }
        }
    }

    // One after the other, each with the moment at which this process knew that it was done.
    private static async Task<long[]> WriteAsync(Cache cache, int count, long value)
    {
        long[] acknowledged = new long[count];
        for (int index = 0; index < count; index++)
        {
            await cache.SetAsync(DropWatch.KeyOf(index), value);
            acknowledged[index] = Stopwatch.GetTimestamp();
        }

        return acknowledged;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
