using Larder.Diagnostics;
using static Larder.Tests.Diagnostics.TelemetryUnderTest;

namespace Larder.Tests.Diagnostics;

[Collection(ListenersCollection.Name)]
public sealed class CostTests
{
    [Fact]
    public void Nothing_is_allocated_when_nobody_listens()
    {
        using var test = new TelemetryUnderTest();
        var failure = new IOException();
        test.Log.Minimum = Microsoft.Extensions.Logging.LogLevel.None;
        Do(test.Telemetry, failure);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            Do(test.Telemetry, failure);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData("TRUE", true)]
    [InlineData("0", false)]
    [InlineData(null, false)]
    public void Decisions_go_to_standard_error_only_when_the_environment_says_so(string? value, bool expected)
    {
        string? before = Environment.GetEnvironmentVariable("LARDER_DEBUG");
        try
        {
            Environment.SetEnvironmentVariable("LARDER_DEBUG", value);

            Assert.Equal(expected ? Console.Error : null, DecisionLogger.EnvironmentOutput());
        }
        finally
        {
            Environment.SetEnvironmentVariable("LARDER_DEBUG", before);
        }
    }

    private static void Do(CacheTelemetry telemetry, Exception failure)
    {
        if (!telemetry.Observed)
            telemetry.CountHit();
        telemetry.Hit(Weather, "paris", Tiers.Memory, TimeSpan.FromSeconds(1));
        telemetry.StaleHit(Weather, "paris", StaleReason.FactoryFailed);
        telemetry.Miss(Weather, "paris");
        telemetry.Set(Weather, "paris", Tiers.Both, null);
        telemetry.Removed(Weather, "paris", RemovalCause.Evicted);
        GetOrSetSpan span = telemetry.StartGetOrSet();
        telemetry.FlightJoined(Weather, "paris");
        telemetry.StartStoreCall(StoreOperation.Get).Completed(0, 1);
        telemetry.StartFactory(Weather, "paris").Completed();
        telemetry.StartFactory(Weather, "paris").Failed(failure, hidden: false);
        span.EndMiss();
    }
}
