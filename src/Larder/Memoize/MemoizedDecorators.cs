using System.ComponentModel;
using System.Runtime.CompilerServices;
using Larder.Keys;

namespace Larder.Memoize;

/// <summary>How the generated decorator of an interface is found. For generated code only.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class MemoizedDecorators
{
    /// <summary>Called when the interface's assembly is loaded.</summary>
    public static void Register<TService>(Func<TService, ICache, TService> decorate)
        where TService : class => Of<TService>.Decorate = decorate;

    /// <summary>What tells the results of an implementation apart from those of another: its type.</summary>
    public static string NameOf(object implementation)
    {
        ArgumentNullException.ThrowIfNull(implementation);
        return TypeName.Of(implementation.GetType());
    }

    internal static Func<TService, ICache, TService> Find<TService>()
        where TService : class
    {
        // Nothing else of the assembly may have run so far, and then nothing is registered.
        if (Of<TService>.Decorate is null)
            RuntimeHelpers.RunModuleConstructor(typeof(TService).Module.ModuleHandle);
        return Of<TService>.Decorate
            ?? throw new InvalidOperationException($"{typeof(TService)} has no memoized decorator. Put [Memoize] on a method of the interface, which must not be generic, in a project that uses the Larder package.");
    }

    // A static field per interface instead of a table by type: nothing to look up.
    private static class Of<TService>
        where TService : class
    {
        public static Func<TService, ICache, TService>? Decorate { get; set; }
    }
}
