namespace Larder.Benchmarks.Subjects;

/// <summary>
/// A cache under measurement. A struct in a type parameter, so that the measuring loop calls the cache directly:
/// an interface call in front of everybody would flatter the slower ones.
/// </summary>
internal interface ISubject<TSelf, TKey>
    where TSelf : struct, ISubject<TSelf, TKey>
    where TKey : notnull
{
    static abstract string Name { get; }

    /// <summary>Whether it keeps to a capacity; what does not is left out where eviction is measured.</summary>
    static abstract bool IsBounded { get; }

    static abstract TSelf Create(int capacity);

    bool TryGet(TKey key, out object? value);

    void Set(TKey key, object value);
}
