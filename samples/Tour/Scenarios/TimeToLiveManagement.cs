using System.Globalization;

namespace Larder.Samples.Tour.Scenarios;

internal static class TimeToLiveManagement
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(Guide guide)
    {
        guide.Scenario("Time to live: how long an entry is fresh, asked, changed and begun anew");
        await guide.ReadAsync("read user:1, to be kept for a second", "user:1", Short);
        await guide.DoAsync("how long has it left?", () => LeftAsync(guide));
        await guide.WaitAsync("wait until that has passed", Short + TimeSpan.FromMilliseconds(50));
        await guide.ReadAsync("read user:1: it had expired", "user:1", Short);
        await guide.DoAsync("keep it for an hour instead", async () =>
        {
            await guide.Cache.SetTimeToLiveAsync("user:1", TimeSpan.FromHours(1));
            return await LeftAsync(guide);
        });
        await guide.WaitAsync("wait as long as before", Short + TimeSpan.FromMilliseconds(50));
        await guide.ReadAsync("read user:1: still there", "user:1");
        await guide.DoAsync("begin its hour anew", async () =>
        {
            await guide.Cache.RefreshAsync("user:1");
            return await LeftAsync(guide);
        });
    }

    private static async Task<string> LeftAsync(Guide guide)
    {
        TimeToLive left = await guide.Cache.GetTimeToLiveAsync("user:1");
        return left.Remaining is { } remaining ? $"{remaining.TotalSeconds.ToString("F2", CultureInfo.InvariantCulture)} s left" : "nothing left";
    }
}
