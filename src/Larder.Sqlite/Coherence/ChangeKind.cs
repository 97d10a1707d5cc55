namespace Larder.Sqlite.Coherence;

/// <summary>What a row of the changes is about. The numbers are in the file.</summary>
internal enum ChangeKind
{
    Entry = 0,
    Epoch = 1,
}
