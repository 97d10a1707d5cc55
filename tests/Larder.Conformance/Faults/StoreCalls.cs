namespace Larder.Conformance.Faults;

/// <summary>The calls of the store port and its capabilities, to be combined.</summary>
[Flags]
public enum StoreCalls
{
    None = 0,
    Get = 1 << 0,
    GetMany = 1 << 1,
    Set = 1 << 2,
    Remove = 1 << 3,
    RemoveMany = 1 << 4,
    GetTimeToLive = 1 << 5,
    SetTimeToLive = 1 << 6,
    Scan = 1 << 7,
    GetEpochs = 1 << 8,
    BumpEpoch = 1 << 9,
    TryAcquireLease = 1 << 10,
    SetWithLease = 1 << 11,
    ReleaseLease = 1 << 12,
    WaitForLease = 1 << 13,

    Reads = Get | GetMany | GetTimeToLive | Scan | GetEpochs | WaitForLease,
    Writes = Set | Remove | RemoveMany | SetTimeToLive | BumpEpoch | TryAcquireLease | SetWithLease | ReleaseLease,
    All = Reads | Writes,
}

/// <summary>One call that reached a <see cref="FaultyStore"/>, whether it went wrong or not.</summary>
/// <param name="Call">Which member.</param>
/// <param name="Keys">The key or keys (of epochs: the names; of a scan: the prefix).</param>
public sealed record StoreCall(StoreCalls Call, IReadOnlyList<string> Keys);
