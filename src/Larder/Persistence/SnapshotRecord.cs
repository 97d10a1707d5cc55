namespace Larder.Persistence;

/// <summary>One entry of a snapshot: the stored key and its envelope, which is opaque here.</summary>
/// <param name="Key">The stored key; any string, lone surrogates included.</param>
/// <param name="Value">The envelope. What a load hands out is a fresh array that the receiver may keep.</param>
internal readonly record struct SnapshotRecord(string Key, ReadOnlyMemory<byte> Value);
