namespace Larder.Samples.Tour.Scenarios;

internal static class HitAndMiss
{
    public static async Task RunAsync(Guide guide)
    {
        guide.Scenario("Hit and miss: the first read pays, the others do not");
        await guide.ReadAsync("first read of product:1", "product:1");
        await guide.ReadAsync("second read", "product:1");
        await guide.ReadAgainAsync("25 more", "product:1", times: 25);
        await guide.ReadAsync("read of a product that does not exist", "product:99");
        await guide.ReadAsync("again: that there is none is cached as well", "product:99");
        await guide.ReadTogetherAsync("5 callers want product:2 at once", "product:2", callers: 5);
    }
}
