namespace Larder.Memoize.Tests.Subjects;

public sealed record Weather(string City, int Degrees);
