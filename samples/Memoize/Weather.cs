namespace Larder.Samples.Memoize;

internal sealed record Weather(string City, int Degrees, string Sky);
