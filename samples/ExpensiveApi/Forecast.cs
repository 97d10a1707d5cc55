namespace Larder.Samples.ExpensiveApi;

/// <summary>What the service answers.</summary>
internal sealed record Forecast(string City, string Units, int Days, string Language, double[] Temperatures, string Summary);

/// <summary>A question that this program asks: the city is mandatory, the rest is not.</summary>
internal sealed record ForecastRequest(string City, string Units = "metric", int Days = 3, string Language = "en")
{
    public override string ToString() =>
        City + string.Concat(Option("units", Units, "metric"), Option("days", Days, 3), Option("language", Language, "en"));

    private static string Option<T>(string name, T value, T usual) => EqualityComparer<T>.Default.Equals(value, usual) ? "" : $", {name} {value}";
}
