namespace Larder.Memoize.Generation.Model;

/// <summary>
/// The body of a method that something is wrong with. Without one the compiler would complain that there is none, and
/// not go on to the analyzer, which says why.
/// </summary>
/// <param name="Type">The type that holds the method.</param>
/// <param name="Code">The method.</param>
internal sealed record StubModel(TypeModel Type, string Code);
