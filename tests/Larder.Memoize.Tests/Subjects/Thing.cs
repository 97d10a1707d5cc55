namespace Larder.Memoize.Tests.Subjects;

/// <summary>An entity whose code a record generates; an <see cref="ICacheKeyPart"/> without values.</summary>
public sealed class Thing : ICacheKeyPart
{
    public void WriteTo(ref CacheKeyWriter writer)
    {
    }
}
