using System.Text;
using Larder.Shared;

namespace Larder.Redis.Keys;

/// <summary>What entries, leases, epochs and the channel are called on the server.</summary>
/// <remarks>
/// <para>An entry is called as its key, as <see cref="Wtf8"/>, behind the namespace: whoever knows the key finds it. Everything
/// else has a byte in its name that no <see cref="Wtf8"/> text has (<c>FF</c>), so that nothing is ever taken for an entry.</para>
/// <para>A lease beside an entry must lie in the entry's slot of a cluster, whatever the key is. Where the key has a hash
/// tag, it keeps it; elsewhere two bytes at the end make its checksum that of the key.</para>
/// </remarks>
internal sealed class ServerKeys
{
    private const byte Mark = 0xFF;

    private readonly byte[] _namespace;

    public ServerKeys(string @namespace)
    {
        byte[] bytes = new byte[Wtf8.MaxLength(@namespace.Length)];
        _namespace = bytes[..Wtf8.Write(@namespace, bytes)];
        Epochs = [.. _namespace, Mark, .. "epochs"u8];
        ChannelName = @namespace + "larder:changes";
        Channel = Encoding.UTF8.GetBytes(ChannelName);
    }

    /// <summary>What everything begins with.</summary>
    public ReadOnlyMemory<byte> Prefix => _namespace;

    /// <summary>The hash that holds the epochs.</summary>
    public byte[] Epochs { get; }

    /// <summary>Where processes tell each other what the server does not.</summary>
    public byte[] Channel { get; }

    public string ChannelName { get; }

    /// <summary>What an entry is called.</summary>
    public byte[] Entry(string key)
    {
        int most = MaxEntryLength(key);
        byte[]? large = most > 1024 ? new byte[most] : null;
        Span<byte> bytes = large ?? stackalloc byte[1024];
        return bytes[..WriteEntry(key, bytes)].ToArray();
    }

    /// <summary>How many bytes the name of an entry has at most.</summary>
    public int MaxEntryLength(string key) => _namespace.Length + Wtf8.MaxLength(key.Length);

    /// <summary>Writes what an entry is called, and tells how long that is.</summary>
    public int WriteEntry(string key, Span<byte> output)
    {
        _namespace.CopyTo(output);
        return _namespace.Length + Wtf8.Write(key, output[_namespace.Length..]);
    }

    /// <summary>What the lease beside an entry is called.</summary>
    public static byte[] Lease(ReadOnlySpan<byte> entry)
    {
        byte[] lease = [.. entry, Mark, .. "lease"u8, 0, 0, 0];
        if (HashSlot.TryFindTag(entry, out _))
            return lease;
        // Four pairs lead to the slot; one that holds a brace could make a tag.
        ushort target = HashSlot.Crc(entry);
        for (int i = 0; ; i++)
        {
            lease[^3] = (byte)i;
            (lease[^2], lease[^1]) = HashSlot.Bridge(HashSlot.Crc(lease.AsSpan(..^2)), target);
            if (lease.AsSpan(entry.Length).IndexOfAny((byte)'{', (byte)'}') < 0)
                return lease;
        }
    }

    /// <summary>Reads a name back.</summary>
    /// <param name="name">A key on the server.</param>
    /// <param name="key">The entry's key; of a lease, that of the entry beside which it lies.</param>
    /// <param name="isEntry">Whether it is an entry.</param>
    /// <returns><see langword="false"/> for a name that is neither.</returns>
    public bool TryRead(ReadOnlySpan<byte> name, out string key, out bool isEntry)
    {
        key = "";
        isEntry = false;
        if (!name.StartsWith(_namespace) || name.SequenceEqual(Epochs))
            return false;
        ReadOnlySpan<byte> own = name[_namespace.Length..];
        int mark = own.IndexOf(Mark);
        isEntry = mark < 0;
        return Wtf8.TryRead(isEntry ? own : own[..mark], out key);
    }

    /// <summary>The glob pattern of all keys that begin with the prefix, and of some more: what matches has to be looked at again.</summary>
    public byte[] Pattern(string prefix)
    {
        // One half of a surrogate pair is no part of the bytes of the whole.
        if (prefix.Length > 0 && char.IsHighSurrogate(prefix[^1]))
            prefix = prefix[..^1];
        var pattern = new List<byte>();
        foreach (byte one in Entry(prefix))
        {
            if (one is (byte)'*' or (byte)'?' or (byte)'[' or (byte)']' or (byte)'\\')
                pattern.Add((byte)'\\');
            pattern.Add(one);
        }

        pattern.Add((byte)'*');
        return [.. pattern];
    }
}
