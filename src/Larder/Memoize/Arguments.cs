namespace Larder.Memoize;

/// <summary>No arguments.</summary>
internal readonly record struct Arguments : IArguments
{
    public void WriteTo(ref CacheKeyWriter writer, ref int position)
    {
    }
}

/// <summary>One argument.</summary>
internal readonly record struct Arguments<T1>(T1 First) : IArguments
{
    public void WriteTo(ref CacheKeyWriter writer, ref int position)
    {
        position = 1;
        writer.Append(First);
    }
}

/// <summary>Two arguments.</summary>
internal readonly record struct Arguments<T1, T2>(T1 First, T2 Second) : IArguments
{
    public void WriteTo(ref CacheKeyWriter writer, ref int position)
    {
        position = 1;
        writer.Append(First);
        position = 2;
        writer.Append(Second);
    }
}

/// <summary>Three arguments.</summary>
internal readonly record struct Arguments<T1, T2, T3>(T1 First, T2 Second, T3 Third) : IArguments
{
    public void WriteTo(ref CacheKeyWriter writer, ref int position)
    {
        position = 1;
        writer.Append(First);
        position = 2;
        writer.Append(Second);
        position = 3;
        writer.Append(Third);
    }
}

/// <summary>Four arguments.</summary>
internal readonly record struct Arguments<T1, T2, T3, T4>(T1 First, T2 Second, T3 Third, T4 Fourth) : IArguments
{
    public void WriteTo(ref CacheKeyWriter writer, ref int position)
    {
        position = 1;
        writer.Append(First);
        position = 2;
        writer.Append(Second);
        position = 3;
        writer.Append(Third);
        position = 4;
        writer.Append(Fourth);
    }
}
