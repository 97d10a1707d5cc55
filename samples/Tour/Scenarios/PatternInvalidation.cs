namespace Larder.Samples.Tour.Scenarios;

internal static class PatternInvalidation
{
    public static async Task RunAsync(Guide guide)
    {
        guide.Scenario("Patterns: remove what matches, leave the rest");
        await guide.ReadManyAsync("read three users", "user:1", "user:2", "user:3");
        await guide.ReadManyAsync("read two products", "product:2", "product:3");
        await guide.DoAsync("remove user:*", async () => $"{await guide.Cache.RemoveByPatternAsync("user:*")} entries removed");
        await guide.ReadManyAsync("read the products: untouched", "product:2", "product:3");
        await guide.ReadManyAsync("read the users: all gone", "user:1", "user:2", "user:3");
        await guide.ReadManyAsync("read the users again", "user:1", "user:2", "user:3");
    }
}
