namespace Larder.Benchmarks.Subjects.Peers;

/// <summary>Peers whose keys are strings, with keys that are made of a number.</summary>
internal readonly struct InterpolatedFusionSubject(FusionSubject fusion) : ISubject<InterpolatedFusionSubject, int>
{
    public static string Name => "FusionCache GetOrSet($\"user:{id}\")";

    public static bool IsBounded => false;

    public static InterpolatedFusionSubject Create(int capacity) => new(FusionSubject.Create(capacity));

    public bool TryGet(int key, out object? value) => fusion.TryGet($"user:{key}", out value);

    public void Set(int key, object value) => fusion.Set($"user:{key}", value);
}

internal readonly struct InterpolatedHybridSubject(HybridSubject hybrid) : ISubject<InterpolatedHybridSubject, int>
{
    public static string Name => "HybridCache GetOrCreate($\"user:{id}\")";

    public static bool IsBounded => false;

    public static InterpolatedHybridSubject Create(int capacity) => new(HybridSubject.Create(capacity));

    public bool TryGet(int key, out object? value) => hybrid.TryGet($"user:{key}", out value);

    public void Set(int key, object value) => hybrid.Set($"user:{key}", value);
}
