namespace Larder.MongoDB.Wire;

/// <summary>Documents that stand beside the body of a message, as if they were an array of that name in it.</summary>
internal readonly record struct DocumentSequence(string Name, IReadOnlyList<ReadOnlyMemory<byte>> Documents);
