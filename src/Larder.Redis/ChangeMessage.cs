using System.Globalization;
using Larder.Shared;

namespace Larder.Redis;

/// <summary>What processes tell each other on the channel: <c>k{sender}{key}</c>, an entry changed, <c>l{sender}{key}</c>, a lease is about to take the place of an entry that is missing, and <c>e{sender}{epoch}:{name}</c>, an epoch was bumped.</summary>
/// <param name="Kind">What changed.</param>
/// <param name="Sender">Who changed it.</param>
/// <param name="Name">The key, or the epoch's name.</param>
/// <param name="Epoch">The new epoch.</param>
internal readonly record struct ChangeMessage(string Kind, string Sender, string Name, long Epoch)
{
    public const string EntryKind = "k";
    public const string LeaseKind = "l";
    public const string EpochKind = "e";
    public const int SenderLength = 16;

    /// <summary>Reads a message; whatever is none is nobody's.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ChangeMessage message)
    {
        message = default;
        if (bytes.Length < 1 + SenderLength)
            return false;
        string sender = System.Text.Encoding.ASCII.GetString(bytes.Slice(1, SenderLength));
        ReadOnlySpan<byte> rest = bytes[(1 + SenderLength)..];
        switch (bytes[0])
        {
            case (byte)'k' or (byte)'l' when Wtf8.TryRead(rest, out string key):
                message = new ChangeMessage(bytes[0] == (byte)'k' ? EntryKind : LeaseKind, sender, key, 0);
                return true;
            case (byte)'e' when rest.IndexOf((byte)':') is >= 0 and int colon
                && long.TryParse(rest[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out long epoch)
                && Wtf8.TryRead(rest[(colon + 1)..], out string name):
                message = new ChangeMessage(EpochKind, sender, name, epoch);
                return true;
            default:
                return false;
        }
    }
}
