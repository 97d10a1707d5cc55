namespace Larder.Samples.Tour.Scenarios;

internal static class ManyKeys
{
    public static async Task RunAsync(Guide guide)
    {
        guide.Scenario("Many keys: the source is asked only for what is missing, all at once");
        await guide.ReadAsync("read product:3 alone", "product:3");
        await guide.ReadManyAsync("read products 2 to 5 in one call", "product:2", "product:3", "product:4", "product:5");
        await guide.ReadManyAsync("the same call again", "product:2", "product:3", "product:4", "product:5");
    }
}
