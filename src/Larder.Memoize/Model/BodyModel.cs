namespace Larder.Memoize.Generation.Model;

/// <summary>The method that does the work.</summary>
/// <param name="Name">Its name, with type arguments.</param>
/// <param name="Owner">The type's name when it is static; otherwise <see langword="null"/>.</param>
/// <param name="Shape">How it hands its result out.</param>
/// <param name="TakesToken">Whether it has the cancellation token among its parameters.</param>
internal sealed record BodyModel(string Name, string? Owner, ReturnShape Shape, bool TakesToken);
