namespace Larder.Memoize.Generation.Model;

/// <summary>The type that generated members are added to.</summary>
/// <param name="Namespace">Its namespace; empty for the global one.</param>
/// <param name="Declarations">The lines that reopen it, from the outermost type to itself.</param>
/// <param name="Reference">How other code names it.</param>
/// <param name="HintName">The generated file's name, without the ending.</param>
/// <param name="HasHandles">Whether it can get a property <c>Memoized</c>.</param>
/// <param name="HidesHandles">Whether a base type has one already.</param>
internal sealed record TypeModel(string Namespace, EquatableArray<string> Declarations, string Reference, string HintName, bool HasHandles, bool HidesHandles);
